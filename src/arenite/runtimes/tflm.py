"""Runs a model in stock TFLM and reads the report of its recording allocator. For use in the child process only.

TFLM aborts or crashes the process on some models, prints reasons to the process's standard error, and overwrites its
inputs while it runs.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from arenite.runtimes.run import Job, Memory, Run

if TYPE_CHECKING:
    from collections.abc import Callable


RECORDED = re.compile(r"Arena allocation (head|tail) (\d+) bytes")


def run(job: Job) -> Run:
    """Outputs of one new interpreter over all rounds, and its memory.

    The arena must be below 2 GiB, since TFLM's planner counts bytes in an int.

    Raises:
        Exception: any error that TFLM raises for the model or its inputs.
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
    """Text that an action writes to the process's standard error, redirected to a file in memory meanwhile.

    Files in memory exist on Linux only, like TFLM's package.
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
