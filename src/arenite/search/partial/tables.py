"""Area, tensors whose halos are kept -> tables of the rows that strips need and compute, and the work of strips.

All tables go by the row of the region's last output at which a strip begins or ends. They are made for one set of kept
tensors, or for several sets at once, which takes hardly longer. Tables that depend on the set then have one line for
each of them; the others have one for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from arenite.operators.rows_outside import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from arenite.model import Tensor
    from arenite.search.partial.load import Area
    from arenite.search.partial.reading import Ints


class Tables:
    """The tables of each tensor.

    Attributes:
        first: the first row that a strip which begins there needs.
        new: the first row that such a strip computes.
        end: the end of the rows that a strip which ends there needs and computes.
        own: for outputs of the region, the end of the rows that a strip which ends there adds to them.
    """

    def __init__(self, area: Area, keep: Mapping[Tensor, bool | NDArray[np.bool_]]) -> None:
        """`keep`: whether the halo of a tensor is kept, or a column that says so for each set; others are not kept."""
        self.area = area
        self.first: dict[Tensor, Ints] = {}
        self.new: dict[Tensor, Ints] = {}
        self.end: dict[Tensor, Ints] = {}
        self.own: dict[Tensor, Ints] = {}
        region, height = area.region, area.height
        rows = np.arange(height + 1)
        for operator, reads in zip(reversed(region.operators), reversed(area.readings), strict=True):
            target = operator.outputs[0]
            length = target.shape[ROWS]
            if target in region.outputs:
                read = target in self.end
                own = np.maximum.accumulate(self.end[target], axis=-1) if read else rows * length // height
                own[..., 0], own[..., -1] = 0, length
                self.own[target] = own
                self._hold(target, own, own)
            first, end = self.first[target], self.end[target]
            end[..., 0] = 0
            new = first
            if target in keep:
                new = np.where(keep[target], np.minimum(np.maximum(end, first), length), first)
            self.new[target] = new
            for source in reads.sources:
                self._hold(source.tensor, source.first[new], source.end[end])

    def macs(self, first: Ints, end: Ints) -> Ints:
        """Multiply-accumulates of the strips from rows `first` to rows `end`."""
        done = np.zeros_like(first + end)
        for operator, reads in zip(self.area.region.operators, self.area.readings, strict=True):
            if reads.work:
                new, last = self.new[operator.outputs[0]][..., first], self.end[operator.outputs[0]][..., end]
                rows = reads.work_end[last] - reads.work_first[new]
                done = done + reads.work * np.where(new < last, rows, 0)
        return done

    def held(self, tensor: Tensor) -> Ints:
        """The most bytes of a tensor that one strip keeps for the next."""
        between = self.new[tensor][..., 1:-1] - self.first[tensor][..., 1:-1]
        most: Ints = between.max(initial=0, axis=-1) * self.area.row[tensor]
        return most

    def _hold(self, tensor: Tensor, first: Ints, end: Ints) -> None:
        if tensor in self.first:
            first, end = np.minimum(self.first[tensor], first), np.maximum(self.end[tensor], end)
        self.first[tensor], self.end[tensor] = first.copy(), end.copy()
