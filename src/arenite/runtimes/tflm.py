"""Runs a model in stock TFLM on this machine and reads what its recording allocator reports. Only for use in a child.

TFLM aborts or crashes the process on some models, prints its reasons to the process's standard error, and overwrites
its inputs while it runs.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from arenite.runtimes.run import Memory, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.runtimes.run import Job

RECORDED = re.compile(r"Arena allocation (head|tail) (\d+) bytes")


def run(job: Job) -> Run:
    """Outputs of one fresh interpreter over all rounds, and its memory.

    The arena must be below 2 GiB, as TFLM's planner counts it in an int.

    Raises:
        Exception: whatever TFLM raises on a model or on inputs that it refuses.
    """
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(job.content, arena_size=job.arena_bytes)
    results = []
    for arrays in job.rounds:
        for index, array in enumerate(arrays):
            interpreter.set_input(array, index)
        interpreter.invoke()
        results.append(tuple(interpreter.get_output(index) for index in range(job.outputs)))
    recorded = dict(RECORDED.findall(_printed(interpreter.print_allocations)))
    return Run(tuple(results), Memory(int(recorded["head"]), int(recorded["tail"])))


def _printed(action: Callable[[], None]) -> str:
    """What an action writes to the process's standard error below Python, while that goes to a file in memory instead.

    TFLM's package is for Linux only, which has such files.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    with os.fdopen(os.memfd_create("printed"), "w+b") as file:  # type: ignore[attr-defined, unused-ignore]
        os.dup2(file.fileno(), 2)
        try:
            action()
        finally:
            os.dup2(saved, 2)
            os.close(saved)
        file.seek(0)
        return file.read().decode(errors="replace")
