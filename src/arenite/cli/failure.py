"""The only place that turns errors into a line on stderr and an exit code."""

from __future__ import annotations

import contextlib
import errno
import sys
from typing import TYPE_CHECKING, Any

import typer

from arenite.cli.endings import ENDINGS, INTERRUPTED, Ended
from arenite.errors import AreniteError, system_reason
from arenite.names import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSED_PIPE = 141

NOT_OF_STDOUT = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM})
"""Errors without a file that say what the system is out of. Any other without a file comes from writing to stdout."""

# Typer parses with click, or by version with a copy of its own: this is the parent of both that it tells of.
USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """Give every error its line on stderr, and end the program with its exit code by raising `typer.Exit`."""
    try:
        try:
            yield
        finally:
            # What was found comes before what is wrong with it, and a full disk shows before the program ends.
            sys.stdout.flush()
        return
    except typer.Exit:
        raise
    except AreniteError as error:
        message, code = f"error: {error}", error.exit_code
    except USAGE_ERROR as error:
        message, code = f"error: {_usage(error)}", AreniteError.exit_code
    except (KeyboardInterrupt, Ended):
        message, code = ENDINGS.message, ENDINGS.code or INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough, such as `head`.
        message, code = "", CLOSED_PIPE
    except OSError as error:
        where = "" if error.filename or error.errno in NOT_OF_STDOUT else "the output cannot be written: "
        message, code = f"error: {where}{system_reason(error)}", AreniteError.exit_code
    except Exception:
        if ENDINGS.code is None:
            raise
        # A library that is loading turned the signal into an error of its own.
        message, code = ENDINGS.message, ENDINGS.code
    if message:
        with contextlib.suppress(OSError):
            typer.echo(f"arenite: {one_line(' '.join(message.split()))}", err=True)
    raise typer.Exit(code)


def _usage(error: Any) -> str:
    """What was wrong with the arguments, and where to read about them."""
    message = error.format_message().rstrip(".").replace(": Value error, ", ": ")
    command = error.ctx.command_path if error.ctx else "arenite"
    return f"{message[:1].lower()}{message[1:]}; see {command} --help"
