"""Checks a layout with overlap from first principles; it knows nothing of how layouts are found."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from arenite.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.problems.layout import Buffer
    from arenite.problems.placed import OverlapSolution
    from arenite.problems.placement import OverlapProblem, Relation

_MOST_NAMED = 8
"""Safe distances that a message names."""


def check(problem: OverlapProblem, solution: OverlapSolution) -> None:
    """Raise VerificationError unless a layout holds.

    It does if all pairs that are alive together are apart or at a safe distance, if no buffer ends above its cap, and
    if the height is right. The lower bound is only checked not to be above the height.
    """
    if len(solution.offsets) != len(problem.buffers):
        raise VerificationError(f"layout has {len(solution.offsets)} offsets for {len(problem.buffers)} buffers")
    for buffer, offset in zip(problem.buffers, solution.offsets, strict=True):
        if offset < 0 or offset % problem.alignment:
            raise VerificationError(
                f"buffer '{buffer.name}' begins at byte {offset}, not at a multiple of {problem.alignment} from 0 up"
            )
    _check_pairs(problem, solution.offsets)
    _check_caps(problem, solution.offsets)
    counted = len(problem.buffers) - problem.aside
    ends = (offset + buffer.size for buffer, offset in zip(problem.buffers, solution.offsets, strict=True))
    height = max(list(ends)[:counted], default=0)
    if solution.height != height:
        raise VerificationError(f"layout claims a height of {solution.height} bytes, its buffers end at {height}")
    if solution.lower_bound > height:
        raise VerificationError(f"lower bound {solution.lower_bound} is above the layout's own height {height}")


def _check_caps(problem: OverlapProblem, offsets: tuple[int, ...]) -> None:
    if not problem.caps:
        return
    for buffer, offset, cap in zip(problem.buffers, offsets, problem.caps, strict=True):
        if cap is not None and offset + buffer.size > cap:
            raise VerificationError(
                f"buffer '{buffer.name}' (from byte {offset}, {buffer.size} bytes) ends above byte {cap}, its cap"
            )


def _check_pairs(problem: OverlapProblem, offsets: tuple[int, ...]) -> None:
    relations = {}
    for relation in problem.relations:
        relations[relation.source, relation.target] = relation
    by_first = sorted(range(len(offsets)), key=lambda number: problem.buffers[number].first)
    ends = [offset + buffer.size for offset, buffer in zip(offsets, problem.buffers, strict=True)]
    lasts = [buffer.last for buffer in problem.buffers]
    alive: list[int] = []
    next_end = 0  # the first scope in which one of these is alive for the last time
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
    """`new` begins while `old` is alive, and they have a common byte."""
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
        safe += [str(each) for each in islice(relation.exactly, _MOST_NAMED)]
        safe += [f"{len(relation.exactly) - _MOST_NAMED} more"] if len(relation.exactly) > _MOST_NAMED else []
        raise VerificationError(
            f"buffer '{buffers[relation.source].name}' begins {distance} bytes above "
            f"'{buffers[relation.target].name}' {where}; safe are {', '.join(safe) or 'none'}, or no common byte"
        )
