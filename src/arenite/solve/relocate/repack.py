"""Makes room for one more block among blocks that keep their order, at the least cost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Block:
    """`size` units that lie at `start` and cost `weight` to put anywhere else."""

    start: int
    size: int
    weight: int


def repacked(blocks: Sequence[Block], height: int, *, upwards: bool) -> list[int] | None:
    """Where the blocks begin if none overlaps another, their order stays, and those that have to go weigh least.

    What goes lies as low as what stays below it allows, or as high (`upwards`). None where they do not fit at all.
    The blocks that stay are a heaviest chain of those between which there is room for the ones that go.
    """
    before = list(accumulate((block.size for block in blocks), initial=0))
    if before[-1] > height:
        return None
    chain: list[tuple[int, int]] = []
    for place, block in enumerate(blocks):
        best = (0, -1) if block.start >= before[place] else None
        for earlier in range(place):
            end = blocks[earlier].start + blocks[earlier].size
            if chain[earlier][0] >= 0 and block.start - end >= before[place] - before[earlier + 1]:
                best = max(best or (-1, -1), (chain[earlier][0], earlier))
        chain.append((-1, -1) if best is None else (best[0] + block.weight, best[1]))
    stays: list[int] = []
    fits_above = (
        place
        for place, block in enumerate(blocks)
        if chain[place][0] >= 0 and height - block.start - block.size >= before[-1] - before[place + 1]
    )
    place = max(fits_above, key=lambda each: chain[each][0], default=-1)
    while place >= 0:
        stays.append(place)
        place = chain[place][1]
    return _placed(blocks, [-1, *reversed(stays), len(blocks)], height, upwards=upwards)


def _placed(blocks: Sequence[Block], stays: Sequence[int], height: int, *, upwards: bool) -> list[int]:
    """The begins of all blocks, given those that stay, with -1 and the count of blocks as the walls."""
    starts = [block.start for block in blocks]
    for low, high in pairwise(stays):
        if upwards:
            at = height if high == len(blocks) else blocks[high].start
            for place in range(high - 1, low, -1):
                at -= blocks[place].size
                starts[place] = at
        else:
            at = 0 if low < 0 else blocks[low].start + blocks[low].size
            for place in range(low + 1, high):
                starts[place] = at
                at += blocks[place].size
    return starts
