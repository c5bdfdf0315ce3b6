"""The decision problem of exact layout without overlap: do these boxes fit in this height?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Boxes:
    """A connected layout problem, reduced to units and sections.

    Box i is `sizes[i]` units tall and alive in the half-open range of sections `spans[i]`. A section is a moment at
    which the set of live boxes is maximal. Sizes are positive and have no common divisor above 1.
    """

    sizes: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def sections(self) -> int:
        """Number of sections."""
        return max(end for _, end in self.spans)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one decision search.

    `offsets` in units is a layout that fits. None means that none exists if `proven`, otherwise that the search gave
    up. `states` counts the search states visited, `search` names the method.
    """

    offsets: tuple[int, ...] | None
    proven: bool
    states: int
    search: str
