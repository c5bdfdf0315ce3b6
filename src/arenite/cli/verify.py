"""`arenite verify`: whether two models give equal outputs, bit for bit, and how closely the runtimes agree."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import Annotated

import typer

from arenite.cli.options import Rounds, whole
from arenite.errors import VerificationError


def verify_command(
    first: Annotated[Path, typer.Argument(help="A .tflite file.", show_default=False)],
    second: Annotated[
        Path | None, typer.Argument(help="The .tflite file to compare with it.", show_default=False)
    ] = None,
    *,
    rounds: Rounds = None,
    seed: Annotated[int, typer.Option(metavar="N", parser=whole("--seed", 0), help="Seed of the random inputs.")] = 0,
    integer_ends: Annotated[
        bool,
        typer.Option(
            "--integer-ends",
            help="Inputs and outputs of the second model may be integers that stand for the first one's numbers, as "
            "`optimize --io` makes them.",
        ),
    ] = False,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="The second model takes new frames of the first one's windows, as `optimize --stream` makes it.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Run two models on equal random inputs and compare every output bit for bit.

    Also says how far LiteRT and TFLM agree on the first; with one file, only that.
    """
    from arenite.cli.progress import progress
    from arenite.report.json import write_json
    from arenite.report.verify import as_json, print_verification
    from arenite.runtimes.verification import verify

    with progress(f"verifying {(second or first).name}") as report:
        verification = verify(
            first, second, rounds=rounds, seed=seed, integer_ends=integer_ends, stream=stream, progress=report
        )
    if json:
        write_json(as_json(verification), sys.stdout)
    else:
        print_verification(verification, sys.stdout)
    if not verification.compared and second is None:
        raise VerificationError(f"no runtime could run {first}, so nothing is known of its outputs")
    if not verification.compared:
        raise VerificationError("no runtime could compare the models, so nothing is known of their outputs")
    if verification.problem is not None:
        raise VerificationError(f"{second} is not equal to {first}: {verification.problem}")
    if second is not None and verification.plan is not None and verification.plan.nowhere:
        raise VerificationError(
            f"{second}: no output differs, but the memory plan is not valid with any kernels known; optimize {first}"
        )
