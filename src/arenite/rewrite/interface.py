"""The interface of passes: frozen dataclasses whose fields are their options; they map a model to a model.

    model --run--> _apply --> checks --> model     the same object if nothing changes

The checks are the same for all passes, and an error names the pass at fault.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from arenite.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Graph, Model, Operator


@dataclass(frozen=True)
class Pass(ABC):
    """A rewrite of a model that keeps the inputs and outputs which an application sees."""

    @abstractmethod
    def _apply(self, model: Model) -> Model:
        """The rewritten model; the same object if there is nothing to rewrite."""

    def run(self, model: Model) -> Model:
        """The rewritten model; the same object if there is nothing to rewrite.

        Raises:
            VerificationError: the pass is faulty: it changed an input or output of a graph, made an operator use a
                tensor that its graph does not list, or returned a copy of an unchanged model.
        """
        result = self._apply(model)
        fault = None if result is model else _fault(model, result)
        if fault is not None:
            raise VerificationError(
                f"{model.name}: the pass {type(self).__name__} {fault}; please report this model; nothing was written"
            )
        return result

    def sentence(self, before: Model, after: Model) -> str:  # noqa: ARG002 (for overrides)
        """Message for users about the change from `before` to `after`; empty if there is nothing to report."""
        return ""

    def stands_for(self, before: Model, after: Model) -> Mapping[Operator, Operator]:  # noqa: ARG002 (for overrides)
        """The operators of `after` that have other outputs than those of `before` that they implement, with these."""
        return {}


class Rewritten(NamedTuple):
    """A model after rewrites: the same object if nothing changed.

    sentences: messages for users about what changed.
    stands_for: operators that are new or have other outputs -> the operators of the source that they implement, do a
        part of, or stand next to.
    """

    model: Model
    sentences: tuple[str, ...]
    stands_for: Mapping[Operator, Operator]


def _fault(before: Model, after: Model) -> str | None:
    """The fault of a pass as a clause that follows its name; None if there is none."""
    if len(after.graphs) != len(before.graphs):
        return f"made {len(after.graphs)} graphs of {len(before.graphs)}"
    pairs = tuple(zip(before.graphs, after.graphs, strict=True))
    facts, same = ((model.metadata, model.plan, model.target) for model in (before, after))
    if facts == same and all(_alike(*pair) for pair in pairs):
        return "returned a copy of a model in which nothing changed"
    return next((fault for fault in (_fault_of_graph(*pair) for pair in pairs) if fault is not None), None)


def _alike(before: Graph, after: Graph) -> bool:
    """Whether two graphs consist of the same objects."""
    if after is before:
        return True
    one, other = ((each.name, each.tensors, each.inputs, each.outputs, each.operators) for each in (before, after))
    return one == other


def _fault_of_graph(before: Graph, after: Graph) -> str | None:
    if after is before:
        return None
    if (after.inputs, after.outputs) != (before.inputs, before.outputs):
        return f"changed the inputs or outputs of the graph {before.name!r}"
    listed = {None, *after.tensors}
    if len(listed) <= len(after.tensors):
        return f"lists a tensor of the graph {before.name!r} twice"
    for operator in after.operators:
        if not listed.issuperset((*operator.inputs, *operator.outputs, *operator.intermediates)):
            return f"made {operator.label} use a tensor that the graph {before.name!r} does not list"
    return None
