"""The child process in which a runtime may crash: `python -m arenite.runtimes.child`.

    stdin    the jobs, each after the name of its runtime, in one pickle; open as long as the parent lives
    stdout   one answer per job: a Run, or a Failure if the runtime refused
    stderr   output of the runtime, with JOB_MARK before each job

Each pickle follows its length, packed by LENGTH. No files are used, so none can be left behind and no disk can be
full. A missing answer means that the process did not survive the job.
"""

from __future__ import annotations

import gc
import os
import pickle
import struct
import sys
import threading
from typing import TYPE_CHECKING

from arenite.runtimes import litert, tflm
from arenite.runtimes.refusal import reason_of
from arenite.runtimes.run import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from arenite.runtimes.run import Job, Run

RUNTIMES: dict[str, Callable[[Job], Run]] = {
    "litert": litert.run,
    "litert-reference": litert.run_reference,
    "tflm": tflm.run,
}

LENGTH = struct.Struct("<Q")
"""Length in bytes of the following pickle."""

JOB_MARK = b"\0"
"""Marks the start of each job in stderr. A C string cannot contain this byte, so no runtime prints it."""

PR_SET_PDEATHSIG = 1  # linux/prctl.h
SIGKILL = 9


def main() -> None:
    """Run the jobs from the parent, one after the other."""
    gc.disable()  # modules are all that it would search, now and, unless they are frozen, at the end
    _end_with_parent()
    _leave_no_core_dump()
    answers = _stdout_for_answers()
    jobs: list[tuple[str, Job]] = pickle.loads(_read(sys.stdin.buffer))
    threading.Thread(target=_watch_parent, daemon=True).start()
    for runtime, job in jobs:
        os.write(2, JOB_MARK)
        _allow(job.seconds)
        result: Run | Failure
        try:
            result = RUNTIMES[runtime](job)
        except Exception as error:
            result = Failure(reason_of(error))
        _write(answers, pickle.dumps(result))
    gc.freeze()


def _end_with_parent() -> None:
    """Let Linux kill this process when its parent ends, whatever the runtime is doing."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)


def _watch_parent() -> None:
    """End this process when stdin ends, that is, when the parent ends. Fails only while a runtime holds the GIL.

    Works on every system, and also if the parent ended before Linux was asked to watch it.
    """
    while os.read(0, 1):
        pass
    os._exit(1)


def _leave_no_core_dump() -> None:
    try:
        import resource
    except ImportError:  # Windows lacks this module
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(seconds: int) -> None:
    """Limit this process to `seconds` more seconds of processor time; the system then ends it (SIGXCPU).

    Unlike wall-clock time, processor time does not depend on the load of the machine.
    """
    try:
        import resource
    except ImportError:  # Windows lacks this module; there the parent limits the wall-clock time
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until if hard == resource.RLIM_INFINITY else min(until, hard), hard))


def _stdout_for_answers() -> BinaryIO:
    """The stream for answers; output of a runtime to stdout is redirected to stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _read(stream: BinaryIO) -> bytes:
    (length,) = LENGTH.unpack(stream.read(LENGTH.size))
    return stream.read(length)


def _write(stream: BinaryIO, content: bytes) -> None:
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


if __name__ == "__main__":
    main()
