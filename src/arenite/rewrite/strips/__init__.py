"""Partial execution by rows: split a region into strips of ordinary operators that compute equal results.

region = region_of(model, operators)    the operators to split; why_not(operator) says why one cannot be split
plan = strip_plan(region, 4)            where the strips end, and which rows are kept for the next strip
estimate(plan)                          costs of the plan, without building a model
model = SplitRows(plan).run(model)
"""

from arenite.rewrite.strips.demand import Strip, last_readers, paces
from arenite.rewrite.strips.plan import Estimate, Halo, StripPlan, estimate, extra_macs, strip_plan, strips_of
from arenite.rewrite.strips.region import Region, region_of
from arenite.rewrite.strips.rows import Rows
from arenite.rewrite.strips.rules import is_copy
from arenite.rewrite.strips.split import SplitRows
from arenite.rewrite.strips.splittable import why_not

__all__ = [
    "Estimate",
    "Halo",
    "Region",
    "Rows",
    "SplitRows",
    "Strip",
    "StripPlan",
    "estimate",
    "extra_macs",
    "is_copy",
    "last_readers",
    "paces",
    "region_of",
    "strip_plan",
    "strips_of",
    "why_not",
]
