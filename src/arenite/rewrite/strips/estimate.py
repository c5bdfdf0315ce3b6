"""What a plan of strips costs, from its rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.operators import macs
from arenite.rewrite.strips.plan import strips_of

if TYPE_CHECKING:
    from arenite.model import Operator
    from arenite.rewrite.strips.cut import Cut
    from arenite.rewrite.strips.demand import Strip
    from arenite.rewrite.strips.plan import StripPlan


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Costs of a plan: multiply-accumulates of the region whole and in strips, exactly as `operators.macs` counts them.

    `strips` are the rows of every tensor in each strip.
    """

    macs_whole: int
    macs: int
    strips: tuple[Strip, ...]

    @property
    def extra_macs(self) -> int:
        """Multiply-accumulates that the strips add."""
        return self.macs - self.macs_whole


def estimate(plan: StripPlan) -> Estimate:
    """What a plan costs; made to be called thousands of times."""
    whole = {operator: macs(operator) for operator in plan.region.operators}
    strips = strips_of(plan)
    done = sum(_macs(operator, cut, whole[operator]) for strip in strips for operator, cut in strip.cuts.items())
    return Estimate(sum(whole.values()), done, strips)


def _macs(operator: Operator, cut: Cut, whole: int) -> int:
    """A convolution's work goes by rows of output, that of a transposed one by rows of input."""
    if not whole:
        return 0
    if operator.code == "TRANSPOSE_CONV":
        source, rows = operator.inputs[2], cut.reads[2]
        assert source is not None
        assert rows is not None
        return whole // source.shape[1] * rows.size
    return whole // operator.outputs[0].shape[1] * cut.made.size
