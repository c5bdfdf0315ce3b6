"""State that generated C keeps from one inference to the next: variables, in bytes behind the planned arena."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from arenite.operators.liveness import called_graphs, executed_graphs
from arenite.operators.state import first_byte, resources
from arenite.tflite.custom_options import custom_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from arenite.model import Graph, Model, Operator, Tensor

OWN_STATES: Mapping[str, int] = {"SignalFilterBankSpectralSubtraction": 1, "CIRCULAR_BUFFER": 0}
"""TFLM's custom operators that read one of their outputs in the next inference: the position of that output."""

EVERY_ROW = frozenset({5, 13, 25})
"""Numbers of rows for which TFLM uses a period of 1 if a CIRCULAR_BUFFER has none (circular_buffer_common.cc)."""
LONGEST_PERIOD = 255
"""Most inferences for which a CIRCULAR_BUFFER waits: they are counted in a byte."""

KEEP_SAMPLES = frozenset({"SignalDelay", "SignalFramer", "SignalOverlapAdd", "SignalStacker"})
"""TFLM's custom operators that keep samples for inferences to come."""

WORD = 4
"""Variables are aligned to this many bytes or to the size of their elements, whichever is larger."""


@dataclass(frozen=True, slots=True)
class Variable:
    """Variable of `size` bytes at `offset` in the state, with elements of `element` bytes.

    `filling` is the initial value of every byte: the zero point for 8-bit values, else 0, as in TFLM.
    """

    offset: int
    size: int
    element: int
    filling: int


@dataclass(frozen=True)
class Kept:
    """State of a model: variables by tensor, and flags by operator.

    A tensor here is a variable tensor or a handle; several handles may share a variable. `flags` has one byte for each
    CALL_ONCE that computes: 1 once its graph has run, else 0; and one for each CIRCULAR_BUFFER that lets not every
    inference run to its end: the inferences that ended there since one did. The operators of `KEEP_SAMPLES` have their
    samples there, at first 0.
    """

    variables: Mapping[Tensor, Variable]
    flags: Mapping[Operator, Variable]
    size: int
    alignment: int


def kept(model: Model) -> Kept:
    """Lay out a model's state: variables by decreasing element size, then the flags."""
    found: dict[object, tuple[int, int, int]] = {}
    keys: dict[Tensor, object] = {}
    for graph in run_graphs(model):
        for tensor in (*(each for each in graph.tensors if each.variable), *own_states(graph.operators)):
            keys[tensor] = tensor
            found[tensor] = tensor.bytes, tensor.type.bytes, first_byte(tensor)
        handles = dict(resources(graph.operators))
        keys.update(handles)
        for handle, value in accesses(graph):
            if handle in handles:
                found.setdefault(handles[handle], (value.bytes, value.type.bytes, first_byte(value)))
    places: dict[object, Variable] = {}
    size = 0
    for key, (length, element, filling) in sorted(found.items(), key=lambda item: -item[1][1]):
        size = -(-size // max(element, WORD)) * max(element, WORD)
        places[key] = Variable(size, length, element, filling)
        size += length
    variables = {tensor: places[key] for tensor, key in keys.items() if key in places}
    flags: dict[Operator, Variable] = {}
    for operator, length in _own_bytes(model):
        size = size if length == 1 else -(-size // WORD) * WORD
        flags[operator] = Variable(size, length, min(length, WORD), 0)
        size += length
    kept_words = [*places.values(), *(place for place in flags.values() if place.element > 1)]
    alignment = max((max(place.element, WORD) for place in kept_words), default=1)
    return Kept(variables, flags, size, alignment)


def read_in_place(model: Model) -> frozenset[Tensor]:
    """Tensors that share the bytes of a variable: state outputs of operators, and results of READ_VARIABLE.

    A READ_VARIABLE of the main graph qualifies if no operator assigns the variable before the last reader of its
    result.
    """
    graph, variables = model.main, kept(model).variables
    assigned = [
        (index, variables.get(handle))
        for index, operator in enumerate(graph.operators)
        for handle in _used(model, operator, "ASSIGN_VARIABLE")
    ]
    last = {tensor: index for index, each in enumerate(graph.operators) for tensor in each.inputs if tensor is not None}
    found = {tensor for run in run_graphs(model) for tensor in own_states(run.operators)}
    for index, operator in enumerate(graph.operators):
        handle = operator.inputs[0] if operator.code == "READ_VARIABLE" else None
        if handle is not None and handle in variables and operator.outputs[0] not in graph.outputs:
            value = operator.outputs[0]
            end = last.get(value, index)
            if not any(index < place <= end and variable == variables[handle] for place, variable in assigned):
                found.add(value)
    return frozenset(found)


def run_graphs(model: Model) -> tuple[Graph, ...]:
    """The main graph and all graphs that an inference runs, callers before the graphs that they call."""
    return tuple(model.graphs[number] for number in reversed(executed_graphs(model)))


def constants_once(model: Model) -> tuple[Operator, ...]:
    """CALL_ONCE operators of the main graph that only set initial values of variables.

    Their graphs only assign constants, and no earlier operator accesses these variables.
    """
    names = {tensor: name for graph in run_graphs(model) for tensor, name in resources(graph.operators)}
    touched: set[object] = set()
    found = []
    for operator in model.main.operators:
        own = {names.get(handle) for handle in _used(model, operator, "READ_VARIABLE", "ASSIGN_VARIABLE")}
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


def _own_bytes(model: Model) -> Iterator[tuple[Operator, int]]:
    """Operators with bytes of their own, and how many they have."""
    constants = constants_once(model)
    operators = [operator for graph in run_graphs(model) for operator in graph.operators]
    yield from ((each, 1) for each in operators if each.code == "CALL_ONCE" and each not in constants)
    for operator in operators:
        if operator.label == "CIRCULAR_BUFFER" and period(operator) > 1:
            yield operator, 1
        elif operator.label in KEEP_SAMPLES and (length := _samples(operator)) > 0:
            yield operator, length


def _samples(operator: Operator) -> int:
    """Bytes of the samples that an operator keeps: those held back, or a frame, for each row.

    SignalFramer and SignalStacker have the number of their samples in a word before them.
    """
    source = operator.inputs[0] if operator.inputs else None
    if source is None or len(source.shape) < 1 or not prod(source.shape):
        return 0
    if operator.label == "SignalDelay":
        return source.bytes // source.shape[-1] * custom_options(operator).get("delay_length", 0)
    if operator.label in ("SignalFramer", "SignalStacker"):
        rows = prod(source.shape[:-1]) if operator.label == "SignalFramer" else 1
        return WORD + rows * frame_room(operator) * source.type.bytes
    return source.bytes // source.shape[-2] if len(source.shape) > 1 else 0


def frame_room(operator: Operator) -> int:
    """Samples for which SignalFramer, for each row, and SignalStacker have room: a frame, in whole steps."""
    step = max(custom_options(operator).get("frame_step", 1), 1)
    shape = operator.outputs[0].shape if operator.outputs else ()
    return -(-shape[-1] // step) * step if shape else 0


def period(operator: Operator) -> int:
    """Of how many inferences a CIRCULAR_BUFFER lets one run to its end; without the option TFLM looks at its rows.

    The case that TFLM derives from the number of operators prepared so far is left out (CircularBufferPrepare).
    """
    given = custom_options(operator).get("cycles_max", 0)
    if given > 0:
        return given
    shape = operator.outputs[0].shape if operator.outputs else ()
    return 1 if len(shape) > 1 and shape[1] in EVERY_ROW else 2


def _with_called(model: Model, operator: Operator) -> Iterator[Operator]:
    """An operator, and all operators of the graphs that it calls."""
    yield operator
    for number in executed_graphs(model, called_graphs(operator)):
        yield from model.graphs[number].operators


def _used(model: Model, operator: Operator, *codes: str) -> Iterator[Tensor]:
    """Handles of variables that an operator, or a graph that it calls, uses by operators of these kinds."""
    for each in _with_called(model, operator):
        if each.code in codes and each.inputs[0] is not None:
            yield each.inputs[0]


def accesses(graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
    """Handle and value of every operator that reads or assigns a variable."""
    for operator in graph.operators:
        if operator.code == "READ_VARIABLE" and operator.inputs[0] is not None:
            yield operator.inputs[0], operator.outputs[0]
        elif operator.code == "ASSIGN_VARIABLE" and None not in operator.inputs[:2]:
            handle, value = operator.inputs[:2]
            assert handle is not None
            assert value is not None
            yield handle, value


def own_states(operators: Iterable[Operator]) -> Iterator[Tensor]:
    """Outputs that their operator reads again in the next inference."""
    for operator in operators:
        place = OWN_STATES.get(operator.label) if operator.code == "CUSTOM" else None
        if place is not None and len(operator.outputs) > place:
            yield operator.outputs[place]
