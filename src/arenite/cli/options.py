"""Options that several commands share, and the parsing of sizes."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from arenite.errors import OptionError
from arenite.runtimes.run import MOST_ROUNDS

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_TARGET = "tflm"
TARGET_HELP = (
    "Runtime and kernels: tflm (any kernels), tflm-reference, tflm-cmsis-nn/CORE with a CORE of cortex-m0, -m3, -m4, "
    "-m7, -m33, -m55, -m85, tflm-esp-nn/CHIP with a CHIP of esp32, esp32s3, esp32p4, c (Arenite's own) or "
    "c-cmsis-nn/CORE (the same, calling CMSIS-NN)."
)
TargetName = Annotated[str, typer.Option(metavar="NAME", help=TARGET_HELP)]

ROUNDS_HELP = "Rounds of random inputs on which to verify, after one of zeros."

WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
SHARE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) *(%?)")
SIZE = re.compile(r"(0x[0-9a-f]{1,12}|[0-9]{1,12}) *(?:([km])(?:i?b)?|b)?", re.IGNORECASE)
UNITS = {"": 1, "k": 1024, "m": 1024 * 1024}


def seconds(text: str | float) -> float:
    """Parse a time limit in seconds.

    Raises:
        OptionError: the text is not a number of seconds.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value >= 0:
        raise OptionError(f"--time-limit: {str(text)!r} is not a number of seconds; give 0 or more")
    return value


def time_limit_of(what: str) -> Any:
    """The option --time-limit of a command, with the help text `what`."""
    return typer.Option(metavar="SECONDS", parser=seconds, help=what, show_default="none")


Effort = Annotated[Literal["low", "normal", "high"], typer.Option(help="How much work the searches may do.")]
TimeLimit = Annotated[float | None, time_limit_of("Stop searching, and keep the best found so far.")]


def whole(option: str, least: int, most: int | None = None) -> Callable[[str | int], int]:
    """A parser of integers from `least` to `most` for an option; it raises OptionError for other texts."""
    allowed = f"from {least} up" if most is None else f"from {least} to {most:,}"

    def read(text: str | int) -> int:
        digits = WHOLE.fullmatch(str(text).strip())
        if digits is None or not least <= int(digits[0]) <= (int(digits[0]) if most is None else most):
            raise OptionError(f"{option}: {str(text)!r} is not a whole number {allowed}")
        return int(digits[0])

    return read


def parse_share(text: str) -> float:
    """Parse a share: 0.15 from `15%` or `0.15`.

    Raises:
        OptionError: the text is not a share.
    """
    found = SHARE.fullmatch(text.strip())
    if found is None:
        raise OptionError(f"{text!r} is not a share; write it as 15% or 0.15")
    return float(found[1]) / (100 if found[2] else 1)


def parse_size(text: str) -> int:
    """Parse a size in bytes: `64K`, `96KB`, `1M`, `65536` or `0x10000`; K is 1024 bytes, M is 1024 K.

    Raises:
        OptionError: the text is not a size.
    """
    found = SIZE.fullmatch(text.strip())
    if found is None:
        raise OptionError(f"{text!r} is not a size; write it as 64K, 1M, 65536 or 0x10000")
    digits, unit = found.groups(default="")
    return int(digits, 0 if digits[:2].lower() == "0x" else 10) * UNITS[unit.lower()]


Rounds = Annotated[
    int | None,
    typer.Option(
        metavar="N", parser=whole("--rounds", 1, MOST_ROUNDS), help=ROUNDS_HELP, show_default="5, fewer for much work"
    ),
]
