"""`arenite verify`: whether two models give equal outputs, bit for bit, in the runtimes present."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import Annotated

import typer


def verify_command(
    first: Annotated[Path, typer.Argument(help="A .tflite file.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="The .tflite file to compare with it.", show_default=False)],
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of random inputs.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random inputs.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Run two models on equal random inputs and compare every output bit for bit."""
