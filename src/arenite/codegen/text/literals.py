"""Numbers as C source that means the same in C99 and C++."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from arenite.codegen.text.lines import filled

if TYPE_CHECKING:
    from arenite.codegen.types import CType


def literal(value: float) -> str:
    """An integer or a single-precision number."""
    return float_literal(value) if isinstance(value, float) else integer_literal(value)


def integer_literal(value: int) -> str:
    """An integer of up to 64 bits. The smallest ones are expressions, since C has no literal for them."""
    if value == -(2**63):
        return "(-9223372036854775807LL - 1)"
    if value == -(2**31):
        return "(-2147483647 - 1)"
    if not -(2**31) <= value < 2**31:
        return f"{value}{'U' if 0 < value < 2**32 else 'ULL' if value >= 2**63 else 'LL'}"
    return str(value)


def float_literal(value: float) -> str:
    """A single-precision number without loss. Infinities and NaN are divisions, since C has no literals for them."""
    if math.isnan(value):
        return "(0.0f / 0.0f)"
    if math.isinf(value):
        return "(1.0f / 0.0f)" if value > 0 else "(-1.0f / 0.0f)"
    text = f"{value:.9g}"
    return f"{text}f" if any(mark in text for mark in ".e") else f"{text}.0f"


def elements(kind: CType, content: bytes) -> str:
    """Initializers of an array from its little-endian bytes."""
    import numpy as np

    values = np.frombuffer(content, kind.dtype)
    # Integers of one byte need no suffix and are no special case, and most constants are such.
    texts = map(str if values.itemsize == 1 else literal, values.tolist())
    return filled(list(texts), "  ")
