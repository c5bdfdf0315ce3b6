"""Buffers -> what follows from their lifetimes alone: the load, the pairs alive together, and the critical moments."""

from __future__ import annotations

import bisect
import heapq
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.problems.placement import Buffer, PlacementProblem

_BEGIN, _END = 0, 1
"""Kinds of events of a scope. Beginnings come first, because a buffer is alive in its last scope as well."""


def maximum_load(problem: PlacementProblem) -> int:
    """The largest sum in bytes of buffers alive in one scope: a lower bound for layouts without overlap."""
    load = best = 0
    ending: list[tuple[int, int]] = []
    for buffer in sorted(problem.buffers, key=lambda b: b.first):
        while ending and ending[0][0] < buffer.first:
            load -= heapq.heappop(ending)[1]
        heapq.heappush(ending, (buffer.last, buffer.size))
        load += buffer.size
        best = max(best, load)
    return best


def neighbors(buffers: Sequence[Buffer]) -> list[list[int]]:
    """For each buffer, the positions of the others that are alive in one of its scopes."""
    meets: list[list[int]] = [[] for _ in buffers]
    alive: list[int] = []
    for new in sorted(range(len(buffers)), key=lambda i: buffers[i].first):
        alive = [old for old in alive if buffers[old].last >= buffers[new].first]
        for old in alive:
            meets[old].append(new)
        meets[new].extend(alive)
        alive.append(new)
    return meets


def neighbors_of(chosen: Sequence[int], buffers: Sequence[Buffer]) -> Mapping[int, Sequence[int]]:
    """For each chosen buffer, the positions of the others that are alive in one of its scopes."""
    if len(chosen) > _FEW:
        every = neighbors(buffers)
        return {number: every[number] for number in chosen}
    spans = [(number, buffer.first, buffer.last) for number, buffer in enumerate(buffers)]
    return {
        number: [other for other, first, last in spans if first <= end and last >= begin and other != number]
        for number in chosen
        for begin, end in ((buffers[number].first, buffers[number].last),)
    }


_FEW = 16
"""Buffers up to which it is faster to compare each one with all others than to list the neighbors of all."""


def conflicts(buffers: Sequence[Buffer]) -> int:
    """The number of pairs of buffers that are alive in a common scope, in O(n log n) without listing them."""
    ends = sorted(buffer.last for buffer in buffers)
    begun = enumerate(sorted(buffer.first for buffer in buffers))
    return sum(before - bisect.bisect_left(ends, first) for before, first in begun)


def components(buffers: Sequence[Buffer]) -> list[list[int]]:
    """Groups of buffers, by position, that are never alive together with other groups; each can be laid out alone.

    Groups are in order of time.
    """
    groups: list[list[int]] = []
    end = -1
    for i in sorted(range(len(buffers)), key=lambda i: (buffers[i].first, i)):
        if not groups or buffers[i].first > end:
            groups.append([])
            end = buffers[i].last
        groups[-1].append(i)
        end = max(end, buffers[i].last)
    return groups


def sections(buffers: Sequence[Buffer]) -> list[tuple[int, int]]:
    """For each buffer, the half-open range of sections it is alive in.

    Sections are the scopes in which the set of live buffers is maximal by inclusion. Any two buffers that are ever
    alive together are alive together in some section, and the maximum load is reached in a section.
    """
    events = sorted([(b.first, _BEGIN) for b in buffers] + [(b.last, _END) for b in buffers])
    moments = [at for (at, what), (_, next_) in itertools.pairwise(events) if (what, next_) == (_BEGIN, _END)]
    return [(bisect.bisect_left(moments, b.first), bisect.bisect_left(moments, b.last + 1)) for b in buffers]
