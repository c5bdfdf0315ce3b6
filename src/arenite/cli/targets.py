"""`arenite targets`: the runtimes and kernels that plans can be made for, with their other names."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def targets_command(
    *, json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False
) -> None:
    """List the targets: runtimes, their kernels, and other names for them."""
    from arenite.report.json import write_json
    from arenite.report.targets import as_json, print_targets

    if json:
        write_json(as_json(), sys.stdout)
    else:
        print_targets(sys.stdout)
