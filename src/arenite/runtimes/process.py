"""Runs models in a runtime in a process of its own, which may refuse, crash, abort or hang without harm."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.runtimes.run import Failure, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.runtimes.run import Job

_LITERT = ("ai_edge_litert", "ai-edge-litert")
PACKAGES = {"litert": _LITERT, "litert-reference": _LITERT, "tflm": ("tflite_micro", "tflite-micro")}
"""For each runtime its module and the name under which to install it."""

NAMES = {"litert": "LiteRT", "litert-reference": "LiteRT with reference kernels", "tflm": "TFLM"}

CHILD = (sys.executable, "-m", "arenite.runtimes.child")

SECONDS_PER_JOB = 60.0

NOISE = re.compile(r"^\s*$|^(INFO|WARNING|W0|I0)|RecordingMicroAllocator|absl::InitializeLog")
LONGEST_REASON = 200


def absent(runtime: str) -> str | None:
    """Why a runtime cannot be used here, None if it can."""
    module, package = PACKAGES[runtime]
    return None if find_spec(module) else f"{package} is not installed"


def run(runtime: str, jobs: Sequence[Job], *, seconds_per_job: float = SECONDS_PER_JOB) -> list[Run | Failure]:
    """Results of the jobs, each in a fresh interpreter, one after the other in one child process.

    The jobs after one that the child does not survive are not run, and have no result.
    """
    with tempfile.TemporaryDirectory(prefix="arenite-") as name:
        folder = Path(name)
        (folder / "jobs.pickle").write_bytes(pickle.dumps(list(jobs)))
        ending = _run_child(runtime, folder, seconds_per_job * len(jobs))
        results: list[Run | Failure] = []
        for number in range(len(jobs)):
            printed = _read(folder / f"{number}.stderr")
            path = folder / f"{number}.pickle"
            if not path.exists():
                results.append(Failure(_one_line(f"{NAMES[runtime]} {ending}", printed)))
                break
            result: Run | Failure = pickle.loads(path.read_bytes())
            if isinstance(result, Failure):
                result = Failure(_one_line(result.reason, printed))
            results.append(result)
        return results


def _run_child(runtime: str, folder: Path, seconds: float) -> str:
    """Let a child do the jobs in a folder; how it ended, in words."""
    paths = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)
    try:
        ended = subprocess.run(
            [*CHILD, runtime, str(folder)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": paths, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"did not end within {seconds:g} seconds"
    if ended.returncode < 0:
        return f"crashed ({_signal_name(-ended.returncode)})"
    return f"ended its process with code {ended.returncode}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def _one_line(reason: str, printed: str) -> str:
    """A reason in one line of bounded length, with the last that the runtime printed about it."""
    lines = [" ".join(line.split()) for line in printed.splitlines() if not NOISE.search(line)]
    said = "; ".join([" ".join(reason.split()), *lines[-2:]])
    return said if len(said) <= LONGEST_REASON else said[: LONGEST_REASON - 3] + "..."
