"""SVDF, a fully connected layer with state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.convolution import bias, values_of
from arenite.codegen.operators.options import number
from arenite.codegen.quantized import limits, quantize_multiplier, scale_of, single, zero_point_of
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit, require, tensors
from arenite.model import ElementType, Operator

if TYPE_CHECKING:
    from arenite.codegen.program import Field

_KINDS = {
    (ElementType.INT8, ElementType.INT8, ElementType.INT8, ElementType.INT8),
    (ElementType.INT8, ElementType.INT8, ElementType.INT16, ElementType.INT16),
    (ElementType.FLOAT32,) * 4,
}


def svdf(unit: Unit, operator: Operator) -> None:
    """SVDF, inputs (values, features, times, bias, state). Integer outputs always saturate (svdf_common.cc)."""
    source, features, times = tensors(operator, 3)
    state, output = operator.inputs[4] if len(operator.inputs) > 4 else None, operator.outputs[0]
    require(state is not None and state.variable, "the state must be a variable")
    assert state is not None
    kinds = (source.type, features.type, times.type, state.type)
    require(kinds in _KINDS and output.type is source.type, "there is no kernel for these types")
    require(len(source.shape) == len(features.shape) == len(times.shape) == 2, "the shapes do not fit")
    rank, (filters, depth), memory = number(operator, "rank", 1), features.shape, times.shape[1]
    require(rank > 0 and filters % rank == 0, f"a rank of {rank} does not fit the filters")
    batches, units = source.shape[0], filters // rank
    fit = (source.shape, times.shape, output.shape) == ((batches, depth), (filters, memory), (batches, units))
    require(fit and state.bytes == batches * filters * memory * state.type.bytes, "the shapes do not fit")
    own: dict[str, Field] = {**limits(operator)} if source.type is ElementType.FLOAT32 else _scales(operator)
    layer = unit.parameters(
        f"svdf_{TYPES[state.type].suffix}",
        depth=depth,
        units=units,
        rank=rank,
        memory=memory,
        features=values_of(unit, features, "features"),
        times=values_of(unit, times, "times"),
        bias=bias(unit, operator, units, source.type, 3),
        **own,
    )
    unit.call_with(layer, batches, unit.pointer(source), unit.target(state), unit.target(output))


def _scales(operator: Operator) -> dict[str, Field]:
    """Fields with the factors of both stages; products of scales are in single precision."""
    (source, features, times), state, output = tensors(operator, 3), operator.input(4), operator.outputs[0]
    before = quantize_multiplier(single(single(scale_of(source) * scale_of(features)) / scale_of(state)))
    after = quantize_multiplier(single(single(scale_of(state) * scale_of(times)) / scale_of(output)))
    return {
        "input_offset": -zero_point_of(source),
        **before.fields("state_"),
        "state_offset": zero_point_of(state),
        **after.fields("output_"),
        "output_offset": zero_point_of(output),
    }
