"""Checks a layout from first principles; it knows nothing of how layouts are found."""

from __future__ import annotations

import bisect
import heapq
from typing import TYPE_CHECKING

from arenite.check.layout_search import fits
from arenite.errors import VerificationError

if TYPE_CHECKING:
    from arenite.problems.layout import Buffer, Problem, Solution


def check(problem: Problem, solution: Solution) -> None:
    """Raise VerificationError unless the layout is valid and its height and lower bound are what they claim.

    Valid: every offset is a multiple of the alignment and not negative, no two buffers alive in a common scope share a
    byte, the height is where the highest buffer ends. A lower bound above the maximum load must come with the record
    of an exhausted search just below it, which is made again on the buffers that it names: by another search, and if
    that takes too long (`search_again.MOST_STATES`), the record is believed.
    """
    if len(solution.offsets) != len(problem.buffers):
        raise VerificationError(f"layout has {len(solution.offsets)} offsets for {len(problem.buffers)} buffers")
    placed = list(zip(problem.buffers, solution.offsets, strict=True))
    for buffer, offset in placed:
        if offset < 0 or offset % problem.alignment:
            raise VerificationError(
                f"buffer '{buffer.name}' begins at byte {offset}, not at a multiple of {problem.alignment} from 0 up"
            )
    load = _check_disjoint(placed)
    height = max((offset + buffer.size for buffer, offset in placed), default=0)
    if solution.height != height:
        raise VerificationError(f"layout claims a height of {solution.height} bytes, its buffers end at {height}")
    _check_bound(problem, solution, load)


def _check_disjoint(placed: list[tuple[Buffer, int]]) -> int:
    """The maximum load; raises where two buffers clash.

    What is alive lies apart so far, so whatever a new buffer clashes with includes the next one below it or above it.
    """
    load = most = 0
    alive: list[tuple[int, int]] = []  # offset and number, by rising offset
    ends: list[tuple[int, int]] = []
    by_first = sorted((number for number, item in enumerate(placed) if item[0].size), key=lambda n: placed[n][0].first)
    for number in by_first:
        new, at = placed[number]
        while ends and ends[0][0] < new.first:
            gone = heapq.heappop(ends)[1]
            alive.pop(bisect.bisect_left(alive, (placed[gone][1], gone)))
            load -= placed[gone][0].size
        place = bisect.bisect_left(alive, (at, number))
        for _, other in alive[max(0, place - 1) : place + 1]:
            _check_apart(placed[other], placed[number])
        alive.insert(place, (at, number))
        heapq.heappush(ends, (new.last, number))
        load += new.size
        most = max(most, load)
    return most


def _check_apart(one: tuple[Buffer, int], other: tuple[Buffer, int]) -> None:
    """`other` begins while `one` is alive."""
    (old, low), (new, at) = one, other
    if at < low + old.size and low < at + new.size:
        raise VerificationError(
            f"buffers '{old.name}' (bytes {low} to {low + old.size - 1}) and '{new.name}' "
            f"(bytes {at} to {at + new.size - 1}) clash in scope {new.first}, where both are alive"
        )


def _check_bound(problem: Problem, solution: Solution, load: int) -> None:
    bound, record = solution.lower_bound, solution.exhausted
    if bound > solution.height:
        raise VerificationError(f"lower bound {bound} is above the layout's own height {solution.height}")
    if bound <= load:
        return
    if record is None or not record.buffers or not bound - problem.alignment <= record.height < bound:
        raise VerificationError(f"lower bound {bound} is above the maximum load {load} without a search that proves it")
    if fits([problem.buffers[number] for number in record.buffers], record.height):
        raise VerificationError(f"lower bound {bound} does not hold: the buffers of its proof fit in {record.height}")
