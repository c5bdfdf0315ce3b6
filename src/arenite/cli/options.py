"""What several commands take, and sizes as people write them."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from arenite.errors import OptionError

DEFAULT_TARGET = "tflm"
TARGET_HELP = (
    "Runtime and kernels: tflm (any kernels), tflm-reference, tflm-cmsis-nn/CORE with a CORE of cortex-m0, -m3, -m4, "
    "-m7, -m33, -m55, -m85, tflm-esp-nn/CHIP with a CHIP of esp32, esp32s3, esp32p4, or c (Arenite's own)."
)
TargetName = Annotated[str, typer.Option(metavar="NAME", help=TARGET_HELP)]

SHARE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) *(%?)")
SIZE = re.compile(r"(0x[0-9a-f]{1,12}|[0-9]{1,12}) *(?:([km])(?:i?b)?|b)?", re.IGNORECASE)
UNITS = {"": 1, "k": 1024, "m": 1024 * 1024}


def parse_share(text: str) -> float:
    """0.15 from `15%` or `0.15`.

    Raises:
        OptionError: the text is no such share.
    """
    found = SHARE.fullmatch(text.strip())
    if found is None:
        raise OptionError(f"{text!r} is not a share; write it as 15% or 0.15")
    return float(found[1]) / (100 if found[2] else 1)


def parse_size(text: str) -> int:
    """Bytes from `64K`, `96KB`, `1M`, `65536` or `0x10000`; K is 1024 bytes, M is 1024 K.

    Raises:
        OptionError: the text is no such size.
    """
    found = SIZE.fullmatch(text.strip())
    if found is None:
        raise OptionError(f"{text!r} is not a size; write it as 64K, 1M, 65536 or 0x10000")
    digits, unit = found.groups(default="")
    return int(digits, 0 if digits[:2].lower() == "0x" else 10) * UNITS[unit.lower()]
