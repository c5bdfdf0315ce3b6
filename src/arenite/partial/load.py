"""Bytes that strips need at least, from their rows alone: what is alive at once, wherever it may lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from arenite.liveness import align
from arenite.overlap.alike import rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from arenite.kernels.sets import Kernels
    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips import Region, Rows, StripPlan
    from arenite.rewrite.strips.cut import Cut
    from arenite.rewrite.strips.demand import Strip


@dataclass(frozen=True, eq=False)
class Load:
    """What of a region's tensors is alive when.

    `staying` are inputs of the region that are needed after it, which count as a whole. Where `kernels` allow an output
    to share bytes with an input that is used up, the larger of the two counts, in whatever way the two may lie.
    """

    region: Region
    staying: Set[Tensor]
    kernels: Kernels
    _row: dict[Tensor, int] = field(default_factory=dict, repr=False)
    _shared: dict[Operator, Tensor | None] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Work out what is the same for all strips."""
        for tensor in (*self.region.inputs, *self.region.outputs, *self.region.inner):
            self._row[tensor] = prod(tensor.shape[2:]) * tensor.type.bytes if len(tensor.shape) == 4 else 0
        for operator in self.region.operators:
            read = (tensor for tensor in operator.inputs if tensor in self._row and tensor is not None)
            self._shared[operator] = next((tensor for tensor in read if self._may_share(operator, tensor)), None)

    def most(self, plan: StripPlan, strips: Sequence[Strip]) -> int:
        """The most bytes of a plan's strips that are alive at once."""
        whole = sum(align(tensor.bytes) for tensor in self.region.inputs if self._is_whole(tensor))
        rests = [0]
        for strip in reversed(strips):
            first = {tensor: strip.held[tensor].first for tensor in self.region.inputs if tensor in strip.held}
            rests.append(max(rests[-1], self._rest(first)))
        rests.reverse()
        most = done = 0
        for number, strip in enumerate(strips):
            following = strips[number + 1].kept if number + 1 < len(strips) else {}
            own = {
                tensor: (rows[number + 1] - rows[number]) * self._row[tensor]
                for tensor, rows in zip(self.region.outputs, plan.boundaries, strict=True)
            }
            loads = self._strip(strip, following, own, rests[number + 1])
            most = max(most, done + max(loads, default=0))
            done += sum(own.values())
        return whole + max(most, done)

    def _strip(
        self, strip: Strip, following: Mapping[Tensor, Rows], own: Mapping[Tensor, int], rest_after: int
    ) -> Iterator[int]:
        """Bytes alive at every step of a strip, without what is alive all the time."""
        last = self._last_readers(strip)
        rests = self._rests(strip, rest_after)
        alive = {tensor: align(rows.size * self._row[tensor]) for tensor, rows in strip.kept.items()}
        for number, (operator, cut) in enumerate((each, strip.cuts.get(each)) for each in self._running(strip)):
            target = operator.outputs[0]
            alive.pop(target, None)
            made = strip.held[target].size if cut is None else max(strip.held[target].size, cut.made.size)
            output = align(made * self._row[target])
            source = self._shared[operator]
            gone = rests[number] - rests[number + 1]
            if source is not None and last.get(source) is operator:
                kept = following[source].size * self._row[source] if source in following else 0
                gone = max(0, alive.get(source, 0) - kept)
            elif source not in self.region.inputs:
                gone = 0
            before = rests[number] + sum(alive.values())
            padded = _padded(operator, cut)
            if padded:
                yield before + padded - min(gone, padded)
                before, gone = before - gone + padded, padded
            yield before + output - (min(gone, output) if source is not None else 0)
            alive[target] = output
            for tensor in [each for each, reader in last.items() if reader is operator]:
                alive.pop(tensor, None)
                alive[tensor] = own.get(tensor, 0)
                if tensor in following:
                    alive[tensor] += align(following[tensor].size * self._row[tensor])
        yield rest_after + sum(alive.values())

    def _running(self, strip: Strip) -> list[Operator]:
        return [operator for operator in self.region.operators if operator.outputs[0] in strip.held]

    def _last_readers(self, strip: Strip) -> dict[Tensor, Operator]:
        """For each result of a strip the operator after which only rows of it are needed."""
        last: dict[Tensor, Operator] = {}
        for operator in self._running(strip):
            last[operator.outputs[0]] = operator
            if operator in strip.cuts:
                last.update((tensor, operator) for tensor in operator.inputs if tensor in last)
        return last

    def _rests(self, strip: Strip, rest_after: int) -> list[int]:
        """Bytes of the region's inputs that are needed at each operator of a strip or later."""
        rests = [rest_after]
        first: dict[Tensor, int] = {}
        for operator in reversed(self._running(strip)):
            cut = strip.cuts.get(operator)
            for tensor, rows in zip(operator.inputs, cut.reads if cut else (), strict=False):
                if tensor in self.region.inputs and rows is not None and tensor is not None:
                    first[tensor] = min(first.get(tensor, rows.first), rows.first)
            rests.append(max(rest_after, self._rest(first)))
        return rests[::-1]

    def _rest(self, first: Mapping[Tensor, int]) -> int:
        """Bytes of inputs from the given rows on."""
        return sum(
            (tensor.shape[1] - row) * self._row[tensor] for tensor, row in first.items() if not self._is_whole(tensor)
        )

    def _is_whole(self, tensor: Tensor) -> bool:
        return tensor in self.staying or not self._row[tensor]

    def _may_share(self, operator: Operator, source: Tensor) -> bool:
        may = rule(operator, source, operator.outputs[0], self.kernels)
        return may.distance is not None or bool(may.exactly)


def _padded(operator: Operator, cut: Cut | None) -> int:
    """Bytes of the first input of an operator with its padding; 0 where none is added."""
    if cut is None or cut.padding is None or not cut.padding or operator.inputs[0] is None or cut.reads[0] is None:
        return 0
    padding, (_, _, columns, channels) = cut.padding, operator.inputs[0].shape
    rows = padding.above + cut.reads[0].size + padding.below
    return align(rows * (padding.left + columns + padding.right) * channels * operator.inputs[0].type.bytes)
