"""GATHER."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.constants import axis_of
from arenite.codegen.operators.options import number
from arenite.codegen.unit import require, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator


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
    unit.call("gather", layer, unit.pointer(source), unit.pointer(places), unit.target(output))
