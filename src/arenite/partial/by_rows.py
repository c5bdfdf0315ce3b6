"""A stretch in strips of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.rewrite.strips import estimate, strip_plan

if TYPE_CHECKING:
    from arenite.partial.load import Load
    from arenite.rewrite.strips import Halo, Region, StripPlan


@dataclass(frozen=True, eq=False)
class ByRows:
    """A region in strips of about the same height, with one kind of halo; every figure is worked out once."""

    region: Region
    halo: Halo
    load: Load
    _plans: dict[int, StripPlan] = field(default_factory=dict, repr=False)
    _figures: dict[int, tuple[int, int]] = field(default_factory=dict, repr=False)

    @property
    def most(self) -> int:
        """Rows of the last output."""
        return self.region.outputs[-1].shape[1]

    def plan(self, number: int) -> StripPlan:
        """Strips whose heights differ by at most one row."""
        if number not in self._plans:
            self._plans[number] = strip_plan(self.region, number, halo=self.halo)
        return self._plans[number]

    def extra_macs(self, number: int) -> int:
        """Multiply-accumulates of rows that are computed twice."""
        return self._worked_out(number)[0]

    def floor(self, number: int) -> int:
        """Bytes of what is alive at once."""
        return self._worked_out(number)[1]

    def _worked_out(self, number: int) -> tuple[int, int]:
        """Both figures at once: the rows of all strips, from which they come, are too many to be remembered."""
        if number not in self._figures:
            plan = self.plan(number)
            costs = estimate(plan)
            self._figures[number] = costs.extra_macs, self.load.most(plan, costs.strips)
        return self._figures[number]
