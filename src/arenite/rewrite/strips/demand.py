"""Rows of every tensor of a region that each strip reads and computes.

Goes from the last operator to the first: an operator computes the smallest interval that contains all rows read from
its output, and this interval decides the rows that the operator reads. Then it goes from the last strip to the first:
rows that are kept stay as long as a later strip needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
