"""The objective of partial execution: which memory to minimize, and at which cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Objective:
    """What to minimize, and what it may cost.

    minimize: the target's whole arena, or its head alone.
    most_extra_macs: multiply-accumulates that parts may add, as a share of the model's.
    enough: bytes of arena at which the least extra work becomes the objective; None: as small as possible.
    """

    minimize: Literal["arena", "head"] = "arena"
    most_extra_macs: float = 0.10
    enough: int | None = None
