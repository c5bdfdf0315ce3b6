"""What an operator reads and makes for some rows of its output, as tables by the first and by the last of these rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from arenite.kernels.windows import SAME
from arenite.operators import macs
from arenite.rewrite.strips import Rows
from arenite.rewrite.strips.splittable import rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.cut import Cut, Padding

    Ints = NDArray[np.int64]

ROWS = 1


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """An input that is read by rows: for output rows from r on, its rows from `first[r]` on; for those before r, its
    rows before `end[r]`. Both tables have an entry more than the output has rows: where none is made, none is read.
    """

    tensor: Tensor
    first: Ints
    end: Ints


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """An operator's inputs, and what it makes: rows `made_first[r]` on of its output for rows from r on, and so on.

    `work` are multiply-accumulates for each of the rows `work_first[r]` to `work_end[r]`. A strip that begins at row r
    is padded by `above[r]` rows, one that ends at r by `below[r]`, and each row by `beside` bytes; but no strip that
    ends at r where `alike[r]`, unless rows are missing above: its own padding is the right one.
    """

    sources: tuple[Source, ...]
    made_first: Ints
    made_end: Ints
    work: int
    work_first: Ints
    work_end: Ints
    above: Ints
    below: Ints
    alike: NDArray[np.bool_]
    row: int
    beside: int

    def padded(self, first: Ints, end: Ints) -> Ints:
        """Bytes of the first input with its padding for output rows from `first` to `end`; 0 where none is added."""
        source, above = self.sources[0], self.above[first]
        missing = above + self.below[end]
        rows = source.end[end] - source.first[first] + missing
        plain = (missing == 0) & (self.beside == 0) | self.alike[end] & (above == 0)
        return np.where(plain | (rows <= missing), 0, rows * (self.row + self.beside))


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
    return Reading(sources, *made, macs(operator) // rows, *worked, *_paddings(operator, cuts, sources))


def _source(tensor: Tensor, read: Sequence[Rows]) -> Source:
    return Source(tensor, *_table(read, tensor.shape[ROWS]))


def _table(rows: Sequence[Rows], height: int) -> tuple[Ints, Ints]:
    first = np.array([*(each.first for each in rows), height], np.int64)
    end = np.array([0, *(each.end for each in rows)], np.int64)
    return first, end


def _paddings(
    operator: Operator, cuts: Sequence[Cut], sources: Sequence[Source]
) -> tuple[Ints, Ints, NDArray[np.bool_], int, int]:
    none = np.zeros(len(cuts) + 1, np.int64)
    paddings = [cut.padding for cut in cuts]
    some: Padding | None = next((padding for padding in paddings if padding), None)
    source = sources[0].tensor
    element = source.shape[3] * source.type.bytes
    if some is None:
        return none, none, none > 0, prod(source.shape[2:]) * source.type.bytes, 0
    above = np.array([*(padding.above if padding else 0 for padding in paddings), 0], np.int64)
    below = np.array([0, *(padding.below if padding else 0 for padding in paddings)], np.int64)
    alike = np.array([False, *(not each and cut.options.get("padding") == SAME for each, cut in zip(paddings, cuts, strict=True))])
    return above, below, alike, source.shape[2] * element, (some.left + some.right) * element


def _sure(rows: Rows | None) -> Rows:
    assert rows is not None
    return rows
