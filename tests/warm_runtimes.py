"""Runtimes in processes that are forked, not started, for tests that compare hundreds of models.

Most of the time of a comparison is that of Python, NumPy and the runtimes being loaded. Here one process for each
worker of pytest loads them once, and forks for each comparison a process that goes on as a started one does
(`arenite.runtimes.child.main`). That processes start is tested by `runtimes/test_process.py`, and by all tests of
commands.

    worker ---socket: one message with four descriptors---> server
      |                                                       | forks
      +--stdin, stdout, stderr of the child-----> child <--forks-- watcher --number and exit code of the child--> worker
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn

from arenite.runtimes import process
from arenite.runtimes.process import PACKAGES, absent

NUMBER = struct.Struct("<i")
"""A process number or an exit code, as the watcher writes it."""

start = process._started
"""Starts a child as the program does."""


class Forked:
    """A child as `subprocess.Popen` shows it, as far as `arenite.runtimes.process` uses that."""

    def __init__(self, server: socket.socket) -> None:
        (stdin, to_child), (from_child, stdout), (said, stderr), (self._told, told) = (os.pipe() for _ in range(4))
        theirs = [stdin, stdout, stderr, told]
        socket.send_fds(server, [b"\0"], theirs)
        for descriptor in theirs:
            os.close(descriptor)
        self.stdin, self.stdout = os.fdopen(to_child, "wb"), os.fdopen(from_child, "rb")
        self.stderr = os.fdopen(said, "rb")
        (self.pid,) = NUMBER.unpack(os.read(self._told, NUMBER.size))
        self.returncode: int | None = None

    def kill(self) -> None:
        """As `Popen.kill`."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """As `Popen.wait`."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked child", timeout or 0.0)
            (self.returncode,) = NUMBER.unpack(os.read(self._told, NUMBER.size))
            os.close(self._told)
        return self.returncode


@cache
def server() -> socket.socket:
    """The socket to the process that has loaded the runtimes; it ends when the socket does."""
    ours, theirs = socket.socketpair()
    with theirs:
        subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "3"}
            | process.ONE_THREAD,
            cwd=Path(process.__file__).parents[2],
            pass_fds=[theirs.fileno()],
        )
    return ours


def forked_or_started(names: str) -> Forked | subprocess.Popen[bytes]:
    """A child, forked unless a runtime is absent or a test has put something else in the child's place."""
    return Forked(server()) if process.CHILD == CHILD and not any(map(absent, PACKAGES)) else start(names)


CHILD = process.CHILD


def serve(asked: socket.socket) -> None:
    """Load the runtimes, and fork a child for each message until the socket is closed."""
    import ai_edge_litert.interpreter
    from tflite_micro.python.tflite_micro import runtime

    assert ai_edge_litert.interpreter and runtime
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for watchers
    while True:
        message, descriptors, *_ = socket.recv_fds(asked, 1, 4)
        if not message:
            return
        if os.fork() == 0:
            asked.close()
            _watch(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _watch(stdin: int, stdout: int, stderr: int, told: int) -> NoReturn:
    """Fork the child, and tell its number and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(told)
        _be_child(stdin, stdout, stderr)
    for descriptor in (stdin, stdout, stderr):
        os.close(descriptor)
    os.write(told, NUMBER.pack(child))
    os.write(told, NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
    os._exit(0)


def _be_child(*streams: int) -> NoReturn:
    from arenite.runtimes import child

    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        child.main()
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
