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


class MovableGroups:
    """Groups of buffers at their offsets in one step, which move as one: they keep their buffers' relative offsets."""

    def __init__(self, field: Field, groups: Sequence[tuple[int, ...]], before: Mapping[int, int]) -> None:
        """`before`: the offsets, in units, of the buffers of all groups."""
        self.before = before
        self.groups = [(group, *field.span(group, before)) for group in groups]
        """Each group with its begin and its end."""

    def moves(self, after: Mapping[int, int]) -> list[tuple[int, Step]] | None:
        """The moves to these offsets, each with its group's number, in the order of groups; None if a group breaks.

        This order need not be a safe one.
        """
        before, found = self.before, []
        for number, (group, low, high) in enumerate(self.groups):
            by = after[group[0]] - before[group[0]]
            for buffer in group:
                if after[buffer] - before[buffer] != by:
                    return None
            if by:
                found.append((number, Step(group, low, low + by, high - low)))
        return found

    def ordered(self, after: Mapping[int, int]) -> list[Step] | None:
        """The moves to these offsets in a safe order, in which none lands on another group; None if there is none."""
        waiting = self.moves(after)
        if waiting is None:
            return None
        now = [(low, high) for _, low, high in self.groups]
        found: list[Step] = []
        while waiting:
            free = next((move for move in waiting if _is_free(move, now)), None)
            if free is None:
                return None
            waiting.remove(free)
            number, step = free
            now[number] = (step.target, step.target + step.size)
            found.append(step)
        return found


def _is_free(waiting: tuple[int, Step], now: Sequence[tuple[int, int]]) -> bool:
    """Whether the target of a waiting move overlaps no other group; `now[i]`: begin and end of group i."""
    number, (_, _, target, size) = waiting
    top = target + size
    for other, (low, end) in enumerate(now):  # noqa: SIM110 (a generator takes twice as long)
        if low < top and target < end and other != number:
            return False
    return True
