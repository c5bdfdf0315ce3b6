"""Costs of a strip plan, from its rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from arenite.operators.macs import macs
from arenite.operators.rows_outside import ROWS
from arenite.rewrite.joins import levels
from arenite.rewrite.strips.plan import strips_of
from arenite.rewrite.strips.rows import Rows
from arenite.rewrite.strips.rules import is_copy

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.demand import Strip
    from arenite.rewrite.strips.plan import StripPlan
    from arenite.rewrite.strips.rules import Cut


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Costs of a plan, equal to those of the model that `SplitRows` builds from it.

    Attributes:
        macs_whole: multiply-accumulates of the region before the split, as `operators.macs` counts them.
        macs: multiply-accumulates of the region in strips.
        copied_bytes: bytes that SLICE, PAD and CONCATENATION write.
        operators: number of operators of the region in strips.
        strips: rows of every tensor in each strip.
    """

    macs_whole: int
    macs: int
    copied_bytes: int
    operators: int
    strips: tuple[Strip, ...]

    @property
    def extra_macs(self) -> int:
        """Multiply-accumulates that the split adds."""
        return self.macs - self.macs_whole


def estimate(plan: StripPlan) -> Estimate:
    """Costs of a plan with several strips, computed without building a model."""
    strips = strips_of(plan)
    whole, done = _work(plan, strips)
    copies = _copies(plan, strips)
    operators = len(copies) + sum(not is_copy(operator) for strip in strips for operator in strip.cuts)
    return Estimate(whole, done, sum(copies), operators, strips)


def extra_macs(plan: StripPlan) -> int:
    """Multiply-accumulates that a plan adds. Cheaper than `estimate`, for searches over thousands of plans."""
    whole, done = _work(plan, strips_of(plan))
    return done - whole


def _work(plan: StripPlan, strips: tuple[Strip, ...]) -> tuple[int, int]:
    """Multiply-accumulates of the region as a whole, and in strips."""
    whole = {operator: macs(operator) for operator in plan.region.operators}
    done = sum(_macs(operator, cut, whole[operator]) for strip in strips for operator, cut in strip.cuts.items())
    return sum(whole.values()), done


def _macs(operator: Operator, cut: Cut, whole: int) -> int:
    """MACs of one cut: proportional to output rows; for TRANSPOSE_CONV, to input rows."""
    if not whole:
        return 0
    if operator.code == "TRANSPOSE_CONV":
        source, rows = operator.input(2), cut.reads[2]
        assert rows is not None
        return whole // source.shape[ROWS] * rows.size
    return whole // operator.outputs[0].shape[ROWS] * cut.made.size


def _copies(plan: StripPlan, strips: tuple[Strip, ...]) -> list[int]:
    """Bytes that each added operator writes."""
    slices: set[tuple[Tensor, int, Rows]] = set()
    copies: list[int] = []
    outputs = plan.own
    for number, strip in enumerate(strips):
        for operator, cut in strip.cuts.items():
            (target,) = operator.outputs
            for tensor, rows in zip(operator.inputs, cut.reads, strict=True):
                if tensor is not None and rows is not None and tensor.data is None:
                    inside = tensor not in plan.region.inputs
                    held = strip.held[tensor] if inside else Rows(0, tensor.shape[ROWS])
                    slices.update([(tensor, number if inside else -1, rows)] if rows != held else [])
            if cut.padding:
                copies.append(_padded(operator, cut))
            if cut.trimmed:
                copies.append(_bytes(target, cut.rows.size))
            if target in strip.kept:
                copies.append(_bytes(target, strip.held[target].size))
        following = strips[number + 1].kept if number + 1 < len(strips) else {}
        slices.update((tensor, number, rows) for tensor, rows in following.items() if rows != strip.held[tensor])
        for tensor, own in outputs.items():
            if own[number].size and own[number] != strip.held[tensor]:
                slices.add((tensor, number, own[number]))
    for tensor, own in outputs.items():
        copies += _joins(tensor, sum(part.size > 0 for part in own))
    return [*copies, *(_bytes(tensor, rows.size) for tensor, _, rows in slices)]


def _padded(operator: Operator, cut: Cut) -> int:
    source, rows, padding = operator.input(0), cut.reads[0], cut.padding
    assert rows is not None
    assert padding is not None
    _, _, columns, channels = source.shape
    height = padding.above + rows.size + padding.below
    return height * (padding.left + columns + padding.right) * channels * source.type.bytes


def _joins(whole: Tensor, parts: int) -> list[int]:
    """Bytes that each CONCATENATION of the tree writes; the ones of each level together write the whole tensor."""
    return [count for joins in levels(parts) for count in (whole.bytes, *[0] * (joins - 1))]


def _bytes(tensor: Tensor, rows: int) -> int:
    return rows * prod(tensor.shape[ROWS + 1 :]) * tensor.type.bytes
