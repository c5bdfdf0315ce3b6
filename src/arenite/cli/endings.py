"""How the program ends when it is told to from outside: by Ctrl-C (SIGINT), SIGTERM or SIGHUP.

Each raises an exception in the main thread, so that files and processes are cleaned up on the way out. The main thread
only notices between two steps of Python; where a library keeps it busy for longer, another thread ends the program.
Children end by themselves when the program does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130
"""Exit code of a shell for a program that SIGINT ended: 128 and the number of the signal."""

TERMINATED = 143
"""The same for SIGTERM; SIGHUP ends the program with it as well, since the terminal that would tell is gone."""

GRACE_SECONDS = 3.0
"""Seconds that the main thread has to end the program by itself. Cleaning up takes less than a tenth of one."""


class Ended(BaseException):
    """The program was told to end. Libraries make errors and messages of their own of a KeyboardInterrupt."""


class Endings:
    """The signals that have arrived so far."""

    code: int | None = None
    """Exit code for the signal that came first; None: none came."""

    @property
    def message(self) -> str:
        """What to say before the program ends."""
        return f"{'terminated' if self.code == TERMINATED else 'interrupted'}; nothing was written"

    def catch(self) -> None:
        """Let the signals end the program, apart from those that whoever started it wants ignored, as nohup does."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._arrived)
        sys.unraisablehook = self._unraisable

    def _arrived(self, number: int, _: FrameType | None) -> None:
        if self.code is not None:
            return  # the way out is not to be interrupted
        self.code = INTERRUPTED if number == signal.SIGINT else TERMINATED
        raise Ended

    def release(self) -> None:
        """Leave the signals to the system, once there is nothing to clean up."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == self._arrived:
                signal.signal(number, signal.SIG_DFL)

    def _unraisable(self, args: sys.UnraisableHookArgs) -> None:
        """Python reports an exception that nothing can catch, unless it is how the program was told to end."""
        if self.code is None:
            sys.__unraisablehook__(args)

    def watch(self) -> None:
        """Have a thread end the program where the main thread is told to and does not in time."""
        try:
            reader, writer = os.pipe()
        except OSError:  # out of file handles, of which the command tells
            return
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        threading.Thread(target=self._wait, args=(reader,), daemon=True).start()

    def _wait(self, reader: int) -> None:
        while True:
            number = os.read(reader, 1)[0]
            if number in {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
                break
        threading.Event().wait(GRACE_SECONDS)
        self.code = self.code or (INTERRUPTED if number == signal.SIGINT else TERMINATED)
        with contextlib.suppress(OSError):
            os.write(2, f"arenite: {self.message}\n".encode())
        os._exit(self.code)


ENDINGS = Endings()
"""Those of this process."""
