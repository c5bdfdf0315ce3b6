"""What generated C keeps from one inference to the next: variables, in bytes behind the plan."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.operators.liveness import called_graphs, executed_graphs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from arenite.model import Graph, Model, Operator, Tensor

OWN_STATES: Mapping[str, int] = MappingProxyType({"SignalFilterBankSpectralSubtraction": 1, "CIRCULAR_BUFFER": 0})
"""Custom operators of TFLM that read an output again in the next inference, and which one: the noise, the rows."""

WORD = 4
"""Variables begin at multiples of this or of their elements' size."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`size` bytes at `offset` of what is kept, of elements of `element` bytes.

    `filling` is what every byte is before anything is assigned (TFLM: the zero point of int8 values, else 0).
    """

    offset: int
    size: int
    element: int
    filling: int


@dataclass(frozen=True)
class Kept:
    """Variables by tensor: variable tensors, and handles, of which several may stand for the same variable.

    `flags` has a byte for each CALL_ONCE that computes: whether its graph was run, 0 or 1.
    """

    variables: Mapping[Tensor, Variable]
    flags: Mapping[Operator, Variable]
    size: int
    alignment: int


def kept(model: Model) -> Kept:
    """The variables of a model, those with the largest elements first, and its flags behind them."""
    found: dict[object, tuple[int, int, int]] = {}
    keys: dict[Tensor, object] = {}
    for graph in run_graphs(model):
        for tensor in graph.tensors:
            if tensor.variable:
                keys[tensor] = tensor
                found[tensor] = tensor.bytes, tensor.type.bytes, _filling(tensor)
        for tensor in _own_states(graph.operators):
            keys[tensor] = tensor
            found[tensor] = tensor.bytes, tensor.type.bytes, _filling(tensor)
        handles = dict(_handles(graph.operators))
        keys.update(handles)
        for handle, value in accesses(graph):
            if handle in handles:
                found.setdefault(handles[handle], (value.bytes, value.type.bytes, _filling(value)))
    places: dict[object, Variable] = {}
    size = 0
    for key, (length, element, filling) in sorted(found.items(), key=lambda item: -item[1][1]):
        size = -(-size // max(element, WORD)) * max(element, WORD)
        places[key] = Variable(size, length, element, filling)
        size += length
    variables = {tensor: places[key] for tensor, key in keys.items() if key in places}
    flags = {operator: Variable(size + number, 1, 1, 0) for number, operator in enumerate(_computed_once(model))}
    alignment = max((max(each.element, WORD) for each in places.values()), default=1)
    return Kept(variables, flags, size + len(flags), alignment)


def read_in_place(model: Model) -> frozenset[Tensor]:
    """Tensors that lie where a variable does: states that an operator gives out, and results of READ_VARIABLE.

    The latter in the main graph, where nothing assigns the variable before their last reader.
    """
    graph, variables = model.main, kept(model).variables
    assigned = [
        (index, variables.get(handle))
        for index, operator in enumerate(graph.operators)
        for handle in _assigned(model, operator)
    ]
    last = {tensor: index for index, each in enumerate(graph.operators) for tensor in each.inputs if tensor is not None}
    found = {tensor for each in run_graphs(model) for tensor in _own_states(each.operators)}
    for index, operator in enumerate(graph.operators):
        handle = operator.inputs[0] if operator.code == "READ_VARIABLE" else None
        if handle is not None and handle in variables and operator.outputs[0] not in graph.outputs:
            value = operator.outputs[0]
            end = last.get(value, index)
            if not any(index < place <= end and variable == variables[handle] for place, variable in assigned):
                found.add(value)
    return frozenset(found)


def run_graphs(model: Model) -> tuple[Graph, ...]:
    """The main graph and all that an inference runs from there, callers before what they call."""
    return tuple(model.graphs[number] for number in reversed(executed_graphs(model)))


def constants_once(model: Model) -> tuple[Operator, ...]:
    """The CALL_ONCE of the main graph that do no more than to give variables their first values.

    They only assign constants, and no operator before them touches those variables.
    """
    names = {tensor: name for graph in run_graphs(model) for tensor, name in _handles(graph.operators)}
    touched: set[object] = set()
    found = []
    for operator in model.main.operators:
        own = {names.get(handle) for handle in _touched(model, operator)}
        if operator.code == "CALL_ONCE" and not own & touched and _assigns_constants(model, operator):
            found.append(operator)
        touched |= own
    return tuple(found)


def _assigns_constants(model: Model, operator: Operator) -> bool:
    return all(
        each.code == "VAR_HANDLE"
        or (each.code == "ASSIGN_VARIABLE" and each.inputs[1] is not None and each.inputs[1].data is not None)
        for number in operator.graphs
        for each in model.graphs[number].operators
    )


def _computed_once(model: Model) -> Iterator[Operator]:
    constants = constants_once(model)
    for graph in run_graphs(model):
        for operator in graph.operators:
            if operator.code == "CALL_ONCE" and operator not in constants:
                yield operator


def _with_called(model: Model, operator: Operator) -> Iterator[Operator]:
    """An operator, and all that it runs."""
    yield operator
    for number in executed_graphs(model, called_graphs(operator)):
        yield from model.graphs[number].operators


def _touched(model: Model, operator: Operator) -> Iterator[Tensor]:
    """Handles of the variables that an operator, or what it runs, reads or assigns."""
    for each in _with_called(model, operator):
        if each.code in ("READ_VARIABLE", "ASSIGN_VARIABLE") and each.inputs[0] is not None:
            yield each.inputs[0]


def _assigned(model: Model, operator: Operator) -> Iterator[Tensor]:
    """Handles of the variables that an operator, or what it runs, assigns."""
    for each in _with_called(model, operator):
        if each.code == "ASSIGN_VARIABLE" and each.inputs[0] is not None:
            yield each.inputs[0]


def accesses(graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
    """The handle and the value of everything that reads or assigns a variable."""
    for operator in graph.operators:
        if operator.code == "READ_VARIABLE" and operator.inputs[0] is not None:
            yield operator.inputs[0], operator.outputs[0]
        elif operator.code == "ASSIGN_VARIABLE" and None not in operator.inputs[:2]:
            handle, value = operator.inputs[:2]
            assert handle is not None
            assert value is not None
            yield handle, value


def _own_states(operators: Iterable[Operator]) -> Iterator[Tensor]:
    """Outputs that an operator reads again in the next inference."""
    for operator in operators:
        place = OWN_STATES.get(operator.label) if operator.code == "CUSTOM" else None
        if place is not None and len(operator.outputs) > place:
            yield operator.outputs[place]


def _handles(operators: Iterable[Operator]) -> Iterator[tuple[Tensor, object]]:
    for operator in operators:
        if operator.code == "VAR_HANDLE":
            yield operator.outputs[0], (operator.options.get("container"), operator.options.get("shared_name"))


def _filling(tensor: Tensor) -> int:
    points = tensor.quantization.zero_point if tensor.quantization else ()
    return points[0] % 256 if len(points) and tensor.type.bytes == 1 else 0
