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


def repacked(blocks: Sequence[Block], height: int, *, upwards: bool) -> list[int] | None:
    """The begins of the blocks, in units, when none overlaps another and the blocks moved weigh least; order is kept.

    Moved blocks lie as low as possible, or as high as possible (`upwards`). Returns None if the blocks together exceed
    the height. The blocks that stay are a heaviest chain, by dynamic programming, such that the other blocks fit
    between them.
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
    place = max(fits_above, key=lambda block: chain[block][0], default=-1)
    while place >= 0:
        stays.append(place)
        place = chain[place][1]
    return _placed(blocks, [-1, *reversed(stays), len(blocks)], height, upwards=upwards)


def _placed(blocks: Sequence[Block], stays: Sequence[int], height: int, *, upwards: bool) -> list[int]:
    """The begins of all blocks, in units; `stays`: positions of the blocks that stay, between -1 and the count."""
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
