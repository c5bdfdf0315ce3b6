"""Packs blocks into a height, in their given order and without overlap, at the least weight of blocks moved."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Block:
    """`size` units at offset `start`, in units; moving the block costs `weight`."""

    start: int
    size: int
    weight: int

    @property
    def end(self) -> int:
        """The first offset after the block."""
        return self.start + self.size


def repacked(blocks: Sequence[Block], height: int) -> tuple[list[int], ...]:
    """The begins of the blocks, in units, when none overlaps another and the blocks moved weigh least; order is kept.

    Returns two packings: moved blocks as low as possible, then as high as possible; an empty tuple if the blocks
    together exceed the height. The blocks that stay are a heaviest chain, by dynamic programming, such that the other
    blocks fit between them.
    """
    before = list(accumulate((block.size for block in blocks), initial=0))
    if before[-1] > height:
        return ()
    # The slack of a block is its start less the sizes of all blocks below it. Two blocks may both stay exactly if the
    # upper one has at least the slack of the lower one.
    slack = [block.start - size for block, size in zip(blocks, before[:-1], strict=True)]
    chain: list[tuple[int, int]] = []
    may_stay: list[int] = []
    for place, room in enumerate(slack):
        best = (0, -1) if room >= 0 else (-1, -1)
        for earlier in may_stay:
            if slack[earlier] <= room and chain[earlier][0] >= best[0]:
                best = chain[earlier][0], earlier
        if best[0] >= 0:
            may_stay.append(place)
        chain.append((best[0] + blocks[place].weight if best[0] >= 0 else -1, best[1]))
    stays: list[int] = []
    fits_above = (place for place in may_stay if slack[place] <= height - before[-1])
    place = max(fits_above, key=lambda block: chain[block][0], default=-1)
    while place >= 0:
        stays.append(place)
        place = chain[place][1]
    return _placed(blocks, [-1, *reversed(stays), len(blocks)], height)


def _placed(blocks: Sequence[Block], stays: Sequence[int], height: int) -> tuple[list[int], list[int]]:
    """Begins of all blocks, in units: with moved blocks as low, and as high, as those that stay allow.

    `stays`: positions of the blocks that stay, between -1 and the count.
    """
    lowest = [block.start for block in blocks]
    highest = lowest.copy()
    for low, high in pairwise(stays):
        at = 0 if low < 0 else blocks[low].end
        for place in range(low + 1, high):
            lowest[place] = at
            at += blocks[place].size
        at = height if high == len(blocks) else blocks[high].start
        for place in range(high - 1, low, -1):
            at -= blocks[place].size
            highest[place] = at
    return lowest, highest
