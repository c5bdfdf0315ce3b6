"""Numbers that decide a call: options, and integers in constant inputs (axes, shapes, paddings).

Values that generated C cannot represent are refused.
"""

from __future__ import annotations

import math

from arenite.codegen.types import stored
from arenite.codegen.unit import require
from arenite.model import ElementType, Operator, Tensor

_INTEGERS = (ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.INT64)


def number(operator: Operator, name: str, default: int) -> int:
    """An option as a 32-bit integer.

    Raises:
        UnsupportedError: the option is not a 32-bit integer.
    """
    value = operator.options.get(name, default)
    fits = isinstance(value, int) and -(2**31) <= value < 2**31
    require(fits, f"the option {name} is {_shown(value)}, no integer of 32 bits")
    return int(value)  # type: ignore[arg-type]


def real(operator: Operator, name: str, default: float) -> float:
    """An option as a finite number.

    Raises:
        UnsupportedError: the option is infinite, NaN, or not a number.
    """
    value = operator.options.get(name, default)
    fits = isinstance(value, int | float) and math.isfinite(value)
    require(fits, f"the option {name} is {_shown(value)}, no finite number")
    return float(value)  # type: ignore[arg-type]


def _shown(value: object) -> str:
    """A value shortened for an error message; damaged files may contain any value."""
    return f"{value:g}" if isinstance(value, float) else repr(value)[:40]


def integers(operator: Operator, position: int) -> list[int]:
    """The values of a constant input.

    Raises:
        UnsupportedError: the input is missing, computed, or not of an integer type.
    """
    require(position < len(operator.inputs), "an input is missing")
    tensor = operator.inputs[position]
    require(tensor is not None and tensor.data is not None, f"input {position} must be a constant")
    assert tensor is not None
    require(tensor.type in _INTEGERS, f"input {position} must hold integers")
    values: list[int] = stored(tensor).tolist()
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
