"""IF, WHILE and CALL_ONCE: each called graph becomes a function of the generated code, in the same arena.

Inputs of the operator are copied to inputs of the graph, outputs of the graph to outputs of the operator:

    main     x ──┐            y ──          IF: the graph that the condition selects.
                 │ copy       ↑ copy        WHILE: the operator's outputs hold the loop variables. Before each call,
    graph        └→ in ──→ out┘             they are copied to the inputs of condition and body, as in TFLM.

The operator's own tensors are alive during all of it (`operators.liveness`). So no tensor of a called graph overlaps
them, and no copy overwrites what another copy reads. Source: TFLM's kernels/if.cc, while.cc and call_once.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.generated_c.kept import kept, run_graphs
from arenite.codegen.names import part
from arenite.codegen.program import Address, Call, Constant, If, Once, Part, Run, While, Work
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.operators.liveness import PLANNED_CONTROL_FLOW

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from arenite.codegen.unit import Unit


def function_name(model: Model, number: int, name: str) -> str:
    """Name of the C function of a graph in a program with the prefix `name`."""
    return f"{name}_graph_{number}_{part(model.graphs[number].name)}".rstrip("_")


def inner_graphs(model: Model) -> tuple[int, ...]:
    """Positions of the graphs that the main graph calls during an inference, callees before callers.

    Leaves out graphs that only the reset function needs, and recursive calls.
    """
    found: dict[int, None] = {}
    _walk(model, 0, kept(model).flags, found, ())
    return tuple(found)


def _walk(model: Model, number: int, flags: Container[Operator], found: dict[int, None], path: tuple[int, ...]) -> None:
    for operator in model.graphs[number].operators:
        if operator.code in ("IF", "WHILE") or operator in flags:
            for each in operator.graphs:
                if each not in found and each not in path:
                    _walk(model, each, flags, found, (*path, number))
                    found[each] = None


@dataclass(frozen=True)
class Callee:
    """A graph that an operator calls, and the call of its function."""

    graph: Graph
    run: Run


def lower(unit: Unit, operator: Operator, callees: Sequence[Callee], flag: int | None) -> None:
    """Add an operator that calls graphs; `control_obstacles` must have no objection.

    Args:
        operator: IF, WHILE or CALL_ONCE.
        callees: the graphs that the operator calls, in its order.
        flag: arena offset of the byte that records whether a CALL_ONCE has run; None if the reset function does its
            work.
    """
    if operator.code == "IF":
        unit.calls.append(_if(unit, operator, *callees))
    elif operator.code == "WHILE":
        unit.calls.append(_while(unit, operator, *callees))
    elif flag is not None:
        unit.calls.append(Once(unit.index, flag, callees[0].run))


def _if(unit: Unit, operator: Operator, then: Callee, otherwise: Callee) -> If:
    condition, *sources = operator.inputs
    assert condition is not None

    def branch(callee: Callee) -> tuple[Work, ...]:
        return *_into(unit, sources, callee), callee.run, *_copies(unit, callee.graph.outputs, operator.outputs)

    return If(unit.index, _truth(unit, condition), branch(then), branch(otherwise))


def _while(unit: Unit, operator: Operator, condition: Callee, body: Callee) -> While:
    return While(
        unit.index,
        before=tuple(_copies(unit, operator.inputs, operator.outputs)),
        test=(*_into(unit, operator.outputs, condition), condition.run),
        condition=_truth(unit, condition.graph.outputs[0]),
        body=(
            *_into(unit, operator.outputs, body),
            body.run,
            *_copies(unit, body.graph.outputs, operator.outputs),
        ),
    )


def _truth(unit: Unit, tensor: Tensor) -> Address | Constant:
    """The single value of a BOOL tensor."""
    found = unit.pointer(tensor)
    assert not isinstance(found, Part)  # the pointer is to the first value
    return found


def _into(unit: Unit, sources: Sequence[Tensor | None], callee: Callee) -> Iterator[Call]:
    """Copies to those inputs of a graph that the graph reads."""
    graph = callee.graph
    read = {tensor for operator in graph.operators for tensor in operator.inputs}.union(graph.outputs)
    pairs = [pair for pair in zip(sources, graph.inputs, strict=True) if pair[1] in read]
    return _copies(unit, [source for source, _ in pairs], [target for _, target in pairs])


def _copies(unit: Unit, sources: Sequence[Tensor | None], targets: Sequence[Tensor]) -> Iterator[Call]:
    for source, target in zip(sources, targets, strict=True):
        if source is not None and source is not target:
            yield unit.copy(source, target, f"{source.name!r} to {target.name!r}")


def control_obstacles(model: Model) -> Iterator[tuple[Operator, str]]:
    """Operators that call graphs and cannot be expressed in C, each with the reason as text."""
    for graph in run_graphs(model):
        for operator in graph.operators:
            if operator.code in PLANNED_CONTROL_FLOW:
                why = _obstacle(operator, [model.graphs[number] for number in operator.graphs])
                if why is not None:
                    yield operator, why


def _obstacle(operator: Operator, graphs: Sequence[Graph]) -> str | None:
    if len(graphs) != (1 if operator.code == "CALL_ONCE" else 2):
        return "a graph to run is missing"
    if any(tensor.data is not None for tensor in operator.outputs) or len({*operator.outputs}) < len(operator.outputs):
        return "its outputs must be computed, and each be there once"
    if any(tensor.data is not None for graph in graphs for tensor in graph.inputs):
        return "an input of a graph that it runs is a constant"
    if operator.code == "CALL_ONCE":
        return "its graph must have no inputs and no outputs" if graphs[0].inputs or graphs[0].outputs else None
    if operator.code == "IF":
        branches, inputs, unconditional = graphs, operator.inputs[1:], _no_condition(operator.inputs[:1])
    else:
        branches, inputs, unconditional = graphs[1:], operator.inputs, _no_condition(graphs[0].outputs)
        unconditional = unconditional or _unlike(graphs[0].name, inputs, graphs[0].inputs)
        unconditional = unconditional or _unlike("its own outputs", inputs, operator.outputs)
    found = (
        _unlike(graph.name, wanted, given)
        for graph in branches
        for wanted, given in ((inputs, graph.inputs), (operator.outputs, graph.outputs))
    )
    return unconditional or next(filter(None, found), None)


def _unlike(where: str, wanted: Sequence[Tensor | None], found: Sequence[Tensor]) -> str | None:
    """Why tensors cannot be copied to each other, as text; None if they can."""
    if len(wanted) != len(found):
        return f"it takes or gives {len(wanted)} tensors, {where!r} {len(found)}"
    for one, other in zip(wanted, found, strict=True):
        if one is None:
            return "an input is missing"
        if (one.type, one.bytes) != (other.type, other.bytes):
            return f"{one.name!r} and {other.name!r} of {where!r} are not of one type and size"
        if other.data is not None and len(other.data) < other.bytes:
            return f"{other.name!r} of {where!r} holds fewer values than its shape says"
    return None


def _no_condition(tensors: Sequence[Tensor | None]) -> str | None:
    alone = tensors[0] if len(tensors) == 1 else None
    if alone is None or alone.type is not ElementType.BOOL or alone.bytes != 1:
        return "its condition must be one BOOL"
    if alone.data is not None and not alone.data:
        return "its condition must be one BOOL"
    return None
