"""Partial execution by rows: a region of a model executed strip by strip, with ordinary operators and equal results.

region = region_of(model, operators)    which operators together; why_not(operator) says which cannot
plan = strip_plan(region, 4)            where the strips end, what is kept from one for the next
estimate(plan)                          what it costs, without building anything
model = SplitRows(plan).run(model)
"""

from arenite.rewrite.strips.estimate import Estimate, estimate
from arenite.rewrite.strips.plan import Halo, StripPlan, strip_plan, strips_of
from arenite.rewrite.strips.region import Region, region_of
from arenite.rewrite.strips.rows import Rows
from arenite.rewrite.strips.split import SplitRows
from arenite.rewrite.strips.splittable import why_not

__all__ = [
    "Estimate",
    "Halo",
    "Region",
    "Rows",
    "SplitRows",
    "StripPlan",
    "estimate",
    "region_of",
    "strip_plan",
    "strips_of",
    "why_not",
]
