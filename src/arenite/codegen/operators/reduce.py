"""Reductions, ARG_MAX and ARG_MIN."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.fixed_point import wrap
from arenite.codegen.operators.copy import steps
from arenite.codegen.operators.options import axis_of, first_integer, integers
from arenite.codegen.program import Field, Structure
from arenite.codegen.quantized import Scale, quantize_multiplier, scale_of, zero_point_of
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit, require, same_types, tensors
from arenite.model import ElementType, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence


RANK = 3
"""Most kept, and most reduced, dimensions over which a kernel iterates (ARENITE_REDUCE_RANK)."""

_ADDED = (ElementType.INT8, ElementType.INT16, ElementType.FLOAT32)
_COMPARED = (ElementType.INT8, ElementType.FLOAT32)


def sum_or_mean(unit: Unit, operator: Operator, *, divided: bool) -> None:
    """SUM and, `divided` by the number of values, MEAN."""
    source, output, axes = _operands(operator)
    kind = same_types((source.type, output.type), _ADDED)
    count = prod(source.shape[axis] for axis in axes)
    if kind is ElementType.FLOAT32:
        _call(unit, operator, "mean_f32", divisor=float(count if divided else 1))
        return
    scale = quantize_multiplier(scale_of(source) / scale_of(output))
    if divided:
        scale = divided_scale(scale, count)
    _call(
        unit,
        operator,
        f"mean_{TYPES[kind].suffix}",
        shift_in=wrap(-zero_point_of(source) * count),
        **scale.fields(),
        output_offset=zero_point_of(output),
    )


def divided_scale(scale: Scale, count: int) -> Scale:
    """The scale divided by the number of values, without loss of bits (QuantizedMeanOrSum)."""
    shift = min(count.bit_length() - 1, 32, 31 + scale.shift)
    return Scale((scale.multiplier << shift) // count, scale.shift - shift)


def reduce_extreme(unit: Unit, operator: Operator, *, kernel: str, allowed: Sequence[ElementType] = _COMPARED) -> None:
    """REDUCE_MAX and REDUCE_MIN; REDUCE_ALL is the least of booleans."""
    source, output, _ = _operands(operator)
    kind = same_types((source.type, output.type), allowed)
    _call(unit, operator, f"{kernel}_{TYPES[kind].suffix}")


def _call(unit: Unit, operator: Operator, kernel: str, **fields: Field) -> None:
    source, output, axes = _operands(operator)
    layer = unit.parameters(kernel, shape=_walks(source.shape, axes), **fields)
    unit.call_with(layer, unit.pointer(source), unit.target(output))


def _operands(operator: Operator) -> tuple[Tensor, Tensor, frozenset[int]]:
    (source,), output = tensors(operator, 1), operator.outputs[0]
    axes = frozenset(axis_of(axis, source) for axis in integers(operator, 1))
    kept = prod(length for axis, length in enumerate(source.shape) if axis not in axes)
    require(kept == prod(output.shape), "the axes do not fit the output")
    return source, output, axes


def _walks(shape: Sequence[int], axes: frozenset[int]) -> Structure:
    """An `arenite_reduce_t`: kept and reduced dimensions."""
    fields: list[tuple[str, Field]] = []
    for what, wanted in (("kept", False), ("reduced", True)):
        joined: list[tuple[int, int]] = []
        for axis, (count, step) in enumerate(zip(shape, steps(shape), strict=True)):
            if (axis in axes) is not wanted or count == 1:
                continue
            if joined and joined[-1][1] == count * step:
                joined[-1] = (joined[-1][0] * count, step)
            else:
                joined.append((count, step))
        require(len(joined) <= RANK, f"more than {RANK} dimensions are walked apart")
        joined = [(1, 0)] * (RANK - len(joined)) + joined
        fields.append((what, tuple(count for count, _ in joined)))
        fields.append((f"{what}_step", tuple(step for _, step in joined)))
    return Structure(tuple(fields))


def arg_extreme(unit: Unit, operator: Operator, *, kernel: str) -> None:
    """ARG_MAX and ARG_MIN."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    kind = same_types((source.type,), _COMPARED)
    require(output.type in (ElementType.INT32, ElementType.INT64), "there is no kernel for these types")
    wide = "_s64" if output.type is ElementType.INT64 else ""
    axis = axis_of(first_integer(operator, 1), source)
    outer, inner = prod(source.shape[:axis]), prod(source.shape[axis + 1 :])
    require(prod(output.shape) == outer * inner, "the axis does not fit the output")
    places = (unit.pointer(source), unit.target(output))
    unit.call(f"{kernel}_{TYPES[kind].suffix}{wide}", outer, source.shape[axis], inner, *places)
