"""Options of operators as numbers that generated code can hold; what a damaged file may say instead is refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from arenite.codegen.unit import require

if TYPE_CHECKING:
    from arenite.model import Operator


def number(operator: Operator, name: str, default: int) -> int:
    """An option that is an integer of 32 bits.

    Raises:
        UnsupportedError: the option holds something else.
    """
    value = operator.options.get(name, default)
    fits = isinstance(value, int) and -(2**31) <= value < 2**31
    require(fits, f"the option {name} is {_shown(value)}, no integer of 32 bits")
    return int(value)  # type: ignore[arg-type]


def real(operator: Operator, name: str, default: float) -> float:
    """An option that is a finite number.

    Raises:
        UnsupportedError: the option is infinite, NaN, or no number.
    """
    value = operator.options.get(name, default)
    fits = isinstance(value, int | float) and math.isfinite(value)
    require(fits, f"the option {name} is {_shown(value)}, no finite number")
    return float(value)  # type: ignore[arg-type]


def _shown(value: object) -> str:
    """A value as an error line shows one: short, whatever a file holds."""
    return f"{value:g}" if isinstance(value, float) else repr(value)[:40]
