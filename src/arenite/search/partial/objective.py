"""What partial execution is wanted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Goal = Literal["arena", "head"]


@dataclass(frozen=True)
class Objective:
    """What to make small, and what it may cost.

    `minimize`: the target's whole arena, or its head alone. `most_extra_macs` is a share of the model's
    multiply-accumulates. With `enough`, bytes of what is minimized, the least extra work that reaches it is looked for.
    """

    minimize: Goal = "arena"
    most_extra_macs: float = 0.10
    enough: int | None = None
