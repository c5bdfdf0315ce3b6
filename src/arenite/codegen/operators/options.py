"""Reads numeric options of operators, and refuses values that generated C cannot represent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from arenite.codegen.unit import require

if TYPE_CHECKING:
    from arenite.model import Operator


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
