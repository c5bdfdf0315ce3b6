"""How the program ends on Ctrl-C (SIGINT), SIGTERM or SIGHUP.

Each signal raises an exception in the main thread, so that files and processes are cleaned up. The main thread notices
a signal only between two steps of Python. If a library keeps it busy for longer, another thread ends the program.
Child processes end by themselves when the program does.

While a search runs that can end early (`sparing`), the first Ctrl-C ends only the search: its best result so far is
verified and written.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from arenite.budget import Budget

INTERRUPTED = 130
"""Exit code of shells for a program that SIGINT ended: 128 plus the number of the signal."""

TERMINATED = 143
"""Exit code for SIGTERM; also for SIGHUP, since the terminal that could show a difference is gone."""

GRACE_SECONDS = 3.0
"""Seconds for the main thread to end the program by itself. Cleaning up takes less than a tenth of a second."""


FINISHING = b"arenite: interrupted; finishing with the best so far (press Ctrl-C again to stop)\n"
"""Message of the first Ctrl-C in a search."""


class Ended(BaseException):
    """The program must end. Not a KeyboardInterrupt, which libraries turn into errors and messages of their own."""


class Endings:
    """The signals that have arrived so far."""

    code: int | None = None
    """Exit code for the first signal that ends the program; None if none has arrived."""

    _spared: Budget | None = None
    """The budget of the searches that the first Ctrl-C ends, instead of the program."""

    def __init__(self) -> None:
        self._noticed: set[Budget] = set()

    @property
    def message(self) -> str:
        """Message before the program ends."""
        return f"{'terminated' if self.code == TERMINATED else 'interrupted'}; nothing was written"

    def catch(self) -> None:
        """Install handlers, except for signals that the parent process set to be ignored, as nohup does."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._arrived)
        sys.unraisablehook = self._unraisable

    @contextlib.contextmanager
    def sparing(self, budget: Budget) -> Iterator[None]:
        """While searches spend the budget, the first Ctrl-C ends them and not the program."""
        self._spared = budget
        try:
            yield
        finally:
            self._spared = None

    def _arrived(self, number: int, _: FrameType | None) -> None:
        if self.code is not None:
            return  # do not interrupt the cleanup
        if number == signal.SIGINT and self._spares(self._noticed):
            with contextlib.suppress(OSError):
                # A progress display leaves the cursor at the end of its line.
                os.write(2, b"\n" * os.isatty(2) + FINISHING)
            return
        self.code = INTERRUPTED if number == signal.SIGINT else TERMINATED
        raise Ended

    def release(self) -> None:
        """Restore the default handlers, once there is nothing to clean up."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == self._arrived:
                signal.signal(number, signal.SIG_DFL)

    def _unraisable(self, args: sys.UnraisableHookArgs) -> None:
        """Print an exception that Python cannot raise, unless it is `Ended`."""
        if self.code is None:
            sys.__unraisablehook__(args)

    def watch(self) -> None:
        """Start a thread that ends the program if the main thread does not end it in time after a signal."""
        try:
            reader, writer = os.pipe()
        except OSError:  # out of file handles, which the command reports
            return
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        threading.Thread(target=self._wait, args=(reader,), daemon=True).start()

    def _wait(self, reader: int) -> None:
        noticed: set[Budget] = set()
        while True:
            number = os.read(reader, 1)[0]
            if number == signal.SIGINT and self._spares(noticed):
                continue
            if number in {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
                break
        threading.Event().wait(GRACE_SECONDS)
        self.code = self.code or (INTERRUPTED if number == signal.SIGINT else TERMINATED)
        with contextlib.suppress(OSError):
            os.write(2, f"arenite: {self.message}\n".encode())
        os._exit(self.code)

    def _spares(self, noticed: set[Budget]) -> bool:
        """Whether a Ctrl-C ends only the search, which it does: the first one of a search does.

        The main thread and the watching one both notice every signal, in any order; `noticed` are the searches whose
        first Ctrl-C the calling one has noticed.
        """
        budget = self._spared
        if budget is None or budget in noticed or not (budget.interrupt() or budget.interrupted):
            return False
        noticed.add(budget)
        return True


ENDINGS = Endings()
"""The signals of this process."""
