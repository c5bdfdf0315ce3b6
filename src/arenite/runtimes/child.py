"""The process in which a runtime may crash: `python -m arenite.runtimes.child RUNTIME FOLDER`.

Takes jobs from FOLDER/jobs.pickle and leaves for job i FOLDER/i.pickle (a Run, or a Failure where the runtime refused)
and FOLDER/i.stderr (what the runtime printed). A missing result means that the process did not survive that job.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.runtimes import litert, tflm
from arenite.runtimes.run import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.runtimes.run import Job, Run

RUNTIMES: dict[str, Callable[[Job], Run]] = {
    "litert": litert.run,
    "litert-reference": litert.run_reference,
    "tflm": tflm.run,
}


def main(runtime: str, folder: Path) -> None:
    """Run the jobs of a folder one after the other."""
    _leave_no_core_dump()
    jobs = pickle.loads((folder / "jobs.pickle").read_bytes())
    for number, job in enumerate(jobs):
        _print_to(folder / f"{number}.stderr")
        result: Run | Failure
        try:
            result = RUNTIMES[runtime](job)
        except Exception as error:
            result = Failure(f"{type(error).__name__}: {error}")
        partial = folder / f"{number}.partial"
        partial.write_bytes(pickle.dumps(result))
        partial.rename(folder / f"{number}.pickle")


def _leave_no_core_dump() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _print_to(path: Path) -> None:
    """Send what C++ code prints to a file."""
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
