"""What running a model in a runtime takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]

SECONDS_PER_JOB = 60
"""Processor seconds of a job whose work nobody has counted: hundreds of times what a test's small model takes."""


@dataclass(frozen=True)
class Job:
    """A model file to run in a fresh interpreter; `rounds[r][i]` is input i of the main graph before round r.

    `outputs` is how many outputs the main graph has. `arena_bytes` is the arena for runtimes that are given one.
    `seconds` of processor time are what the runtime gets for its answer.
    """

    content: bytes
    rounds: tuple[tuple[Array, ...], ...]
    outputs: int
    arena_bytes: int
    seconds: int = SECONDS_PER_JOB


@dataclass(frozen=True)
class Memory:
    """What stock TFLM's recording allocator reported, in bytes: planned head and persistent tail."""

    head: int
    tail: int

    @property
    def arena(self) -> int:
        """Head and tail together: the least arena in which the model was seen to run."""
        return self.head + self.tail


@dataclass(frozen=True)
class Run:
    """`outputs[r][i]` is output i of the main graph after round r; `memory` is known of TFLM only."""

    outputs: tuple[tuple[Array, ...], ...]
    memory: Memory | None = None


@dataclass(frozen=True)
class Failure:
    """Why a runtime gave no outputs, in one line."""

    reason: str
