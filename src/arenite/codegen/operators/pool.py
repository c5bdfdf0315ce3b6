"""AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.convolution import over_batches
from arenite.codegen.operators.options import number
from arenite.codegen.operators.window import window
from arenite.codegen.quantized import activation_range, float_range
from arenite.codegen.types import TYPES
from arenite.codegen.unit import require, same_types, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator

_TYPES = (ElementType.INT8, ElementType.INT16, ElementType.FLOAT32)


def average_pool(unit: Unit, operator: Operator) -> None:
    """AVERAGE_POOL_2D; padding is excluded from the average."""
    _pool(unit, operator, "average_pool")


def max_pool(unit: Unit, operator: Operator) -> None:
    """MAX_POOL_2D."""
    _pool(unit, operator, "max_pool")


def l2_pool(unit: Unit, operator: Operator) -> None:
    """L2_POOL_2D of floats: the root of the mean square."""
    (source,) = tensors(operator, 1)
    require(source.type is ElementType.FLOAT32, "there is no kernel for these types")
    _pool(unit, operator, "l2_pool")


def _pool(unit: Unit, operator: Operator, kernel: str) -> None:
    (source,), output = tensors(operator, 1), operator.outputs[0]
    kind = same_types((source.type, output.type), _TYPES)
    size = (number(operator, "filter_height", 1), number(operator, "filter_width", 1))
    place = window(operator, source, output, size)
    require(source.shape[3] == output.shape[3], "the shapes do not fit")
    activation = operator.options.get("fused_activation_function")
    limits = float_range(activation) if kind is ElementType.FLOAT32 else activation_range(activation, output)
    layer = unit.parameters(
        f"{kernel}_{TYPES[kind].suffix}", window=place.structure, lowest=limits[0], highest=limits[1]
    )
    over_batches(unit, layer, place, operator)
