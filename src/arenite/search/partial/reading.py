"""Operator -> Reading: which input rows it reads for which output rows, as tables indexed by output row.

    rows first..end of the output  <-  rows source.first[first]..source.end[end] of an input

Ends are excluded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from arenite.operators.macs import macs
from arenite.operators.rows_outside import ROWS
from arenite.operators.windows import SAME
from arenite.rewrite.strips import Rows
from arenite.rewrite.strips.rules import Padding
from arenite.rewrite.strips.splittable import rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.rules import Cut

    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """An input that is read by rows.

    Output rows from r on read input rows from `first[r]` on; output rows before r read input rows before `end[r]`. Both
    tables have one entry more than the output has rows, for the empty range.
    """

    tensor: Tensor
    first: Ints
    end: Ints


@dataclass(frozen=True, eq=False, slots=True)
class Added:
    """The explicit padding (PAD) that strips add before an operator, on its first input.

    A strip that begins at row r gets `above[r]` rows of padding above, one that ends at row r gets `below[r]` rows
    below. A row of `row` bytes gets `beside` bytes. `alike[r]`: a strip that ends at row r and needs no rows above can
    use the operator's own SAME padding, so no PAD is added.
    """

    above: Ints
    below: Ints
    alike: NDArray[np.bool_]
    row: int
    beside: int


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """What an operator reads, writes and computes for a range of output rows; all tables as in `Source`.

    sources: the inputs that are read by rows.
    made_first, made_end: the output rows that the operator computes; may be more than are asked for.
    work: multiply-accumulates of each row from `work_first` to `work_end`.
    padding: the padding that strips add; None for none.
    """

    sources: tuple[Source, ...]
    made_first: Ints
    made_end: Ints
    work: int
    work_first: Ints
    work_end: Ints
    padding: Added | None

    def padded(self, first: Ints, end: Ints) -> Ints | None:
        """Bytes of the padded first input for output rows `first` to `end`; 0 without padding, None if never padded."""
        if self.padding is None:
            return None
        source, above = self.sources[0], self.padding.above[first]
        missing = above + self.padding.below[end]
        rows = source.end[end] - source.first[first] + missing
        plain = (missing == 0) & (self.padding.beside == 0) | self.padding.alike[end] & (above == 0)
        bytes_ = rows * (self.padding.row + self.padding.beside)
        return np.where(plain | (rows <= missing), np.int64(0), bytes_)


def reading(operator: Operator) -> Reading:
    """The tables of an operator that can be split, derived from the cut of each single row; kept by the operator.

    They are exact for windows with explicit padding. In a strip of several rows, a pool with SAME padding may read and
    compute one row more or less.
    """
    return operator.once(reading, _reading)


def _reading(operator: Operator) -> Reading:
    height, cut = operator.outputs[0].shape[ROWS], rule(operator)
    cuts = [cut(Rows(row, row + 1)) for row in range(height)]
    sources = tuple(
        Source(tensor, *_table([_sure(cut.reads[place]) for cut in cuts], tensor.shape[ROWS]))
        for place, tensor in enumerate(operator.inputs)
        if tensor is not None and tensor.data is None and cuts[0].reads[place] is not None
    )
    made = _table([cut.made for cut in cuts], height)
    transposed = operator.code == "TRANSPOSE_CONV"
    worked = (sources[0].first, sources[0].end) if transposed else made
    rows = sources[0].tensor.shape[ROWS] if transposed else height
    return Reading(sources, *made, macs(operator) // rows, *worked, _added(cuts, sources[0].tensor))


def _table(rows: Sequence[Rows], height: int) -> tuple[Ints, Ints]:
    first = np.array([*(each.first for each in rows), height], np.int64)
    end = np.array([0, *(each.end for each in rows)], np.int64)
    return first, end


def _added(cuts: Sequence[Cut], source: Tensor) -> Added | None:
    some = next((cut.padding for cut in cuts if cut.padding), None)
    if some is None:
        return None
    none = Padding(0, 0, 0, 0)
    paddings = [cut.padding or none for cut in cuts]
    alike = [not cut.padding and cut.options.get("padding") == SAME for cut in cuts]
    pixel = source.shape[3] * source.type.bytes
    return Added(
        above=np.array([*(padding.above for padding in paddings), 0], np.int64),
        below=np.array([0, *(padding.below for padding in paddings)], np.int64),
        alike=np.array([False, *alike]),
        row=source.shape[2] * pixel,
        beside=(some.left + some.right) * pixel,
    )


def _sure(rows: Rows | None) -> Rows:
    assert rows is not None
    return rows
