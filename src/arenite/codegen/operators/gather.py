"""Operators that read or write at places which other tensors say: GATHER, EMBEDDING_LOOKUP, SLICE and the like."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.copy import RANK, Walk, copy, copy_all, fields, same_type, steps
from arenite.codegen.operators.options import axis_of, integers, number
from arenite.codegen.program import Field, Structure
from arenite.codegen.quantized import scale_of, zero_point_of
from arenite.codegen.types import INT8
from arenite.codegen.unit import Unit, require, tensors
from arenite.model import ElementType, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence


def gather(unit: Unit, operator: Operator) -> None:
    """GATHER of slices along one axis, selected by int32 indices."""
    (source, places), output = tensors(operator, 2), operator.outputs[0]
    require(source.type is output.type and places.type is ElementType.INT32, "there is no kernel for these types")
    axis, shared = axis_of(number(operator, "axis", 0), source), number(operator, "batch_dims", 0)
    shared += len(places.shape) if shared < 0 else 0
    require(shared <= axis and source.shape[:shared] == places.shape[:shared], "the batches do not fit")
    batches, outer, picked = prod(source.shape[:shared]), prod(source.shape[shared:axis]), prod(places.shape[shared:])
    row = prod(source.shape[axis + 1 :])
    require(prod(output.shape) == batches * outer * picked * row, "the shapes do not fit")
    bytes_ = row * source.type.bytes
    layer = unit.parameters(
        "gather", batches=batches, outer=outer, rows=source.shape[axis], picked=picked, bytes=bytes_
    )
    unit.call_with(layer, unit.pointer(source), unit.pointer(places), unit.target(output))


def gather_nd(unit: Unit, operator: Operator) -> None:
    """GATHER_ND of parts at int32 positions."""
    (source, places), output = tensors(operator, 2), operator.outputs[0]
    same_type(source, output)
    require(places.type is ElementType.INT32 and places.shape, "there is no kernel for these types")
    axes = places.shape[-1]
    require(axes <= min(RANK, len(source.shape)), "the positions have too many axes")
    require(output.shape == places.shape[:-1] + source.shape[axes:], "the shapes do not fit")
    part, width = prod(source.shape[axes:]), source.type.bytes
    layer = unit.parameters(
        "gather_nd",
        picked=prod(places.shape[:-1]),
        bytes=part * width,
        axes=axes,
        length=_filled(source.shape[:axes], 1),
        step=_filled([step * width for step in steps(source.shape)[:axes]], 0),
    )
    unit.call_with(layer, unit.pointer(source), unit.pointer(places), unit.target(output))


def _filled(numbers: Sequence[int], rest: int) -> tuple[int, ...]:
    """Numbers by axis, as many as the kernels have axes."""
    return (*numbers, *(rest for _ in range(RANK - len(numbers))))


def embedding_lookup(unit: Unit, operator: Operator) -> None:
    """EMBEDDING_LOOKUP of rows in the type of the table, or of int8 rows as floats.

    The latter are gathered at the end of the output and dequantized from there, from the first value to the last.
    """
    (places, table), output = tensors(operator, 2), operator.outputs[0]
    converted = table.type is ElementType.INT8 and output.type is ElementType.FLOAT32
    require(converted or table.type is output.type, "there is no kernel for these types")
    require(places.type is ElementType.INT32 and table.shape, "there is no kernel for these types")
    picked, row = prod(places.shape), prod(table.shape[1:])
    require(prod(output.shape) == picked * row, "the shapes do not fit")
    layer = unit.parameters(
        "gather", batches=1, outer=1, rows=table.shape[0], picked=picked, bytes=row * table.type.bytes
    )
    end = output.bytes - picked * row * table.type.bytes
    unit.call_with(layer, unit.pointer(table), unit.pointer(places), unit.target(output, extra=end))
    if converted:
        require(zero_point_of(table) == 0, "the zero point of the table must be 0")
        gathered = unit.pointer(output, extra=end, kind=INT8)
        unit.call("dequantize_s8_f32", scale_of(table), 0, picked * row, gathered, unit.target(output))


def slice_of(unit: Unit, operator: Operator) -> None:
    """SLICE at a place that is constant, or that int32 numbers say; its shape is that of the output."""
    (source, places), output = tensors(operator, 2), operator.outputs[0]
    same_type(source, output)
    require(len(source.shape) == len(output.shape) == prod(places.shape), "the shapes do not fit")
    read = steps(source.shape)
    walk = Walk(output.shape, read, steps(output.shape))
    room = [whole - part for whole, part in zip(source.shape, output.shape, strict=True)]
    if places.data is not None:
        begin = integers(operator, 1)
        inside = all(0 <= place <= most for place, most in zip(begin, room, strict=True))
        require(inside, "the slice reaches beyond the input")
        first = sum(place * step for place, step in zip(begin, read, strict=True))
        copy(unit, source, output, replace(walk, read_first=first))
        return
    require(places.type is ElementType.INT32, "there is no kernel for these types")
    require(min(room, default=0) >= 0 and len(room) <= RANK, "the shapes do not fit")
    layer = unit.parameters("slice", **_placed(source, walk, room))
    unit.call_with(layer, unit.pointer(source), unit.pointer(places), unit.target(output))


def _placed(whole: Tensor, walk: Walk, room: Sequence[int]) -> dict[str, Field]:
    """Fields for the copy of a part of a tensor, at a place with this much room along each axis."""
    width = whole.type.bytes
    return {
        "shape": Structure(tuple(fields(width, walk).items())),
        "axes": len(room),
        "room": _filled(room, 0),
        "step": _filled([step * width for step in steps(whole.shape)], 0),
    }


def dynamic_update_slice(unit: Unit, operator: Operator) -> None:
    """DYNAMIC_UPDATE_SLICE: copies the operand, then the update to the place that int32 numbers say."""
    (source, update, places), output = tensors(operator, 3), operator.outputs[0]
    same_type(source, output)
    same_type(update, output)
    require(places.type is ElementType.INT32, "there is no kernel for these types")
    fit = source.shape == output.shape and len(update.shape) == len(source.shape) == prod(places.shape)
    room = [whole - part for whole, part in zip(source.shape, update.shape, strict=False)]
    require(fit and min(room, default=-1) >= 0 and len(room) <= RANK, "the shapes do not fit")
    copy_all(unit, source, output)
    walk = Walk(update.shape, steps(update.shape), steps(output.shape))
    layer = unit.parameters("update_slice", **_placed(output, walk, room))
    unit.call_with(layer, unit.pointer(update), unit.pointer(places), unit.target(output))
