"""The command line: arguments -> API -> report. One module per command, one report per module.

Modules that are slow to import wait until a command runs, so that help appears at once.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING

from arenite.cli.app import COMMANDS, app, application
from arenite.cli.endings import ENDINGS, Ended
from arenite.runtimes.run import ONE_THREAD

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line in this process and exit."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A bar or a name that the terminal's encoding lacks must not end a report halfway.
            stream.reconfigure(errors="replace")
    try:
        ENDINGS.catch()
        ENDINGS.watch()
        # Help and errors of the program itself name all commands.
        asked = [name for name in sys.argv[1:2] if name in COMMANDS]
        (application(asked) if asked else app)(prog_name="arenite")
    except Ended:  # outside any command
        with contextlib.suppress(OSError):
            print(f"arenite: {ENDINGS.message}", file=sys.stderr)
        sys.exit(ENDINGS.code)
    finally:
        _drop_unwritten(sys.stdout)
        _drop_unwritten(sys.stderr)
        ENDINGS.release()


def _open_missing_streams() -> None:
    """Python sets a stream to None if it is closed at start (`arenite ... >&-`); redirect it to the null device."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 (open until exit)


def _drop_unwritten(stream: TextIO) -> None:
    """Discard the stream's buffer: Python flushes it at exit, and an error that was already reported must not recur."""
    try:
        stream.flush()
    except OSError:
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
