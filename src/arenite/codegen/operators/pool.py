"""AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.convolution import over_batches
from arenite.codegen.operators.options import number
from arenite.codegen.operators.window import window
from arenite.codegen.quantized import limits
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit, require, same_types, tensors
from arenite.model import ElementType, Operator

if TYPE_CHECKING:
    from collections.abc import Sequence


ALLOWED = (ElementType.INT8, ElementType.INT16, ElementType.FLOAT32)
"""Types of values that the kernels for averages and maxima take."""


def pool(unit: Unit, operator: Operator, *, kernel: str, allowed: Sequence[ElementType] = ALLOWED) -> None:
    """A pool; padding is excluded from averages, and L2_POOL_2D is the root of the mean square."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    kind = same_types((source.type, output.type), allowed)
    size = (number(operator, "filter_height", 1), number(operator, "filter_width", 1))
    place = window(operator, source, output, size)
    require(source.shape[3] == output.shape[3], "the shapes do not fit")
    layer = unit.parameters(f"{kernel}_{TYPES[kind].suffix}", window=place.structure, **limits(operator))
    over_batches(unit, layer, place, operator)
