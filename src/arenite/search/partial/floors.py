"""Costs by floors: a stretch counts with the bytes that are alive at once, which layouts with moves come close to.

Where tensors may move between operators, the layout may change during an inference, so it matters less how well
stretches fit together. Nothing has to be laid out to know a floor, so that the search for choices is short.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.search.partial.costs import Costs

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.search.partial.costs import Key
    from arenite.search.partial.segment import Segment


class Floors(Costs):
    """The costs of the stretches of a line without anything that a layout loses to alignment and fragmentation."""

    def __init__(self, costs: Costs) -> None:
        """Take over what is known of the same stretches, but for settled costs."""
        vars(self).update(vars(costs))
        self._segments, self._known, self._settled = {}, {}, Counter()

    def whole(self, position: int) -> Segment:
        """The segment of one operator executed whole, with what a layout of it needs at least."""
        segment = super().whole(position)
        return replace(segment, head=self._least_of_whole[position] or segment.head)

    def head(self, stretch: Key, number: int) -> int:
        """The most bytes alive at once."""
        return self.floor(stretch, number)

    def known(self, segment: Segment) -> bool:  # noqa: ARG002 (floors are known of all stretches)
        """Whether the costs of a segment are final: they are."""
        return True

    def settle(self, segment: Segment, budget: Budget) -> Segment:  # noqa: ARG002 (no layout is made)
        """The segment itself."""
        return segment
