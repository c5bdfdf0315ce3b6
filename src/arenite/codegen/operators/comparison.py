"""Comparisons of two inputs, element by element, with broadcasting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.binary import affine, call
from arenite.codegen.quantized import quantize_multiplier, scale_of, zero_point_of
from arenite.codegen.types import TYPES
from arenite.codegen.unit import require, same_types, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.codegen.unit import Unit
    from arenite.model import Operator, Tensor

_TYPES = (*(ElementType[name] for name in ("BOOL", "INT8", "INT32", "INT64", "FLOAT32")),)
LESS, EQUAL, GREATER, UNORDERED = 1, 2, 4, 8
"""Bits for the possible relations of two values (arenite_compare_f32.h)."""


def comparison(ways: int) -> Callable[[Unit, Operator], None]:
    """Lowering of a comparison that is true if the relation of both inputs is one of the bits in `ways`."""

    def lower(unit: Unit, operator: Operator) -> None:
        first, second = tensors(operator, 2)
        kind = same_types((first.type, second.type), _TYPES)
        require(operator.outputs[0].type is ElementType.BOOL, "there is no kernel for these types")
        scales = _scales(first, second) if kind is ElementType.INT8 else {}
        call(unit, operator, f"compare_{TYPES[kind].suffix}", ways=ways, **scales)

    return lower


def _scales(first: Tensor, second: Tensor) -> dict[str, int]:
    """Fields that bring int8 inputs to one scale (ComparisonsPrepare)."""
    scales = [quantize_multiplier(scale_of(tensor)) for tensor in (first, second)]
    require(all(scale.shift <= 0 for scale in scales), "a scale is 1 or more")
    return affine((-zero_point_of(first), -zero_point_of(second)), scales)
