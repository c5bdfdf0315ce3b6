"""A model as a C++ array: constant, so that a linker places it in flash, and aligned for TFLM."""

from __future__ import annotations

ROW = 16
"""Bytes per line of the array."""


def model_header(name: str, size: int) -> str:
    """The header that declares the array of `size` bytes."""
    return f"""\
// The model {name} as it is in its .tflite file. Made by Arenite.
#ifndef {name.upper()}_MODEL_H_
#define {name.upper()}_MODEL_H_

#define {name.upper()}_MODEL_BYTES {size}u

alignas(16) extern const unsigned char {name}_model[{name.upper()}_MODEL_BYTES];

#endif
"""


def model_source(name: str, content: bytes) -> str:
    """The source file that defines the array."""
    rows = (content[start : start + ROW].hex(" ") for start in range(0, len(content), ROW))
    body = "".join(f"  0x{row.replace(' ', ',0x')},\n" for row in rows)
    return f"""\
#include "{name}_model.h"

alignas(16) const unsigned char {name}_model[{name.upper()}_MODEL_BYTES] = {{
{body}}};
"""
