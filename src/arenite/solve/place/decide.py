"""The question that exact layout asks: do these boxes fit in this height?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Boxes:
    """A connected layout problem in its smallest terms.

    Box i is `sizes[i]` units tall and alive in the sections `spans[i]` (half-open); each section is a moment with a
    maximal set of live boxes. Sizes have no common divisor and are positive.
    """

    sizes: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def sections(self) -> int:
        """How many sections there are."""
        return max(end for _, end in self.spans)


@dataclass(frozen=True, slots=True)
class Answer:
    """`offsets`: a layout that fits; None with `proven`: there is none; None without: the budget ran out."""

    offsets: tuple[int, ...] | None
    proven: bool
    states: int
    search: str
