"""Rows of every tensor of a region that each strip reads and computes.

Goes from the last operator to the first: an operator computes the smallest interval that contains all rows read from
its output, and this interval decides the rows that the operator reads.

Rows of an input that comes in rows are there once: what is read of them stays until no further strip needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.model import Outside
from arenite.rewrite.strips.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.cut import Cut, Rule
    from arenite.rewrite.strips.region import Region


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """One strip of a region.

    Attributes:
        held: rows of each tensor, region inputs included, that operators of the strip read or that belong to a region
            output.
        cuts: operators that compute something in the strip.
        kept: first rows of those tensors for which the previous strip holds them. The cut of the tensor's operator
            computes the remaining rows, if any. The previous strip may hold fewer rows than one before it, where paths
            of the region reach differently far, and other rows than those that the strip needs first.
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
    for operator in region.operators:
        if any(tensor is not None and tensor.outside is Outside.ROWS for tensor in operator.inputs):
            result = _reading_once(operator, region.rules[operator], result)
    return tuple(result)


def _reading_once(operator: Operator, rule: Rule, strips: Sequence[Strip]) -> list[Strip]:
    """The strips with an operator that computes each row once; the rows stay until no further strip reads them."""
    (target,) = operator.outputs
    needs = [strip.held.get(target) for strip in strips]
    result: list[Strip] = []
    done = 0
    for number, (strip, need) in enumerate(zip(strips, needs, strict=True)):
        end = done if need is None else max(done, need.end)
        first = min((each.first for each in needs[number:] if each is not None), default=end)
        new, held, cuts, kept = Rows(max(first, done), end), dict(strip.held), dict(strip.cuts), dict(strip.kept)
        for gone in (held, kept):
            gone.pop(target, None)
        cuts.pop(operator, None)
        if first < end:
            held[target] = Rows(first, end)
        if first < done:
            kept[target] = Rows(first, done)
        if new.size > 0:
            cuts[operator] = rule(new)
        result.append(Strip(_with_reads(operator, held, cuts), cuts, kept))
        done = end
    return result


def _with_reads(operator: Operator, held: Mapping[Tensor, Rows], cuts: Mapping[Operator, Cut]) -> dict[Tensor, Rows]:
    """Rows held in a strip, with those of the operator's inputs, which no other operator reads, as its cut says."""
    reads = cuts[operator].reads if operator in cuts else (None,) * len(operator.inputs)
    pairs = dict(zip(operator.inputs, reads, strict=True))
    kept = {tensor: rows for tensor, rows in held.items() if tensor not in pairs}
    return kept | {tensor: rows for tensor, rows in pairs.items() if tensor is not None and rows is not None}


def _strip(region: Region, held: dict[Tensor, Rows], before: Mapping[Tensor, Rows], keep: Set[Tensor]) -> Strip:
    cuts: dict[Operator, Cut] = {}
    kept: dict[Tensor, Rows] = {}
    for operator in reversed(region.operators):
        (target,) = operator.outputs
        rows = held.get(target)
        if rows is None:
            continue
        if target in keep and target in before and before[target].first <= rows.first < before[target].end:
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
