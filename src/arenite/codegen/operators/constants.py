"""Integers that operators take as constant inputs: axes, shapes, paddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.types import TYPES
from arenite.codegen.unit import require
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

_INTEGERS = (ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.INT64)


def integers(operator: Operator, position: int) -> list[int]:
    """The values of a constant input.

    Raises:
        UnsupportedError: the input is missing, computed, or not of an integer type.
    """
    require(position < len(operator.inputs), "an input is missing")
    tensor = operator.inputs[position]
    require(tensor is not None and tensor.data is not None, f"input {position} must be a constant")
    assert tensor is not None
    assert tensor.data is not None
    require(tensor.type in _INTEGERS, f"input {position} must hold integers")
    import numpy as np

    values: list[int] = np.frombuffer(bytes(tensor.data.content)[: tensor.bytes], TYPES[tensor.type].dtype).tolist()
    return values


def first_integer(operator: Operator, position: int) -> int:
    """The first value of a constant input.

    Raises:
        UnsupportedError: the input has no value.
    """
    values = integers(operator, position)
    require(values, f"input {position} holds nothing")
    return values[0]


def axis_of(number: int, tensor: Tensor) -> int:
    """An axis counted from the front; `number` may be negative.

    Raises:
        UnsupportedError: the tensor has no such axis.
    """
    rank = len(tensor.shape)
    require(-rank <= number < rank, f"there is no axis {number}")
    return number % rank
