"""A model in which a region is executed strip by strip, with ordinary operators.

    whole:   input --------> CONV --> a --------> DEPTHWISE --> output

    strips:  input -SLICE--> CONV --> a/strip1 --> DEPTHWISE --> output/strip1 -.
                   -SLICE--> CONV --> a/strip2 --> DEPTHWISE --> output/strip2 -CONCATENATION--> output

Slices of whole rows and the last join are copies of adjacent bytes: a memory plan can lay each onto what it was copied
from, so that they take no memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.rewrite.interface import Pass
from arenite.rewrite.regions import still_used
from arenite.rewrite.strips.emit import Emitter
from arenite.rewrite.strips.pixels import ROWS
from arenite.rewrite.strips.plan import strips_of
from arenite.rewrite.strips.region import surroundings
from arenite.rewrite.strips.rows import Rows

if TYPE_CHECKING:
    from arenite.model import Model, Operator, Tensor
    from arenite.rewrite.strips.demand import Strip
    from arenite.rewrite.strips.plan import StripPlan
    from arenite.rewrite.strips.region import Region


@dataclass(frozen=True)
class SplitRows(Pass):
    """Executes the region of a plan strip by strip, one strip after the other; the model computes the same.

    Weights, biases and other constants are shared by the strips. Tensors of the region that are no more used are gone,
    and so is an offline memory plan of the model. A plan of a single strip changes nothing.

    `run` raises OptionError where the plan was made for another model.
    """

    plan: StripPlan

    def _apply(self, model: Model) -> Model:
        plan, graph = self.plan, model.main
        if plan.strips == 1:
            return model
        before, after = surroundings(graph, plan.region)
        emitter = Emitter(graph.tensors)
        _Writer(plan, emitter).write()
        operators = (*before, *emitter.operators, *after)
        tensors = (*still_used(graph, plan.region.operators, operators), *emitter.tensors)
        new = replace(graph, operators=operators, tensors=tensors)
        return replace(model, graphs=(new, *model.graphs[1:]), plan=None, target=None)


class _Writer:
    """Writes the strips of a plan."""

    def __init__(self, plan: StripPlan, emitter: Emitter) -> None:
        self.plan = plan
        self.emitter = emitter
        self.strips = strips_of(plan)
        self.own = {
            tensor: tuple(Rows(first, end) for first, end in pairwise(rows))
            for tensor, rows in zip(plan.region.outputs, plan.boundaries, strict=True)
        }
        self.pieces: dict[Tensor, list[Tensor]] = {tensor: [] for tensor in plan.region.outputs}
        self.kept: dict[Tensor, Tensor] = {}
        self.tensors: dict[Tensor, Tensor] = {}

    def write(self) -> None:
        """Write all strips, and join the outputs."""
        for number, strip in enumerate(self.strips):
            self._strip(number, strip)
        for tensor, pieces in self.pieces.items():
            self.emitter.join(pieces, tensor)

    def _strip(self, number: int, strip: Strip) -> None:
        self.tensors = {}
        last_readers = _last_readers(self.plan.region, strip)
        kept = dict(self.kept)
        self.kept = {}
        for operator in self.plan.region.operators:
            (target,) = operator.outputs
            if target not in strip.held:
                continue
            ends = last_readers.get(operator, ())
            for tensor in ends:
                if tensor is not target:
                    self._take(tensor, number, strip)
            name = f"{target.name}/strip{number + 1}"
            parts = [kept[target]] if target in strip.kept else []
            cut = strip.cuts.get(operator)
            if cut is not None:
                inputs = [
                    self._input(tensor, rows, strip, number)
                    for tensor, rows in zip(operator.inputs, cut.reads, strict=True)
                ]
                parts.append(self.emitter.make(operator, cut, inputs, f"{name}/new" if parts else name))
            if len(parts) == 1:
                self.tensors[target] = parts[0]
            else:
                self.tensors[target] = self.emitter.like(target, strip.held[target].size, name)
                self.emitter.join(parts, self.tensors[target])
            if target in ends:
                self._take(target, number, strip)

    def _input(self, tensor: Tensor | None, rows: Rows | None, strip: Strip, number: int) -> Tensor | None:
        if tensor is None or rows is None:
            return tensor
        if tensor.data is not None:
            return self.emitter.constant_rows(tensor, rows)
        if tensor in self.tensors:
            return self.emitter.rows(self.tensors[tensor], strip.held[tensor], rows, f"{tensor.name}/strip{number + 1}")
        return self.emitter.rows(tensor, Rows(0, tensor.shape[ROWS]), rows, tensor.name)

    def _take(self, tensor: Tensor, number: int, strip: Strip) -> None:
        """Takes from a result the rows that outlive the strip, so that its last reader may write over the others."""
        name, held = f"{tensor.name}/strip{number + 1}", strip.held[tensor]
        if tensor in self.own and self.own[tensor][number].size:
            self.pieces[tensor].append(self.emitter.rows(self.tensors[tensor], held, self.own[tensor][number], name))
        if number + 1 < len(self.strips) and tensor in self.strips[number + 1].kept:
            rows = self.strips[number + 1].kept[tensor]
            self.kept[tensor] = self.emitter.rows(self.tensors[tensor], held, rows, name)


def _last_readers(region: Region, strip: Strip) -> dict[Operator, list[Tensor]]:
    """For each operator of a strip the results that it is the last to read, its own where nothing reads them."""
    last: dict[Tensor, Operator] = {}
    for operator in region.operators:
        last.update((tensor, operator) for tensor in operator.outputs if tensor in strip.held)
        if operator in strip.cuts:
            last.update((tensor, operator) for tensor in operator.inputs if tensor in last)
    readers: dict[Operator, list[Tensor]] = {}
    for tensor, operator in last.items():
        readers.setdefault(operator, []).append(tensor)
    return readers
