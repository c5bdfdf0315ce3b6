"""`arenite verify`: whether two models give equal outputs, bit for bit, in the runtimes present."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import Annotated

import typer

from arenite.cli.options import whole
from arenite.errors import VerificationError
from arenite.runtimes.inputs import MOST_ROUNDS


def verify_command(
    first: Annotated[Path, typer.Argument(help="A .tflite file.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="The .tflite file to compare with it.", show_default=False)],
    *,
    rounds: Annotated[
        int,
        typer.Option(
            metavar="N", parser=whole("--rounds", 1, MOST_ROUNDS), help="Rounds of random inputs, after one of zeros."
        ),
    ] = 5,
    seed: Annotated[int, typer.Option(metavar="N", parser=whole("--seed", 0), help="Seed of the random inputs.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Run two models on equal random inputs and compare every output bit for bit."""
    from arenite.cli.progress import progress
    from arenite.verification import verify

    with progress(f"verifying {second.name}"):
        verification = verify(first, second, rounds=rounds, seed=seed)
    if json:
        from arenite.report.json import write_json
        from arenite.report.verify import as_json

        write_json(as_json(verification), sys.stdout)
    else:
        from arenite.report.verify import print_verification

        print_verification(verification, sys.stdout)
    if not verification.compared:
        raise VerificationError("no runtime could compare the models, so nothing is known of their outputs")
    if verification.problem is not None:
        raise VerificationError(f"{second} is not equal to {first}: {verification.problem}")
