"""Comparisons of two inputs, element by element, with broadcasting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.binary import call
from arenite.codegen.types import TYPES
from arenite.codegen.unit import require, same_types, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.codegen.unit import Unit
    from arenite.model import Operator

LESS, EQUAL, GREATER, UNORDERED = 1, 2, 4, 8
"""Bits for the possible relations of two values (arenite_compare_f32.h)."""


def comparison(ways: int) -> Callable[[Unit, Operator], None]:
    """Lowering of a comparison that is true if the relation of both inputs is one of the bits in `ways`."""

    def lower(unit: Unit, operator: Operator) -> None:
        first, second = tensors(operator, 2)
        kind = same_types((first.type, second.type), (ElementType.INT32, ElementType.FLOAT32))
        require(operator.outputs[0].type is ElementType.BOOL, "there is no kernel for these types")
        call(unit, operator, f"compare_{TYPES[kind].suffix}", ways=ways)

    return lower
