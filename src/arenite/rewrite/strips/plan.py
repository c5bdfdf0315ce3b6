"""The plan of a split by rows: the region, where its strips end, which rows are kept for the next, and the costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import prod
from typing import TYPE_CHECKING, Literal

from arenite.errors import OptionError
from arenite.model.remembering import Remembering
from arenite.operators.macs import macs
from arenite.operators.rows_outside import ROWS
from arenite.rewrite.emit import levels
from arenite.rewrite.strips.demand import demands, paced_strips
from arenite.rewrite.strips.rows import Rows
from arenite.rewrite.strips.rules import is_copy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.demand import Strip
    from arenite.rewrite.strips.region import Region
    from arenite.rewrite.strips.rules import Cut


Halo = Literal["recompute", "keep"]


@dataclass(frozen=True, eq=False, slots=True)
class StripPlan(Remembering):
    """A region and its strips, which are found once.

    `boundaries[o]` are the rows at which the strips of region output o begin and end: from 0 to the output's height,
    one more entry than strips. A strip may have no rows of some outputs, but not of all. `kept` are results of the
    region whose rows stay in the arena if a later strip reads them again; rows of other results are recomputed, but for
    those of inputs that come in rows.

    With `paced`, which has such boundaries for the region's first result, its outputs, and others, every row of these
    results is computed once, in the strip that the boundaries say, and stays until no further strip reads it. Rows of
    the rest are recomputed. Then a strip may have no rows of any output, and `kept` counts for nothing.
    """

    region: Region
    boundaries: tuple[tuple[int, ...], ...]
    kept: frozenset[Tensor] = frozenset()
    paced: Mapping[Tensor, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the boundaries; raises OptionError."""
        if len(self.boundaries) != len(self.region.outputs):
            raise OptionError(f"boundaries are needed for {len(self.region.outputs)} outputs of the region")
        for tensor, rows in zip(self.region.outputs, self.boundaries, strict=True):
            if len(rows) != len(self.boundaries[0]) or len(rows) < 2:
                raise OptionError(f"{tensor.name!r}: every output needs as many strips as the first, at least one")
            if rows[0] != 0 or rows[-1] != tensor.shape[1] or any(row > next_ for row, next_ in pairwise(rows)):
                raise OptionError(f"{tensor.name!r}: boundaries must rise from 0 to its {tensor.shape[1]} rows")

    @property
    def strips(self) -> int:
        """Number of strips."""
        return len(self.boundaries[0]) - 1

    @property
    def own(self) -> dict[Tensor, tuple[Rows, ...]]:
        """The rows of each output of the region, by strip."""
        return {tensor: _intervals(rows) for tensor, rows in zip(self.region.outputs, self.boundaries, strict=True)}


def strip_plan(region: Region, boundaries: int | Sequence[int], *, halo: Halo = "recompute") -> StripPlan:
    """A plan from a number of strips, or from the boundaries of the region's last output.

    With a number, strip heights differ by at most one row. The boundaries of the other outputs follow. A strip of an
    output that the region itself reads ends at the last row that the strip reads, so that no row is computed for the
    output alone. A strip of any other output ends at the same fraction of the height.

    Args:
        boundaries: number of strips, or the rows at which strips begin and end, from 0 to the height of the last
            output.
        halo: "recompute" computes rows that two strips read twice; "keep" keeps these rows of all results in the arena.

    Raises:
        OptionError: the boundaries do not rise from 0 to the height of the output, or there are more strips than rows.
    """
    height = region.outputs[-1].shape[1]
    if isinstance(boundaries, int):
        if not 1 <= boundaries <= height:
            raise OptionError(f"{boundaries} strips are not possible with {height} rows")
        boundaries = [strip * height // boundaries for strip in range(boundaries + 1)]
    kept = frozenset(region.inner + region.outputs) if halo == "keep" else frozenset()
    last = tuple(boundaries)
    if not last or last[-1] != height:
        raise OptionError(f"boundaries must rise from 0 to the {height} rows of {region.outputs[-1].name!r}")
    return StripPlan(region, _derived(region, last), kept)


def _derived(region: Region, last: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Boundaries of all outputs from those of the last one, in one pass over the region."""
    if len(region.outputs) == 1:
        return (last,)
    own = {region.outputs[-1]: last}
    held: list[dict[Tensor, Rows]] = [{} for _ in last[1:]]
    for operator in reversed(region.operators):
        (target,) = operator.outputs
        if target in region.outputs:
            own.setdefault(target, _read_to(target, held, last))
            for rows, strip in zip(_intervals(own[target]), held, strict=True):
                if rows.size:
                    strip[target] = rows.hull(strip.get(target))
        for strip in held:
            if target in strip:
                region.cut(operator, strip[target], strip)
    return tuple(own[output] for output in region.outputs)


def _read_to(output: Tensor, held: Sequence[Mapping[Tensor, Rows]], last: Sequence[int]) -> tuple[int, ...]:
    """Boundaries of an output: the end of the rows read in each strip, else a fraction of the height as in `last`."""
    rows = output.shape[1]
    ends = [at * rows // last[-1] for at in last]
    for strip, needed in enumerate(held):
        if output in needed:
            ends[strip + 1] = needed[output].end
    ends[-1] = rows
    return tuple(accumulate(ends, max, initial=0))[1:]


def _intervals(boundaries: Sequence[int]) -> tuple[Rows, ...]:
    return tuple(Rows(first, end) for first, end in pairwise(boundaries))


def strips_of(plan: StripPlan) -> tuple[Strip, ...]:
    """The rows that each strip of a plan reads and computes."""
    return plan.once(strips_of, _strips_of)


def _strips_of(plan: StripPlan) -> tuple[Strip, ...]:
    if plan.paced:
        return paced_strips(plan.region, plan.paced)
    return demands(plan.region, plan.own, plan.kept | plan.region.from_rows, plan.strips)


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
