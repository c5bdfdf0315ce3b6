"""Repacked blocks: beside a search through all sets of blocks that stay."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from arenite.solve.relocate.repack import Block, repacked

HEIGHT = 24
BLOCKS = st.builds(Block, st.integers(0, HEIGHT), st.integers(1, 8), st.integers(0, 3))


def fits(blocks, staying):
    """Whether the other blocks fit between those that stay, in their order."""
    walls = [(-1, 0), *((place, blocks[place].start) for place in staying), (len(blocks), HEIGHT)]
    ends = [0, *(blocks[place].end for place in staying)]
    return all(
        end + sum(block.size for block in blocks[low + 1 : high]) <= start
        for (low, _), (high, start), end in zip(walls, walls[1:], ends, strict=False)
    )


@given(st.lists(BLOCKS, max_size=6))
def test_the_blocks_that_move_weigh_least(blocks):
    found = repacked(blocks, HEIGHT)
    if sum(block.size for block in blocks) > HEIGHT:
        assert found == ()
        return
    places = range(len(blocks))
    every = (staying for count in range(len(blocks) + 1) for staying in combinations(places, count))
    most = max(sum(blocks[place].weight for place in staying) for staying in every if fits(blocks, staying))
    for starts in found:
        stay = sum(block.weight for block, start in zip(blocks, starts, strict=True) if block.start == start)
        assert stay == most
        ends = [start + block.size for block, start in zip(blocks, starts, strict=True)]
        assert all(end <= start for end, start in zip([0, *ends], [*starts, HEIGHT], strict=True))
    lowest, highest = found
    assert all(low <= high for low, high in zip(lowest, highest, strict=True))


def test_what_is_free_to_move_goes_to_either_side():
    blocks = [Block(10, 2, 1), Block(11, 3, 5)]
    assert repacked(blocks, HEIGHT) == ([0, 11], [9, 11])
