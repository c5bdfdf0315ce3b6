"""Model and Arena -> Program: every call in order, with addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.generated_c.calls import called
from arenite.backends.generated_c.kept import kept
from arenite.backends.generated_c.memory_places import memory_places
from arenite.codegen import control
from arenite.codegen.cmsis_nn import LOWERINGS
from arenite.codegen.description import heading, short_name
from arenite.codegen.loops import rolled
from arenite.codegen.memory_map import places
from arenite.codegen.operators.registry import lowering
from arenite.codegen.operators.rows_outside import is_outside, rows_outside
from arenite.codegen.program import Address, Block, Call, Function, Memory, Port, Program, Run
from arenite.codegen.quantized import scale_of, zero_point_of
from arenite.codegen.reset import reset_calls
from arenite.codegen.types import BYTES, TYPES
from arenite.codegen.unit import Unit
from arenite.errors import UnsupportedError
from arenite.model import Model, Operator, Outside, Tensor
from arenite.operators.liveness import PLANNED_CONTROL_FLOW
from arenite.operators.rows_outside import comes_once, ends_in_rows, most_held

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.backends.target import Target
    from arenite.codegen.arena import Arena


def assembled(model: Model, name: str, arena: Arena, target: Target) -> Program:
    """The program of a model that passes `obstacles.check_operators` and is `prepared`.

    Args:
        name: prefix of all names in the program.
        arena: addresses of the model's tensors.
    """
    ends = _Ends(name, model)
    offsets = {**arena.offsets, **ends.offsets}
    unit = Unit(offsets, ends.bases, ends.rows, arena.scratch, _counters(model, arena), target.backend)
    runs = {
        number: Run(control.function_name(model, number, name), target.core is not None)
        for number in control.inner_graphs(model)
    }
    inner = tuple(
        _function(model, number, run.name, _steps(model, unit, arena, number, runs)) for number, run in runs.items()
    )
    main = _function(model, 0, f"{name}_invoke_in", _steps(model, unit, arena, 0, runs))
    at_the_end = arena.at_the_end()
    return Program(
        name,
        model.name,
        tuple(ends.port(tensor, arena.offsets) for tensor in model.main.inputs),
        tuple(ends.port(tensor, at_the_end) for tensor in model.main.outputs),
        main,
        inner,
        reset_calls(unit, model, kept(model), arena.size - arena.kept),
        _memory(model, arena, target),
        target,
    )


class _Ends:
    """What C calls the inputs and outputs that are outside of the arena, and the tensors that lie in them."""

    def __init__(self, name: str, model: Model) -> None:
        self.symbols: dict[Tensor, str] = {}
        for what, verb, tensors in (("input", "read", model.main.inputs), ("output", "write", model.main.outputs)):
            by_rows = sum(tensor.outside is Outside.ROWS for tensor in tensors)
            for number, tensor in enumerate(tensors):
                if tensor.outside is Outside.ROWS:
                    self.symbols[tensor] = f"{name}_{verb}_rows" + f"_{number}" * (by_rows > 1)
                elif tensor.outside is Outside.MEMORY:
                    self.symbols[tensor] = f"{what}_{number}"
        streamed = [tensor for tensor in model.main.inputs if tensor.outside is Outside.ROWS]
        for tensor in streamed:
            if not comes_once(model.main, tensor):
                raise UnsupportedError(f"{model.name}: the rows of {tensor.name!r} are not read once, in their order")
        self.held = {tensor: most_held(model, tensor) for tensor in streamed}
        places = memory_places(model)
        self.bases = {tensor: f"{self.symbols[place.whole]}_bytes" for tensor, place in places.items()}
        self.offsets = {tensor: place.offset for tensor, place in places.items()}
        self.rows = {tensor: self.symbols[whole] for tensor, whole in ends_in_rows(model).items()}

    def port(self, tensor: Tensor, offsets: Mapping[Tensor, int]) -> Port:
        """An input or output; its offset is 0 if it is outside of the arena."""
        found = port(tensor, 0 if tensor.outside else offsets[tensor])
        return replace(
            found, outside=tensor.outside, symbol=self.symbols.get(tensor, ""), held=self.held.get(tensor, 0)
        )


def _function(model: Model, number: int, name: str, steps: Sequence[Call | Block]) -> Function:
    graph = model.graphs[number]
    return Function(name, graph.name, tuple(rolled(steps)), tuple(map(heading, graph.operators)))


def _steps(model: Model, unit: Unit, arena: Arena, number: int, runs: Mapping[int, Run]) -> list[Call | Block]:
    """Steps of one graph. Only the main graph has moves, and only if no other graph runs."""
    unit.graph, unit.calls = number, []
    for index, operator in enumerate(model.graphs[number].operators):
        unit.index, unit.label = index, _label(operator)
        if number == 0:
            _move(unit, arena, index)
        if operator.code in PLANNED_CONTROL_FLOW:
            callees = [control.Callee(model.graphs[each], runs[each]) for each in operator.graphs if each in runs]
            control.lower(unit, operator, callees, unit.counters.get(operator))
        else:
            _lower(unit, operator)
    return unit.calls


def _lower(unit: Unit, operator: Operator) -> None:
    if is_outside(operator):
        rows_outside(unit, operator)
        return
    lower = LOWERINGS[operator.code] if called(operator, unit.kernels.cmsis_nn) else lowering(operator)
    assert lower is not None  # check_operators has refused operators without a lowering
    lower(unit, operator)


def _label(operator: Operator) -> str:
    """Name for constants of an operator: the name of its first output."""
    return short_name(operator.outputs[0].name) if operator.outputs else operator.label


def _move(unit: Unit, arena: Arena, index: int) -> None:
    """Add the moves before an operator."""
    for move in arena.moves.get(index, ()):
        places = Address(move.target, "void", writable=True), Address(move.source, "void")
        unit.call("move", *places, move.size, note=f"moves {', '.join(short_name(each.name) for each in move.tensors)}")
        unit.offsets = {**unit.offsets, **move.onto(unit.offsets)}


def _counters(model: Model, arena: Arena) -> dict[Operator, int]:
    """Arena offsets of the bytes that operators keep."""
    base = arena.size - arena.kept
    return {operator: base + place.offset for operator, place in kept(model).flags.items()}


def port(tensor: Tensor, offset: int) -> Port:
    """An input or output at an offset of the arena; types that C does not have are handed over as bytes."""
    kind = TYPES.get(tensor.type, BYTES)
    try:
        scale, zero_point = scale_of(tensor), zero_point_of(tensor)
    except UnsupportedError:  # no quantization, or several scales
        scale, zero_point = None, 0
    return Port(tensor.name, kind, tensor.shape, offset, tensor.bytes // kind.bytes, scale, zero_point)


def _memory(model: Model, arena: Arena, target: Target) -> Memory:
    moved = tuple(move.size for index in sorted(arena.moves) for move in arena.moves[index])
    return Memory(
        arena.size, arena.alignment, arena.kept, moved, arena.saved, tuple(places(model, arena, target.backend))
    )
