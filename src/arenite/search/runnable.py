"""Model, target -> the operators that the target cannot run, each with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.hardware import target_of
from arenite.operators.liveness import executed_graphs
from arenite.tflite.sources import model_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.backends.target import Target
    from arenite.model import Model, Operator
    from arenite.tflite.sources import ModelSource


MOST_NAMED = 5
"""Operators that a message lists before it says how many more there are; keeps it to one line."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of operator that a target cannot run, for one reason.

    `operators`: (number of the graph, position in the graph), in the order of the file.
    """

    name: str
    reason: str
    operators: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        """The refusal as a clause, without a full stop."""
        first = ", ".join(
            f"{position} of graph {graph}" if graph else str(position)
            for graph, position in self.operators[:MOST_NAMED]
        )
        more = f" and {len(self.operators) - MOST_NAMED} more" if len(self.operators) > MOST_NAMED else ""
        plural = "s" if len(self.operators) > 1 else ""
        return f"{self.name} (operator{plural} {first}{more}): {self.reason}"


def why_not(operator: Operator, target: Target) -> str | None:
    """Why a target cannot run an operator; None if nothing is known against it.

    A target with several sets of kernels refuses what any of them refuses, and the reason names these sets. Custom
    operators are not refused in TFLM, because the application may register kernels for them.
    """
    if not target.generated:
        return target.backend.why_not(operator)
    from arenite.codegen.obstacles import why_not as why_not_in_c  # only where a target needs code generation

    return why_not_in_c(operator)


def refusals(model: ModelSource, target: Target | str) -> tuple[Refusal, ...]:
    """The operators of a model that a target cannot run, one entry per kind and reason, in the order of the file.

    The model may be what `read` takes, and the target a name.

    For TFLM the operators of all graphs count, since it prepares even those of graphs that nothing calls. For generated
    C the operators count that the export refuses.
    """
    source, runs_on = model_of(model), target_of(target)
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for number, position, why in _in_c(source) if runs_on.generated else _in_tflm(source, runs_on):
        label = source.graphs[number].operators[position].label
        found.setdefault((label, why), []).append((number, position))
    return tuple(Refusal(name, why, tuple(places)) for (name, why), places in found.items())


def _in_tflm(model: Model, target: Target) -> Iterator[tuple[int, int, str]]:
    """Yield (graph, position, reason) for each operator that TFLM refuses.

    TFLM sets the sizes of scratch requests while it walks the executed graphs for lifetimes (MarkAllocationLifetimes).
    Requests from other graphs keep an uninitialized size and address, and TFLM fails to start.
    """
    running = executed_graphs(model)
    for number, graph in enumerate(model.graphs):
        for position, operator in enumerate(graph.operators):
            why = why_not(operator, target)
            if why is None and number not in running and any(target.scratch(operator)):
                why = f"it requests scratch in graph {number}, which nothing runs, and TFLM does not plan scratch there"
            if why is not None:
                yield number, position, why


def _in_c(model: Model) -> Iterator[tuple[int, int, str]]:
    """Yield (graph, position, reason) for each operator that the C export refuses; it contains executed graphs only."""
    from arenite.backends.generated_c.kept import run_graphs
    from arenite.codegen.constant_results import constants_of
    from arenite.codegen.control import control_obstacles
    from arenite.codegen.obstacles import why_not as why_not_in_c
    from arenite.codegen.reset import variable_obstacles

    obstacles = {**dict(variable_obstacles(model)), **dict(control_obstacles(model))}
    run = run_graphs(model)
    for number, graph in enumerate(model.graphs):
        constants = constants_of(graph)
        for position, operator in enumerate(graph.operators if graph in run else ()):
            gone = any(tensor in constants for tensor in operator.outputs)
            why = why_not_in_c(operator.reading(constants)) or obstacles.get(operator)
            if why is not None and not gone:
                yield number, position, why
