"""Values as C source, the same in C99 and C++."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arenite.codegen.types import CType

WIDTH = 116
FLASH = "ARENITE_FLASH"
"""Macro of the generated file that aligns constants, so that kernels may read whole words."""


def literal(value: Any) -> str:
    """An integer, a float, an expression (str), or a tuple of these as an initialiser."""
    if isinstance(value, tuple):
        return "{" + ", ".join(map(literal, value)) + "}"
    if isinstance(value, float):
        return float_literal(value)
    return integer_literal(value) if isinstance(value, int) else str(value)


def integer_literal(value: int) -> str:
    """An integer of up to 64 bits; the smallest ones have no literal of their own."""
    if value == -(2**63):
        return "(-9223372036854775807LL - 1)"
    if value == -(2**31):
        return "(-2147483647 - 1)"
    if not -(2**31) <= value < 2**31:
        return f"{value}{'U' if 0 < value < 2**32 else 'ULL' if value >= 2**63 else 'LL'}"
    return str(value)


def float_literal(value: float) -> str:
    """A single-precision number, exactly. Infinities and NaN, which C has no literals for, come from a division."""
    if math.isnan(value):
        return "(0.0f / 0.0f)"
    if math.isinf(value):
        return "(1.0f / 0.0f)" if value > 0 else "(-1.0f / 0.0f)"
    text = f"{value:.9g}"
    return f"{text}f" if any(mark in text for mark in ".e") else f"{text}.0f"


def array_definition(kind: CType, name: str, content: bytes) -> str:
    """Definition of an array of constants."""
    import numpy as np

    values = [literal(value) for value in np.frombuffer(content, kind.dtype).tolist()]
    return f"static {FLASH} const {kind.name} {name}[{len(values)}] = {{\n{wrapped(values)}}};"


def wrapped(values: list[str]) -> str:
    """Values with commas between them, in lines of bounded length."""
    lines: list[str] = []
    line: list[str] = []
    length = 0
    for value in values:
        if line and length + len(value) + 2 > WIDTH:
            lines.append(", ".join(line))
            line, length = [], 0
        line.append(value)
        length += len(value) + 2
    return ",\n".join([*lines, ", ".join(line)])
