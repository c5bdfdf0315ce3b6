"""The command line: arguments to the API to a report. One file for each command, one report for each file.

Nothing heavy is imported before a command runs, so that help comes at once.
"""

from __future__ import annotations

import io
import sys

from arenite.cli.app import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line in this process and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A bar or a name that the terminal's encoding lacks must not end a report halfway.
            stream.reconfigure(errors="replace")
    app(prog_name="arenite")
