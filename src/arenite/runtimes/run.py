"""Input and output types of a run of a model in a runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]
    Rounds = tuple[tuple[Array, ...], ...]
    """Inputs or outputs: entry [r][i] is that of number i in round r."""

SECONDS_PER_JOB = 60
"""Processor seconds of a job without an estimate of its work: hundreds of times what a test's small model takes."""

MOST_ROUNDS = 1000
"""Most rounds of random inputs: the inputs of all rounds are in memory at once."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Environment in which NumPy starts no threads. Nothing here multiplies matrices, and the threads of NumPy's OpenBLAS
take as much processor time to start as the rest of NumPy."""


@dataclass(frozen=True)
class Job:
    """A model file to run in a new interpreter; `rounds[r][i]` is input i of the main graph for round r.

    `outputs` is the number of outputs of the main graph. `arena_bytes` is the arena for runtimes that need one.
    `seconds` is the limit of processor time.
    """

    content: bytes
    rounds: Rounds
    outputs: int
    arena_bytes: int
    seconds: int = SECONDS_PER_JOB


@dataclass(frozen=True)
class Memory:
    """Bytes that stock TFLM's recording allocator reported: planned head and persistent tail."""

    head: int
    tail: int

    @property
    def arena(self) -> int:
        """Bytes of head and tail: the smallest arena in which the model ran."""
        return self.head + self.tail


@dataclass(frozen=True)
class Run:
    """`outputs[r][i]` is output i of the main graph in round r; `memory` is None for all runtimes but TFLM."""

    outputs: Rounds
    memory: Memory | None = None


@dataclass(frozen=True)
class Failure:
    """Why a runtime gave no outputs, as one line."""

    reason: str
