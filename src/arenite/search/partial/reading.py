"""What an operator reads and makes for some rows of its output, as tables by the first and the last of these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from arenite.operators.macs import macs
from arenite.operators.windows import SAME
from arenite.rewrite.strips import Rows
from arenite.rewrite.strips.cut import Padding
from arenite.rewrite.strips.splittable import rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.cut import Cut

    Ints = NDArray[np.int64]

ROWS = 1


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """An input that is read by rows.

    For output rows from r on, its rows from `first[r]` on are read; for those before r, its rows before `end[r]`. Both
    tables have an entry more than the output has rows: where none is made, none is read.
    """

    tensor: Tensor
    first: Ints
    end: Ints


@dataclass(frozen=True, eq=False, slots=True)
class Added:
    """The padding that strips add to their first input.

    A strip that begins at row r has `above[r]` more rows, one that ends at r `below[r]`, and each of its rows of `row`
    bytes has `beside` bytes more. None is added where `alike[r]`, unless rows are missing above: there the padding of
    the strip itself is the right one.
    """

    above: Ints
    below: Ints
    alike: NDArray[np.bool_]
    row: int
    beside: int


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """An operator's inputs, and what it makes: rows `made_first[r]` on of its output for rows from r on, and so on.

    `work` are multiply-accumulates for each of the rows from `work_first[r]` to `work_end[r]`.
    """

    sources: tuple[Source, ...]
    made_first: Ints
    made_end: Ints
    work: int
    work_first: Ints
    work_end: Ints
    padding: Added | None

    def padded(self, first: Ints, end: Ints) -> Ints | None:
        """Bytes of the first input with its padding, for output rows from `first` to `end`; 0 where none is added."""
        if self.padding is None:
            return None
        source, above = self.sources[0], self.padding.above[first]
        missing = above + self.padding.below[end]
        rows = source.end[end] - source.first[first] + missing
        plain = (missing == 0) & (self.padding.beside == 0) | self.padding.alike[end] & (above == 0)
        bytes_ = rows * (self.padding.row + self.padding.beside)
        return np.where(plain | (rows <= missing), np.int64(0), bytes_)


@lru_cache(maxsize=1024)
def reading(operator: Operator) -> Reading:
    """The tables of an operator that can be split, from what it does for each single row.

    They are exact for windows that take their padding explicitly. A pool with SAME padding may read and make a row more
    or less in a strip of several rows.
    """
    height = operator.outputs[0].shape[ROWS]
    cuts = [rule(operator)(Rows(row, row + 1)) for row in range(height)]
    sources = tuple(
        _source(tensor, [_sure(cut.reads[place]) for cut in cuts])
        for place, tensor in enumerate(operator.inputs)
        if tensor is not None and tensor.data is None and cuts[0].reads[place] is not None
    )
    made = _table([cut.made for cut in cuts], height)
    transposed = operator.code == "TRANSPOSE_CONV"
    worked = (sources[0].first, sources[0].end) if transposed else made
    rows = sources[0].tensor.shape[ROWS] if transposed else height
    return Reading(sources, *made, macs(operator) // rows, *worked, _added(cuts, sources[0].tensor))


def _source(tensor: Tensor, read: Sequence[Rows]) -> Source:
    return Source(tensor, *_table(read, tensor.shape[ROWS]))


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
