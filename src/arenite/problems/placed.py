"""What is found for a layout problem with overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Proof = Literal["scope", "search"]


@dataclass(frozen=True, slots=True)
class OverlapSolution:
    """`offsets[i]` is where `problem.buffers[i]` begins; `height` is the arena that this takes, in bytes.

    `lower_bound` is a height below which no layout exists. `proof` names where it comes from: "scope" is the least
    height of the buffers alive in scope `scope` alone; "search" is an exhausted search over all buffers by CP-SAT,
    which only searching again can check.
    """

    offsets: tuple[int, ...]
    height: int
    lower_bound: int
    proof: Proof = "scope"
    scope: int = 0

    @property
    def optimal(self) -> bool:
        """Whether the lower bound proves the height."""
        return self.height == self.lower_bound
