"""Strips that follow the rows of the region's first result: each computes what its new rows make possible.

Strips by rows of the last output compute, for one row of it, all rows that it needs of everything before: with a stride
of 16 in all, 16 rows of the first result at once. Paced strips take a row or two of the first result at a time:

    strip             0    1    2    3    4    5    6
    first result      0-2  2-4  4-6  6-8  ...               rows that are computed
    3x3, stride 2          0-1  1-2  2-3  3-4
    3x3, stride 2               0    0-1  1    1-2          a row as soon as all that it reads is there

Every row is computed once and stays until no further strip reads it.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.rewrite.strips.demand import Strip
from arenite.rewrite.strips.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.region import Region
    from arenite.rewrite.strips.rules import Cut


def paces(region: Region, first: Sequence[int]) -> Mapping[Tensor, tuple[int, ...]]:
    """The boundaries of all results of a region from those of its first one; kept by the region.

    Raises:
        OptionError: an operator reads nothing that the first result leads to, so that it could run at any time.
    """
    rows = tuple(first)
    return region.once((paces, rows), lambda region: MappingProxyType(_paces(region, rows)))


def _paces(region: Region, first: tuple[int, ...]) -> dict[Tensor, tuple[int, ...]]:
    leader = region.operators[0].outputs[0]
    ends: dict[Tensor, tuple[int, ...]] = {leader: first}
    for operator in region.operators[1:]:
        (target,) = operator.outputs
        led = [place for place, tensor in enumerate(operator.inputs) if tensor is not None and tensor in ends]
        if not led:
            raise OptionError(f"{operator.label} of {target.name!r} reads nothing that the region computes")
        cuts = [region.rules[operator](Rows(row, row + 1)) for row in range(target.shape[1])]
        reached: list[tuple[int, ...]] = []
        for place in led:
            read = (cut.reads[place] for cut in cuts)
            needed = list(accumulate((0 if rows is None else rows.end for rows in read), max))
            reached.append(tuple(bisect_right(needed, end) for end in ends[operator.input(place)]))
        ends[target] = tuple(min(each) for each in zip(*reached, strict=True))
    return ends


def paced_strips(region: Region, paced: Mapping[Tensor, tuple[int, ...]]) -> tuple[Strip, ...]:
    """The strips of a region whose results are computed as `paced` says; rows of other results are recomputed.

    Raises:
        OptionError: an operator reads rows that are not computed yet, as pools with SAME padding may.
    """
    number = len(next(iter(paced.values()))) - 1
    strips: list[Strip] = []
    later: dict[Tensor, int] = {}
    for strip in range(number - 1, -1, -1):
        new = {tensor: Rows(*rows[strip : strip + 2]) for tensor, rows in paced.items()}
        cuts, read = _cuts(region, new)
        for tensor, rows in read.items():
            later[tensor] = min(later.get(tensor, rows.first), rows.first)
        held = {tensor: rows for tensor, rows in read.items() if tensor not in paced}
        kept: dict[Tensor, Rows] = {}
        for tensor, rows in new.items():
            first = min(rows.first, later.get(tensor, rows.first))
            if first < rows.end:
                held[tensor] = Rows(first, rows.end)
            if first < rows.first:
                kept[tensor] = Rows(first, rows.first)
        for tensor, rows in read.items():
            if tensor in paced and not held[tensor].holds(rows):
                raise OptionError(f"a strip reads rows of {tensor.name!r} that are not computed yet")
        strips.append(Strip(held, cuts, kept))
    return tuple(reversed(strips))


def _cuts(region: Region, new: Mapping[Tensor, Rows]) -> tuple[dict[Operator, Cut], dict[Tensor, Rows]]:
    """How the operators run in a strip with these new rows, and the rows that they read.

    New rows of the region's outputs count as read. Results without new rows are computed as far as they are read.
    """
    read = {tensor: new[tensor] for tensor in region.outputs if new[tensor].size}
    cuts: dict[Operator, Cut] = {}
    for operator in reversed(region.operators):
        (target,) = operator.outputs
        rows = new.get(target, read.get(target))
        if rows is None or not rows.size:
            continue
        cuts[operator] = region.cut(operator, rows, read)
    return {operator: cuts[operator] for operator in region.operators if operator in cuts}, read
