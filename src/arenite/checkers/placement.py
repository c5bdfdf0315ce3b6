"""Problem, layout -> error unless the layout is valid and its bound is proven. Independent of the solvers."""

from __future__ import annotations

import bisect
import heapq
from itertools import islice
from typing import TYPE_CHECKING

from arenite.checkers.layout_search import fits
from arenite.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.problems.placement import Buffer, Layout, PlacementProblem, Relation

_MOST_NAMED = 8
"""Safe distances that a message lists before it says how many more there are; a rule may have thousands."""


def check(problem: PlacementProblem, solution: Layout) -> None:
    """Check that a layout is valid, and that its height and lower bound are what it claims.

    A layout is valid if every offset is a non-negative multiple of the alignment, no buffer ends above its cap, and no
    two buffers alive in a common scope share a byte, unless a relation calls their distance safe. The height is the
    end of the highest counted buffer. The lower bound must not exceed the height.

    The lower bound of a plain problem must be proven: by the maximum load, or by the record of an exhausted search that
    found no layout just below the bound. The record's buffers are searched again by other code (`layout_search`); if
    that takes more than `MOST_STATES` states, the record is believed. A bound that CP-SAT proved has no record and is
    not checked, since only searching again could.

    Raises:
        VerificationError: a check failed; the message names the buffers.
    """
    if len(solution.offsets) != len(problem.buffers):
        raise VerificationError(f"layout has {len(solution.offsets)} offsets for {len(problem.buffers)} buffers")
    for buffer, offset in zip(problem.buffers, solution.offsets, strict=True):
        if offset < 0 or offset % problem.alignment:
            raise VerificationError(
                f"buffer '{buffer.name}' begins at byte {offset}, not at a multiple of {problem.alignment} from 0 up"
            )
    if problem.relations:
        _check_pairs(problem, solution.offsets)
        load = 0
    else:
        load = _check_disjoint(list(zip(problem.buffers, solution.offsets, strict=True)))
    _check_caps(problem, solution.offsets)
    counted = len(problem.buffers) - problem.aside
    ends = (offset + buffer.size for buffer, offset in zip(problem.buffers, solution.offsets, strict=True))
    height = max(list(ends)[:counted], default=0)
    if solution.height != height:
        raise VerificationError(f"layout claims a height of {solution.height} bytes, its buffers end at {height}")
    if solution.lower_bound > height:
        raise VerificationError(f"lower bound {solution.lower_bound} is above the layout's own height {height}")
    if problem.plain:
        _check_bound(problem, solution, load)


def _check_bound(problem: PlacementProblem, solution: Layout, load: int) -> None:
    bound, record = solution.lower_bound, solution.exhausted
    if bound <= load or (record is None and solution.proof == "search"):
        return
    if record is None or not record.buffers or not bound - problem.alignment <= record.height < bound:
        raise VerificationError(f"lower bound {bound} is above the maximum load {load} without a search that proves it")
    if fits([problem.buffers[number] for number in record.buffers], record.height):
        raise VerificationError(f"lower bound {bound} does not hold: the buffers of its proof fit in {record.height}")


def _check_caps(problem: PlacementProblem, offsets: tuple[int, ...]) -> None:
    if not problem.caps:
        return
    for buffer, offset, cap in zip(problem.buffers, offsets, problem.caps, strict=True):
        if cap is not None and offset + buffer.size > cap:
            raise VerificationError(
                f"buffer '{buffer.name}' (from byte {offset}, {buffer.size} bytes) ends above byte {cap}, its cap"
            )


def _check_disjoint(placed: list[tuple[Buffer, int]]) -> int:
    """The maximum load in bytes of buffers that must not overlap.

    The buffers alive before a new one are disjoint, so if it clashes with any, it clashes with its neighbor by offset.

    Raises:
        VerificationError: two buffers clash.
    """
    load = most = 0
    alive: list[tuple[int, int]] = []  # (offset, number), by ascending offset
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
    """Check that `other`, which begins while `one` is alive, shares no byte with it."""
    (old, low), (new, at) = one, other
    if at < low + old.size and low < at + new.size:
        raise VerificationError(
            f"buffers '{old.name}' (bytes {low} to {low + old.size - 1}) and '{new.name}' "
            f"(bytes {at} to {at + new.size - 1}) clash in scope {new.first}, where both are alive"
        )


def _check_pairs(problem: PlacementProblem, offsets: tuple[int, ...]) -> None:
    relations = {(relation.source, relation.target): relation for relation in problem.relations}
    by_first = sorted(range(len(offsets)), key=lambda number: problem.buffers[number].first)
    ends = [offset + buffer.size for offset, buffer in zip(offsets, problem.buffers, strict=True)]
    lasts = [buffer.last for buffer in problem.buffers]
    alive: list[int] = []
    next_end = 0  # the earliest last scope of the buffers in `alive`
    for new in by_first:
        if problem.buffers[new].size == 0:
            continue
        if alive and next_end < problem.buffers[new].first:
            alive = [old for old in alive if lasts[old] >= problem.buffers[new].first]
            next_end = min((lasts[old] for old in alive), default=0)
        at, end = offsets[new], ends[new]
        for old in alive:
            if at < ends[old] and offsets[old] < end:
                _check_clash(problem.buffers, offsets, relations, old, new)
        next_end = min(next_end, lasts[new]) if alive else lasts[new]
        alive.append(new)


def _check_clash(
    buffers: tuple[Buffer, ...],
    offsets: tuple[int, ...],
    relations: Mapping[tuple[int, int], Relation],
    old: int,
    new: int,
) -> None:
    """Check that a relation permits the distance of two buffers that share bytes; `new` begins while `old` is alive."""
    relation = relations.get((old, new)) or relations.get((new, old))
    where = f"in scope {buffers[new].first}, where both are alive"
    if relation is None:
        raise VerificationError(
            f"buffers '{buffers[old].name}' (from byte {offsets[old]}, {buffers[old].size} bytes) and "
            f"'{buffers[new].name}' (from byte {offsets[new]}, {buffers[new].size} bytes) clash {where}"
        )
    distance = offsets[relation.source] - offsets[relation.target]
    if relation.distance is not None and distance >= relation.distance:
        return
    if distance not in relation.exactly:
        safe = [] if relation.distance is None else [f"{relation.distance} or more"]
        safe += [str(distance) for distance in islice(relation.exactly, _MOST_NAMED)]
        safe += [f"{len(relation.exactly) - _MOST_NAMED} more"] if len(relation.exactly) > _MOST_NAMED else []
        raise VerificationError(
            f"buffer '{buffers[relation.source].name}' begins {distance} bytes above "
            f"'{buffers[relation.target].name}' {where}; safe are {', '.join(safe) or 'none'}, or no common byte"
        )
