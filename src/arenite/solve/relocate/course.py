"""A layout with moves during the search: the offset of every live buffer in each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.relocate.order import MovableGroups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.solve.relocate.field import Field, Places
    from arenite.solve.relocate.order import Step


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
    return MovableGroups(field, field.groups(lasting), lasting).ordered(places[step])
