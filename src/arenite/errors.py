"""What can go wrong, said in one line: what, where, and what to do about it."""

from __future__ import annotations

import errno

from arenite.names import one_line


class AreniteError(Exception):
    """Base of every error that Arenite raises on purpose.

    The message is one line that a user can act on. `exit_code` is what the command line returns for it:
    2 for bad input or usage, 1 where a check did not hold.
    """

    exit_code = 2

    def __init__(self, message: str) -> None:
        # Messages quote names of files, tensors and operators, which may be long or hold what a terminal obeys.
        super().__init__(one_line(message))


class ModelError(AreniteError):
    """The model file is damaged, contradictory, or not a TensorFlow Lite model."""


class OutputError(AreniteError):
    """The result cannot be written where it was asked for; nothing was written."""


class ExistsError(OutputError):
    """The file to write exists, and nobody allowed to replace it; `path` is that file.

    The message names Python's argument; the command line names its own option instead.
    """

    def __init__(self, path: object) -> None:
        super().__init__(f"{path} exists; pass force=True to overwrite")
        self.path = path


class OptionError(AreniteError):
    """An option or argument has a value that makes no sense."""


class ResourceError(AreniteError):
    """The system is out of something that the work needs: file handles, processes, memory, room on a disk."""


class MissingDependencyError(AreniteError):
    """An optional package that the request needs is not installed."""


class VerificationError(AreniteError):
    """A check of a result failed; nothing was written."""

    exit_code = 1


class FitError(AreniteError):
    """A model does not fit the memory that it was checked against."""

    exit_code = 1


class UnsupportedError(AreniteError):
    """The model holds something that the output asked for has no way to express; nothing was written."""


PROCESS_ADVICE = "raise the limit of processes (ulimit -u), or close some programs"
"""What to do where the system starts no process or thread."""

_HELP = {
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "the whole system has too many files open; close some programs",
    errno.EAGAIN: PROCESS_ADVICE,
    errno.ENOMEM: "close some programs",
}


def system_reason(error: OSError) -> str:
    """What the system says is wrong, with the file or folder where it names one, and what to do where that is known."""
    place = f"{error.filename}: " if error.filename else ""
    said = error.strerror or str(error)
    advice = _HELP.get(error.errno or 0)
    return f"{place}{said}; {advice}" if advice else f"{place}{said}"
