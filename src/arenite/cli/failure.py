"""Turns errors into a line on stderr and an exit code; no other module does."""

from __future__ import annotations

import contextlib
import errno
import sys
from typing import TYPE_CHECKING, Any

import typer

from arenite.cli.endings import ENDINGS, INTERRUPTED, Ended
from arenite.errors import AreniteError, ExistsError, system_reason
from arenite.names import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSED_PIPE = 141
"""Exit code of shells for a program that SIGPIPE ended: 128 plus the number of the signal."""

NOT_OF_STDOUT = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM})
"""OS errors without a file name that name an exhausted resource. Others without a file come from writes to stdout."""

# Typer parses with click or, depending on its version, with its own copy of click: this is the base class of either.
USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """Report every error as a line on stderr, and end the program with the error's exit code by `typer.Exit`."""
    try:
        try:
            yield
        finally:
            # Print results before the error; flushing also reveals a full disk before the program ends.
            sys.stdout.flush()
        return
    except typer.Exit:
        raise
    except ExistsError as error:
        message, code = f"error: {error.path} exists; pass --force to overwrite", error.exit_code
    except AreniteError as error:
        message, code = f"error: {error}", error.exit_code
    except USAGE_ERROR as error:
        message, code = f"error: {_usage(error)}", AreniteError.exit_code
    except (KeyboardInterrupt, Ended):
        message, code = ENDINGS.message, ENDINGS.code or INTERRUPTED
    except BrokenPipeError:
        # The reader of the output, such as `head`, has closed the pipe.
        message, code = "", CLOSED_PIPE
    except OSError as error:
        where = "" if error.filename or error.errno in NOT_OF_STDOUT else "the output cannot be written: "
        message, code = f"error: {where}{system_reason(error)}", AreniteError.exit_code
    except Exception:
        if ENDINGS.code is None:
            raise
        # A library turned the signal into its own error while it was loading.
        message, code = ENDINGS.message, ENDINGS.code
    if message:
        with contextlib.suppress(OSError):
            typer.echo(f"arenite: {one_line(' '.join(message.split()))}", err=True)
    raise typer.Exit(code)


def _usage(error: Any) -> str:
    """Message about wrong arguments, with a pointer to the help."""
    message = error.format_message().rstrip(".").replace(": Value error, ", ": ")
    command = error.ctx.command_path if error.ctx else "arenite"
    return f"{message[:1].lower()}{message[1:]}; see {command} --help"
