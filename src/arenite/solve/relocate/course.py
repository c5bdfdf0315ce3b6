"""A layout with moves during the search: the offset of every live buffer in each step, and the moves between steps.

The moves before a step are ordered so that none overwrites a buffer that is still needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.solve.relocate.field import Field, Places


class Step(NamedTuple):
    """One move of a group of buffers: `size` units are copied from `source` to `target`."""

    group: tuple[int, ...]
    source: int
    target: int
    size: int


class MovableGroups:
    """Groups of buffers at their offsets in one step, which move as one: they keep their buffers' relative offsets."""

    def __init__(self, field: Field, before: Mapping[int, int]) -> None:
        """`before`: the offsets of the buffers, in units."""
        self.field = field
        self.before = before

    @cached_property
    def groups(self) -> list[tuple[tuple[int, ...], int, int]]:
        """Each group with its begin and its end."""
        return [(group, *self.field.span(group, self.before)) for group in self.field.groups(self.before)]

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


@dataclass(frozen=True, slots=True)
class Course:
    """`places[k]` maps the buffers alive in step k to offsets, in units.

    `least`: a lower bound on the units moved by any course of this height.
    """

    places: Sequence[Places]
    least: int = 0

    def heights(self, field: Field) -> list[int]:
        """Height of each step in units."""
        return [max((at + field.sizes[one] for one, at in places.items()), default=0) for places in self.places]

    def height(self, field: Field) -> int:
        """Height of the course in units."""
        return max(self.heights(field), default=0)

    def moves(self, field: Field) -> list[list[Step]]:
        """The moves before each step, in a safe order. Raises AssertionError if no order is safe."""
        found: list[list[Step]] = []
        for step in range(len(self.places)):
            steps = moves_before(field, self.places, step)
            assert steps is not None
            found.append(steps)
        return found

    def cost(self, field: Field) -> int:
        """Units moved in all steps together."""
        return sum(step.size for steps in self.moves(field) for step in steps)


def moves_before(field: Field, places: Sequence[Places], step: int) -> list[Step] | None:
    """The moves before a step, in a safe order; None if no order is safe."""
    if step == 0:
        return []
    here = places[step]
    lasting = {buffer: at for buffer, at in places[step - 1].items() if buffer in here}
    if all(here[buffer] == at for buffer, at in lasting.items()):
        return []
    return MovableGroups(field, lasting).ordered(places[step])
