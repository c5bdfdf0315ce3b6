"""Rows of every tensor of a region that each strip reads and computes, in one of two ways.

By demand: goes from the last operator to the first. An operator computes the smallest interval that contains all rows
read from its output, and this interval decides the rows that the operator reads. Then it goes from the last strip to
the first: rows that are kept stay as long as a later strip needs them. Strips by rows of the last output compute, for
one row of it, all rows that it needs of everything before: with a stride of 16 in all, 16 rows of the first result at
once.

Paced: strips follow the rows of the region's first result, and each computes what its new rows make possible, a row or
two of the first result at a time:

    strip             0    1    2    3    4    5    6
    first result      0-2  2-4  4-6  6-8  ...               rows that are computed
    3x3, stride 2          0-1  1-2  2-3  3-4
    3x3, stride 2               0    0-1  1    1-2          a row as soon as all that it reads is there

Every row is computed once and stays until no further strip reads it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.rewrite.strips.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.region import Region
    from arenite.rewrite.strips.rules import Cut


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """One strip of a region.

    Attributes:
        held: rows of each tensor, region inputs included, that operators of the strip read, that belong to a region
            output, or that stay for a later strip.
        cuts: operators that compute something in the strip.
        kept: first rows of those tensors for which earlier strips have computed them. The cut of the tensor's
            operator computes the remaining rows, if any.
    """

    held: Mapping[Tensor, Rows]
    cuts: Mapping[Operator, Cut]
    kept: Mapping[Tensor, Rows]


def demands(region: Region, own: Mapping[Tensor, Sequence[Rows]], keep: Set[Tensor], strips: int) -> tuple[Strip, ...]:
    """The strips of a region; `own` has the rows of each region output by strip, `keep` the tensors with kept rows."""
    needs: list[_Need] = []
    done: dict[Tensor, int] = {}
    for number in range(strips):
        needed = {tensor: rows[number] for tensor, rows in own.items() if rows[number].size}
        needs.append(_need(region, needed, done, keep))
        done = {**done, **{tensor: max(rows.end, done.get(tensor, 0)) for tensor, rows in needed.items()}}
    result: list[Strip] = []
    later: dict[Tensor, int] = {}
    for need in reversed(needs):
        result.append(_strip(need, later, keep))
        later.update((tensor, min(rows.first, later.get(tensor, rows.first))) for tensor, rows in need.rows.items())
    return tuple(reversed(result))


@dataclass(frozen=True, slots=True, eq=False)
class _Need:
    """What one strip computes and reads, rows of earlier strips included, which end at `done`."""

    rows: Mapping[Tensor, Rows]
    cuts: Mapping[Operator, Cut]
    done: Mapping[Tensor, int]


def _need(region: Region, needed: dict[Tensor, Rows], done: Mapping[Tensor, int], keep: Set[Tensor]) -> _Need:
    """The need of a strip for these rows of the region's outputs; `needed` gets the rows of all other tensors."""
    cuts: dict[Operator, Cut] = {}
    for operator in reversed(region.operators):
        (target,) = operator.outputs
        rows = needed.get(target)
        if rows is None:
            continue
        if target in keep:
            rows = Rows(min(rows.end, max(rows.first, done.get(target, 0))), rows.end)
        if rows.size:
            cuts[operator] = region.cut(operator, rows, needed)
    return _Need(needed, cuts, done)


def _strip(need: _Need, later: Mapping[Tensor, int], keep: Set[Tensor]) -> Strip:
    """The strip with the rows that it has to hold for later ones; `later`: the first rows that these need.

    A strip may hold rows that it does not read, where an operator that enlarges, or a branch that is behind, needs them
    in a strip after the next.
    """
    held, kept = dict(need.rows), {}
    for tensor in keep:
        before, rows = need.done.get(tensor, 0), need.rows.get(tensor)
        end = before if rows is None else max(rows.end, before)
        first = min(later.get(tensor, end), end if rows is None else rows.first)
        if first < end:
            held[tensor] = Rows(first, end)
        if first < before:
            kept[tensor] = Rows(first, before)
    return Strip(held, need.cuts, kept)


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
