"""Rows of every tensor of a region that each strip reads and computes.

Goes from the last operator to the first: an operator computes the smallest interval that contains all rows read from
its output, and this interval decides the rows that the operator reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.cut import Cut
    from arenite.rewrite.strips.region import Region
    from arenite.rewrite.strips.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """One strip of a region.

    Attributes:
        held: rows of each tensor, region inputs included, that operators of the strip read or that belong to a region
            output.
        cuts: operators that compute something in the strip.
        kept: first rows of those tensors for which the previous strip has computed them. The cut of the tensor's
            operator computes the remaining rows, if any.
    """

    held: Mapping[Tensor, Rows]
    cuts: Mapping[Operator, Cut]
    kept: Mapping[Tensor, Rows]


def demands(region: Region, own: Mapping[Tensor, Sequence[Rows]], keep: Set[Tensor], strips: int) -> tuple[Strip, ...]:
    """The strips of a region; `own` has the rows of each region output by strip, `keep` the tensors with kept rows."""
    result: list[Strip] = []
    for number in range(strips):
        held = {tensor: rows[number] for tensor, rows in own.items() if rows[number].size}
        before = result[-1].held if result else {}
        result.append(_strip(region, held, before, keep))
    return tuple(result)


def _strip(region: Region, held: dict[Tensor, Rows], before: Mapping[Tensor, Rows], keep: Set[Tensor]) -> Strip:
    cuts: dict[Operator, Cut] = {}
    kept: dict[Tensor, Rows] = {}
    for operator in reversed(region.operators):
        (target,) = operator.outputs
        rows = held.get(target)
        if rows is None:
            continue
        if target in keep and target in before and rows.first < before[target].end:
            kept[target], rows = _parted(rows, before[target].end)
        if not rows.size:
            continue
        cut = cuts[operator] = region.rules[operator](rows)
        for tensor, read in zip(operator.inputs, cut.reads, strict=True):
            if read is not None and tensor is not None and tensor.data is None:
                held[tensor] = read.hull(held.get(tensor))
    return Strip(held, cuts, kept)


def _parted(rows: Rows, end: int) -> tuple[Rows, Rows]:
    """Split rows into those before `end` and those from `end` on."""
    middle = min(rows.end, end)
    return type(rows)(rows.first, middle), type(rows)(middle, rows.end)


def last_readers(region: Region, strip: Strip) -> dict[Operator, list[Tensor]]:
    """Results of a strip by the operator that reads them last; by their own operator if nothing reads them."""
    last: dict[Tensor, Operator] = {}
    for operator in region.operators:
        last.update((tensor, operator) for tensor in operator.outputs if tensor in strip.held)
        if operator in strip.cuts:
            last.update((tensor, operator) for tensor in operator.inputs if tensor in last)
    readers: dict[Operator, list[Tensor]] = {}
    for tensor, operator in last.items():
        readers.setdefault(operator, []).append(tensor)
    return readers
