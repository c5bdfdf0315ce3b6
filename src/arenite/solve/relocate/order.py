"""Orders the moves between two steps so that no move overwrites a buffer that is still needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.solve.relocate.field import Field


class Step(NamedTuple):
    """One move of a group of buffers: `size` units are copied from `source` to `target`."""

    group: tuple[int, ...]
    source: int
    target: int
    size: int


def ordered(
    field: Field, groups: Sequence[tuple[int, ...]], before: Mapping[int, int], after: Mapping[int, int]
) -> list[Step] | None:
    """The moves from offsets `before` to offsets `after`, one per group, in a safe order; None if there is none.

    No move of a safe order lands on another group. `groups`: the groups of `before`, each of which has to keep the
    relative offsets of its buffers.
    """
    now: list[tuple[int, int]] = []
    waiting: list[tuple[int, Step]] = []
    for place, group in enumerate(groups):
        low, high = field.span(group, before)
        by = after[group[0]] - before[group[0]]
        if any(after[buffer] - before[buffer] != by for buffer in group):
            return None
        now.append((low, high))
        if by:
            waiting.append((place, Step(group, low, low + by, high - low)))
    found: list[Step] = []
    while waiting:
        free = next((group for group in waiting if _is_free(group, now)), None)
        if free is None:
            return None
        waiting.remove(free)
        place, step = free
        now[place] = (step.target, step.target + step.size)
        found.append(step)
    return found


def _is_free(waiting: tuple[int, Step], now: Sequence[tuple[int, int]]) -> bool:
    """Whether the target of a waiting move overlaps no other group; `now[i]`: begin and end of group i."""
    place, step = waiting
    top = step.target + step.size
    return not any(low < top and step.target < end and other != place for other, (low, end) in enumerate(now))
