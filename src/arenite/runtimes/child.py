"""The process in which a runtime may crash: `python -m arenite.runtimes.child RUNTIME`.

    stdin    the jobs, in one pickle; stays open for as long as the parent lives
    stdout   for each job an answer: a Run, or a Failure where the runtime refused
    stderr   what the runtime prints, with JOB_MARK before each job

Pickles come after their length, as LENGTH packs it. There are no files, so none are left behind and no folder can be
full. A missing answer means that the process did not survive that job.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
import threading
from typing import TYPE_CHECKING

from arenite.runtimes import litert, tflm
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
"""Bytes of the pickle that follows."""

JOB_MARK = b"\0"
"""Begins what is printed about a job. A C string cannot hold this byte, so no runtime prints it."""

PR_SET_PDEATHSIG = 1  # linux/prctl.h
SIGKILL = 9


def main(runtime: str) -> None:
    """Do the jobs that come from the parent, one after the other."""
    _end_with_parent()
    _leave_no_core_dump()
    answers = _stdout_for_answers()
    jobs: list[Job] = pickle.loads(_read(sys.stdin.buffer))
    threading.Thread(target=_watch_parent, daemon=True).start()
    for job in jobs:
        os.write(2, JOB_MARK)
        _allow(job.seconds)
        result: Run | Failure
        try:
            result = RUNTIMES[runtime](job)
        except Exception as error:
            result = Failure(f"{type(error).__name__}: {error}")
        _write(answers, pickle.dumps(result))


def _end_with_parent() -> None:
    """Have Linux kill this process when its parent ends, whatever a runtime is doing then."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)


def _watch_parent() -> None:
    """End this process when stdin ends, which is when the parent does: on any system, unless a runtime holds the GIL.

    The parent may end before it is watched in the other way.
    """
    while os.read(0, 1):
        pass
    os._exit(1)


def _leave_no_core_dump() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(seconds: int) -> None:
    """Let this process use so many further seconds of processor time, and be ended by the system (SIGXCPU) after.

    Processor time does not pass faster for a process on a busy machine, as time on the clock does.
    """
    try:
        import resource
    except ImportError:  # not on Windows, where the parent looks at the clock
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until if hard == resource.RLIM_INFINITY else min(until, hard), hard))


def _stdout_for_answers() -> BinaryIO:
    """The stream of answers; what a runtime prints to stdout goes to stderr."""
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
    main(sys.argv[1])
