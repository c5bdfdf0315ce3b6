"""`python -m arenite`, and the command `arenite`."""

from __future__ import annotations

import gc
import os
import signal

_OBJECTS_BEFORE_COLLECTION = 200_000
"""New objects before Python's garbage collector runs. Modules and a large model have a million objects and few cycles,
so frequent runs cost time and free nothing."""


def main() -> None:
    """Run the command line in this process and exit."""
    # Ctrl-C while modules are loaded would end in a traceback from the middle of one of them.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    from arenite.cli import main as run

    try:
        run()
    finally:
        # At its end Python would search all modules for cycles, for a tenth of a second. The system frees them anyway.
        gc.freeze()


def _leave(number: int, _: object) -> None:
    """End at once: there is nothing yet that has to be cleaned up. Messages and codes are those of `cli.endings`."""
    interrupted = number == signal.SIGINT
    os.write(2, b"arenite: %s; nothing was written\n" % (b"interrupted" if interrupted else b"terminated"))
    os._exit(130 if interrupted else 143)


if __name__ == "__main__":
    main()
