"""Runs models in a runtime in a child process, which may refuse, crash, abort or hang without harm to the caller."""

from __future__ import annotations

import contextlib
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.errors import PROCESS_ADVICE, ResourceError, system_reason
from arenite.runtimes.child import JOB_MARK, LENGTH
from arenite.runtimes.refusal import reworded
from arenite.runtimes.run import ONE_THREAD, Failure, Run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from arenite.runtimes.run import Job

_LITERT = ("ai_edge_litert", "ai-edge-litert")
PACKAGES = {"litert": _LITERT, "litert-reference": _LITERT, "tflm": ("tflite_micro", "tflite-micro")}
"""Module of each runtime, and the name of the package to install."""

NAMES = {"litert": "LiteRT", "litert-reference": "LiteRT with reference kernels", "tflm": "TFLM"}

CHILD = (sys.executable, "-m", "arenite.runtimes.child")

START_SECONDS = 60.0
"""Seconds of wall-clock time for a child to start and load its runtime; an idle machine needs less than one."""

CLOCK_PER_PROCESSOR_SECOND = 30.0
"""Seconds of wall-clock time per second of processor time of a job.

The system ends a child that has used up its processor time, whatever the load of the machine. The wall clock only ends
children that wait for an event that never comes, and children on Windows, which has no limit of processor time.
"""

NOISE = re.compile(r"^\s*$|^(INFO|WARNING|W0|I0)|RecordingMicroAllocator|absl::InitializeLog")
LONGEST_REASON = 200
"""Most characters of a reason, which is part of a one-line message."""
KEPT_BYTES = 64 << 10
"""Bytes kept of a runtime's output for a job, from its end: messages show only two lines of the output."""

CHUNK_BYTES = 64 << 10
"""Bytes per read from a pipe: the capacity of a Linux pipe."""


def absent(runtime: str) -> str | None:
    """Why a runtime cannot be used here, as text; None if it can."""
    module, package = PACKAGES[runtime]
    return None if find_spec(module) else f"{package} is not installed"


def run(runtime: str, jobs: Sequence[Job]) -> list[Run | Failure]:
    """Results of jobs, each in a new interpreter, one after the other in one child process.

    If the child does not survive a job, the following jobs are not run and have no result.

    Raises:
        ResourceError: the system cannot start a process, for lack of file handles, processes or memory.
    """
    return run_in_turn({runtime: jobs})[runtime]


def run_in_turn(batches: Mapping[str, Sequence[Job]]) -> dict[str, list[Run | Failure]]:
    """Results as `run` gives them for each runtime, by runtime; the runtimes share one child process while it lives.

    Starting Python and NumPy takes longer than most jobs. A runtime that ends a process in which another one ran before
    runs its jobs again, in a process of its own: what killed it might be the other's fault.

    Raises:
        ResourceError: as for `run`.
    """
    work = [(runtime, job) for runtime, jobs in batches.items() for job in jobs]
    if not work:
        return {runtime: [] for runtime in batches}
    child = _Child(" and ".join(NAMES[runtime] for runtime in batches))
    with child:
        ended = child.work_through(work)
    results: dict[str, list[Run | Failure]] = {}
    first = 0
    for runtime, jobs in batches.items():
        found = [child.result(number) for number in range(first, min(first + len(jobs), len(child.answers)))]
        if len(found) < len(jobs):
            if first:
                return results | run_in_turn({name: batches[name] for name in batches if name not in results})
            reason = f"{NAMES[runtime]} {_ending(child.process.returncode if ended else None, jobs[len(found)])}"
            found.append(Failure(_one_line(reason, child.printed_about(len(found)))))
        results[runtime] = found
        first += len(jobs)
    return results


class _Child:
    """A child process with three pipes; leaving the `with` block closes the pipes and ends the process."""

    def __init__(self, names: str) -> None:
        self.process = _started(names)
        self.answers: list[bytes] = []
        self._printed = [bytearray()]
        self._readers = [
            threading.Thread(target=self._collect_answers, daemon=True),
            threading.Thread(target=self._collect_printed, daemon=True),
        ]

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            if reader.ident is not None:
                reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                _open(stream).close()

    def work_through(self, work: Sequence[tuple[str, Job]]) -> bool:
        """Send the jobs, each with its runtime, and wait until the child ends by itself; False if it did not."""
        try:
            for reader in self._readers:
                reader.start()
        except RuntimeError as error:
            raise ResourceError(f"verification: {error}; {PROCESS_ADVICE}") from None
        content = pickle.dumps(work)
        stdin = _open(self.process.stdin)
        with contextlib.suppress(BrokenPipeError):  # the code below reports how the child ended
            stdin.write(LENGTH.pack(len(content)))
            stdin.write(content)
            stdin.flush()
        self._readers[0].join(START_SECONDS + CLOCK_PER_PROCESSOR_SECOND * sum(job.seconds for _, job in work))
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0 if self._readers[0].is_alive() else START_SECONDS)
        return self.process.returncode is not None

    def result(self, number: int) -> Run | Failure:
        """The answer for job `number`; reasons are one line, with what the runtime printed."""
        answer: Run | Failure = pickle.loads(self.answers[number])
        return Failure(_one_line(answer.reason, self.printed_about(number))) if isinstance(answer, Failure) else answer

    def printed_about(self, number: int) -> str:
        """The end of the output for job `number`."""
        return self._printed[number + 1].decode(errors="replace") if number + 1 < len(self._printed) else ""

    def _collect_answers(self) -> None:
        stream = _open(self.process.stdout)
        while len(head := stream.read(LENGTH.size)) == LENGTH.size:
            (length,) = LENGTH.unpack(head)
            answer = stream.read(length)
            if len(answer) < length:
                return
            self.answers.append(answer)

    def _collect_printed(self) -> None:
        descriptor = _open(self.process.stderr).fileno()
        while chunk := os.read(descriptor, CHUNK_BYTES):
            rest, *further = chunk.split(JOB_MARK)
            self._printed[-1] += rest
            self._printed += map(bytearray, further)
            for printed in self._printed[-1 - len(further) :]:
                del printed[:-KEPT_BYTES]


def _started(names: str) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)
    try:
        return subprocess.Popen(
            CHILD,
            cwd=Path(__file__).parents[2],  # Python imports from its working folder first: there it finds Arenite
            env={**os.environ, "PYTHONPATH": paths, "TF_CPP_MIN_LOG_LEVEL": "3", **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise ResourceError(f"{names} cannot be started to verify: {system_reason(error)}") from None


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "all three are pipes"
    return stream


def _ending(code: int | None, job: Job) -> str:
    """How a child ended that left a job without an answer, as text."""
    if code is None or (sys.platform != "win32" and code == -signal.SIGXCPU):
        return f"gave no answer in {job.seconds:,} s" + ("" if code is None else " of processor time")
    return f"crashed ({_signal_name(-code)})" if code < 0 else f"ended its process with code {code}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _one_line(reason: str, printed: str) -> str:
    """A reason as one line of bounded length, with the end of the runtime's output about it, unless it is the same."""
    reason = " ".join(reason.split())
    lines = [" ".join(line.split()) for line in printed.splitlines() if not NOISE.search(line)]
    said = reworded("; ".join([reason, *(line for line in dict.fromkeys(lines[-2:]) if line not in reason)]))
    return said if len(said) <= LONGEST_REASON else said[: LONGEST_REASON - 3] + "..."
