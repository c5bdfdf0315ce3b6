"""Region, boundaries of strips -> bytes alive at once and multiply-accumulates of each strip, without a layout.

All functions take arrays of strips: `first` and `end` are rows of the region's last output at which strips begin and
end. A strip's figures do not depend on where its neighbors end.

    last output   |-- done --|first .. strip .. end|-------------|
    an input          |first row .... rows read .... end row|         halo: rows that two strips read

The figures are exact for convolutions and other operators whose rows do not depend on where strips end. They are
estimates for pools with SAME padding, for kept rows below an operator that enlarges, and for inverted bottlenecks, of
which generated C decides in each strip whether they are one operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from arenite.backends.generated_c.folding import folds, with_padding
from arenite.operators.liveness import ALIGNMENT, head_bytes
from arenite.operators.rows_outside import ROWS
from arenite.search.partial.reading import reading
from arenite.search.partial.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from arenite.backends import Backend
    from arenite.backends.generated_c.bottlenecks import Bottleneck
    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips import Region
    from arenite.search.partial.reading import Ints, Reading


class Area:
    """A region, with what does not depend on its strips.

    `staying`: inputs of the region that later operators read; they count with all rows. If `kernels` allow an output to
    overlap an input that ends with the operator, only the larger of the two counts, whatever the safe distances are.

    What generated C runs in another way than the file says:

    folded: results of PADs that are in no arena, as convolutions pad by themselves -> the PADs' inputs. Every strip
        pads anew, so that the convolution still reads a PAD.
    summed: outputs that are only summed -> bytes of the sums.
    bottlenecks: inverted bottlenecks that are one operator, if no rows of their wide tensors are kept.
    """

    def __init__(
        self,
        region: Region,
        staying: Set[Tensor],
        kernels: Backend,
        *,
        folded: Mapping[Tensor, Tensor] = MappingProxyType({}),
        summed: Mapping[Tensor, int] = MappingProxyType({}),
        bottlenecks: Sequence[Bottleneck] = (),
    ) -> None:
        self.region = region
        self.staying = staying
        self.kernels = kernels
        self.readings: tuple[Reading, ...] = tuple(reading(operator) for operator in region.operators)
        read = dict.fromkeys(source.tensor for entry in self.readings for source in entry.sources)
        results = dict.fromkeys((*region.inner, *region.outputs))
        self.folded = folded
        self.bottlenecks = tuple(Fusible.of(region, each) for each in bottlenecks)
        last = {
            tensor: region.operators.index(operator) for operator in region.operators for tensor in operator.outputs
        }
        for number, entry in enumerate(self.readings):
            last.update((source.tensor, number) for source in entry.sources if source.tensor in last)
        for padded, source in self.folded.items():
            last.update({source: max(last[source], last[padded])} if source in last else {})
        self.row = {tensor: 0 if tensor in self.folded else _row(tensor) for tensor in (*read, *results)}
        """Bytes in the arena of one row of each tensor."""
        self.finished = {tensor: 0 if tensor in summed else self.row[tensor] for tensor in region.outputs}
        """Bytes of one row of each output that stay to the end of the region; none of what generated C only sums."""
        self.shared = tuple(self._shared(*pair) for pair in zip(region.operators, self.readings, strict=True))
        """For each operator the input that its output may overlap, or None."""
        self.last = last
        """For each result of the region the position of its last reader."""
        self.by_rows = tuple(tensor for tensor in region.inputs if tensor in read and tensor not in staying)
        """The inputs whose rows are freed as soon as no further strip reads them."""
        self.from_rows = region.from_rows
        """The results that an operator reads of an input which comes in rows."""
        self.whole = sum(head_bytes(tensor) for tensor in region.inputs if tensor not in self.by_rows)
        """Bytes of the other inputs, which are alive throughout."""
        self.sums = sum(summed.values())
        """Bytes of sums, which are alive throughout as well."""

    @property
    def height(self) -> int:
        """Rows of the region's last output."""
        return self.region.outputs[-1].shape[ROWS]

    def place(self, tensor: Tensor) -> int:
        """Position in the region of the operator that writes a tensor."""
        return next(place for place, operator in enumerate(self.region.operators) if tensor in operator.outputs)

    def _shared(self, operator: Operator, reads: Reading) -> Tensor | None:
        """The first input that the operator's output may overlap, or None."""
        for source in reads.sources:
            may = self.kernels.overlap(operator, source.tensor, operator.outputs[0])
            if may.distance is not None or may.exactly:
                return self.folded.get(source.tensor, source.tensor)
        return None


class Load:
    """A region in strips that keep the halos of the tensors `kept`, and recompute those of all others.

    The halos of inputs that come in rows are kept as well, since the application hands over each row once.
    """

    def __init__(self, area: Area, kept: frozenset[Tensor]) -> None:
        self.area = area
        self.kept = kept = (kept | area.from_rows) - area.folded.keys()
        self.fused = {each.last: each for each in area.bottlenecks if kept.isdisjoint(each.inner)}
        """The inverted bottlenecks that are one operator, by the position of the last of their operators."""
        self.row = {**area.row, **dict.fromkeys((each for fused in self.fused.values() for each in fused.inner), 0)}
        """Bytes in the arena of one row of each tensor."""
        last = dict(area.last)
        for each in self.fused.values():
            last.update({each.source: max(last[each.source], each.last)} if each.source in last else {})
        self.ending = tuple(
            tuple(tensor for tensor, number in last.items() if number == place) for place in range(len(area.readings))
        )
        """For each operator the results of the region whose last reader it is."""
        self.tables = Tables(area, dict.fromkeys(kept, True))

    def most(self, first: Ints, end: Ints) -> Ints:
        """The most bytes alive at once in each of the strips from rows `first` to rows `end`, with finished output."""
        most = np.zeros_like(first + end)
        for load in self._loads(first, end):
            np.maximum(most, load, out=most)
        done = sum((self.area.finished[tensor] * own for tensor, own in self.tables.own.items()), np.zeros(1, np.int64))
        return most + done[first] + self.area.whole + self.area.sums

    def evenly(self, strips: int) -> Ints:
        """Boundaries of `strips` strips whose heights differ by at most one row; at most one strip for each row."""
        strips = min(strips, self.area.height)
        return np.arange(strips + 1) * self.area.height // strips

    def _loads(self, first: Ints, end: Ints) -> Iterator[Ints]:
        """Yield the bytes alive at every operator of the strips, without the region's output from earlier strips.

        Where the TFLM build pads the first input explicitly, the padding is a step of its own.
        """
        row, region = self.row, self.area.region
        following = {tensor: self._kept_bytes(tensor, end) for tensor in self.kept}
        alive = {tensor: self._kept_bytes(tensor, first) for tensor in self.kept}
        rests = self._rests(first, end)
        none = np.zeros_like(first + end)
        total = sum(alive.values(), none)
        for number, (operator, reads) in enumerate(zip(region.operators, self.area.readings, strict=True)):
            target, source = operator.outputs[0], self.area.shared[number]
            total = total - alive.pop(target, 0)
            new, last = self.tables.new[target][first], self.tables.end[target][end]
            made = np.maximum(reads.made_end[last] - reads.made_first[new], last - self.tables.first[target][first])
            output = _aligned(np.maximum(made, 0) * row[target])
            ends = {source.tensor: rests[number] - rests[number + 1] for source in reads.sources}
            for tensor in self.ending[number]:
                if tensor in alive:
                    stays = self._own_bytes(tensor, first, end) + self._plain_bytes(tensor, end)
                    ends[tensor] = np.maximum(0, alive[tensor] - stays)
            ends = {each: ends[each] for each in ends if each in self.ending[number] or each in self.area.by_rows}
            gone, before = ends.get(source, none) if source is not None else none, rests[number] + total
            if fused := self.fused.get(number):
                source, begin = fused.source, fused.first
                wide = self.tables.end[fused.wide][end] - self.tables.new[fused.wide][first]
                before = rests[begin] + total + fused.scratch(wide)
                gone = rests[begin] - rests[begin + 1] if source in self.area.by_rows else ends.get(source, none)
            padded = None if self.area.kernels.generated else reads.padded(new, last)
            if padded is not None:
                padded, over = _aligned(padded), ends.get(reads.sources[0].tensor, none)
                yield before + padded - np.minimum(over, padded)
                before, gone = np.where(padded > 0, (before - over + padded, padded), (before, gone))
            yield before + (output if source is None else np.maximum(output - gone, 0))
            alive[target] = output
            total = total + output
            for tensor in self.ending[number]:
                stays = np.asarray(self._own_bytes(tensor, first, end) + following.get(tensor, 0))
                total = total - alive[tensor] + stays
                alive[tensor] = stays
        yield rests[-1] + total

    def _rests(self, first: Ints, end: Ints) -> list[Ints]:
        """Bytes of the region's inputs that each operator of a strip, or anything after it, still reads.

        One entry for each operator, and one for the end of the strip.
        """
        needed = {tensor: self._later(tensor)[end] for tensor in self.area.by_rows}
        total = sum(
            (self.area.row[tensor] * (tensor.shape[ROWS] - rows) for tensor, rows in needed.items()),
            np.zeros_like(first + end),
        )
        rests = [total]
        for operator, reads in zip(reversed(self.area.region.operators), reversed(self.area.readings), strict=True):
            new = self.tables.new[operator.outputs[0]][first]
            for source in reads.sources:
                if source.tensor in needed:
                    rows = np.minimum(needed[source.tensor], source.first[new])
                    total = total + self.area.row[source.tensor] * (needed[source.tensor] - rows)
                    needed[source.tensor] = rows
            rests.append(total)
        return rests[::-1]

    def _later(self, tensor: Tensor) -> Ints:
        """For each row: the first row of an input that any strip beginning there or later reads."""
        return np.minimum.accumulate(self.tables.first[tensor][::-1])[::-1]

    def _plain_bytes(self, tensor: Tensor, at: Ints) -> Ints | int:
        """Bytes of a tensor kept at the end of a strip, not rounded up."""
        if tensor not in self.kept:
            return 0
        return (self.tables.new[tensor] - self.tables.first[tensor])[at] * self.area.row[tensor]

    def _kept_bytes(self, tensor: Tensor, at: Ints) -> Ints:
        return _aligned(self._plain_bytes(tensor, at))

    def _own_bytes(self, tensor: Tensor, first: Ints, end: Ints) -> Ints | int:
        if tensor not in self.tables.own:
            return 0
        return (self.tables.own[tensor][end] - self.tables.own[tensor][first]) * self.area.finished[tensor]


@dataclass(frozen=True, eq=False)
class Fusible:
    """An inverted bottleneck of a region, from the operator at position `first` to the one at position `last`.

    `source`: its input. `inner`: the tensors that are not there if it is one operator.
    """

    found: Bottleneck
    first: int
    last: int
    source: Tensor
    inner: frozenset[Tensor]

    @staticmethod
    def of(region: Region, found: Bottleneck) -> Fusible:
        """Where a bottleneck lies in a region."""
        places = {tensor: place for place, operator in enumerate(region.operators) for tensor in operator.outputs}
        wide, filtered = found.wide, found.depthwise.outputs[0]
        padded = {each.outputs[0] for each in region.operators if each.code == "PAD" and each.inputs[0] is wide}
        first, last = places[wide], places[found.projection.outputs[0]]
        return Fusible(found, first, last, found.expansion.input(0), frozenset({wide, filtered, *padded}))

    @property
    def wide(self) -> Tensor:
        """The wide tensor."""
        return self.found.wide

    def scratch(self, rows: Ints | int) -> Ints:
        """Bytes that the kernel works in where it computes this many rows of the wide tensor."""
        return _aligned(np.minimum(self.found.row_of_columns * rows, self.found.rows) + self.wide.shape[3])


def folded_pads(region: Region) -> dict[Tensor, Tensor]:
    """The results of PADs that generated C folds into all their readers -> the PADs' inputs."""
    pads = {pad for _, pad in folds(region.operators, region.outputs, with_padding).values()}
    return {pad.outputs[0]: pad.input(0) for pad in pads}


def _row(tensor: Tensor) -> int:
    return 0 if tensor.outside else prod(tensor.shape[2:]) * tensor.type.bytes


def _aligned(count: Ints | int) -> Ints:
    return (np.asarray(count) + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
