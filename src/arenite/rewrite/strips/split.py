"""The pass that splits a region into strips of ordinary operators.

    whole:   input --------> CONV --> a --------> DEPTHWISE --> output

    strips:  input -SLICE--> CONV --> a/strip 1 of 2 --> DEPTHWISE --> output/strip 1 of 2 -.
                   -SLICE--> CONV --> a/strip 2 of 2 --> DEPTHWISE --> output/strip 2 of 2 -CONCATENATION--> output

A slice of whole rows and the last join copy adjacent bytes: a memory plan can place each copy onto its source, so that
the copy takes no memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.model import Outside
from arenite.names import part_name
from arenite.operators.rows_outside import ROWS, comes_once
from arenite.rewrite.interface import Pass
from arenite.rewrite.regions import in_parts
from arenite.rewrite.strips.demand import last_readers
from arenite.rewrite.strips.emit import StripEmitter
from arenite.rewrite.strips.plan import strips_of
from arenite.rewrite.strips.region import surroundings
from arenite.rewrite.strips.rows import Rows
from arenite.rewrite.strips.rules import is_copy

if TYPE_CHECKING:
    from arenite.model import Graph, Model, Operator, Tensor
    from arenite.rewrite.strips.demand import Strip
    from arenite.rewrite.strips.plan import StripPlan


@dataclass(frozen=True)
class SplitRows(Pass):
    """Replace a region by its strips, one strip after the other; the model computes the same results.

    Strips share weights, biases and other constants. The pass removes tensors that are no longer used, and the model's
    memory plan. A plan with one strip changes nothing.

    `run` raises OptionError if the plan was built for another model, or if its strips would take rows of an input twice
    that come only once.
    """

    plan: StripPlan

    def _apply(self, model: Model) -> Model:
        plan = self.plan
        if plan.strips == 1:
            return model
        before, after = surroundings(model.main, plan.region)
        strips = plan.once(_Emitted, _Emitted.of).within(model.main)
        new = in_parts(model, plan.region, (*before, *strips.operators, *after), strips.tensors)
        for tensor in new.main.inputs:
            if tensor.outside is Outside.ROWS and not comes_once(new.main, tensor):
                raise OptionError(f"{model.name}: the strips take rows of {tensor.name!r} twice, which come only once")
        return new


@dataclass(frozen=True, slots=True, eq=False)
class _Emitted:
    """The operators of a plan's strips, and their new tensors. A search puts them into one model after another."""

    operators: tuple[Operator, ...]
    tensors: tuple[Tensor, ...]

    @classmethod
    def of(cls, plan: StripPlan) -> _Emitted:
        emitter = StripEmitter()
        _Writer(plan, emitter).write()
        return cls(tuple(emitter.operators), tuple(emitter.tensors))

    def within(self, graph: Graph) -> _Emitted:
        """The same with the constants that a graph has already, as one does that was split, written and read again."""
        known = {tensor.name: tensor for tensor in graph.tensors if tensor.data is not None}
        instead = {
            tensor: same
            for tensor in self.tensors
            if tensor.data is not None
            and (same := known.get(tensor.name)) not in (None, tensor)
            and _equal(tensor, same)
        }
        if not instead:
            return self
        operators = tuple(operator.reading(instead) for operator in self.operators)
        return _Emitted(operators, tuple(tensor for tensor in self.tensors if tensor not in instead))


def _equal(one: Tensor, other: Tensor) -> bool:
    """Whether two constants of one name hold the same numbers."""
    assert one.data is not None
    assert other.data is not None
    same = (one.shape, one.type, one.quantization) == (other.shape, other.type, other.quantization)
    return same and bytes(one.data.content) == bytes(other.data.content)


class _Writer:
    """Emits the strips of a plan."""

    def __init__(self, plan: StripPlan, emitter: StripEmitter) -> None:
        self.plan = plan
        self.emitter = emitter
        self.strips = strips_of(plan)
        self.own = plan.own
        self.pieces: dict[Tensor, list[Tensor]] = {tensor: [] for tensor in plan.region.outputs}
        self.given: dict[Tensor, Tensor] = {}
        """Outputs that go in rows, as far as they are given."""
        self.kept: dict[Tensor, Tensor] = {}
        self.tensors: dict[Tensor, Tensor] = {}

    def write(self) -> None:
        """Emit all strips, then join the outputs."""
        for number, strip in enumerate(self.strips):
            self._strip(number, strip)
        for tensor, pieces in self.pieces.items():
            if tensor not in self.given:
                self.emitter.join(pieces, tensor, ROWS)

    def _strip(self, number: int, strip: Strip) -> None:
        self.tensors = {}
        ending = last_readers(self.plan.region, strip)
        kept = dict(self.kept)
        self.kept = {}
        for operator in self.plan.region.operators:
            (target,) = operator.outputs
            if target not in strip.held:
                continue
            ends = ending.get(operator, ())
            for tensor in ends:
                if tensor is not target:
                    self._take(tensor, number, strip)
            name = self._name(target, number)
            parts = [kept[target]] if target in strip.kept else []
            cut = strip.cuts.get(operator)
            if cut is not None:
                inputs = [
                    self._input(tensor, rows, strip, number)
                    for tensor, rows in zip(operator.inputs, cut.reads, strict=True)
                ]
                source = inputs[0] if is_copy(operator) else None
                if source is not None and source.outside is None:
                    parts.append(source)
                else:
                    parts.append(self.emitter.make(operator, cut, inputs, part_name(name, "new") if parts else name))
            if len(parts) == 1:
                self.tensors[target] = parts[0]
            else:
                self.tensors[target] = self.emitter.like(target, strip.held[target].size, name)
                self.emitter.join(parts, self.tensors[target], ROWS)
            if target in ends:
                self._take(target, number, strip)

    def _input(self, tensor: Tensor | None, rows: Rows | None, strip: Strip, number: int) -> Tensor | None:
        if tensor is None or rows is None:
            return tensor
        if tensor.data is not None:
            return self.emitter.constant_rows(tensor, rows)
        if tensor in self.tensors:
            return self.emitter.rows(self.tensors[tensor], strip.held[tensor], rows, self._name(tensor, number))
        return self.emitter.rows(tensor, Rows(0, tensor.shape[ROWS]), rows, tensor.name)

    def _name(self, tensor: Tensor, number: int) -> str:
        """What viewers of models show of the part of a tensor that a strip makes, below the name of the whole."""
        return part_name(tensor.name, f"strip {number + 1} of {len(self.strips)}")

    def _take(self, tensor: Tensor, number: int, strip: Strip) -> None:
        """Slice the rows that outlive the strip from a result, so that its last reader may overwrite the other rows."""
        name, held = self._name(tensor, number), strip.held[tensor]
        if tensor in self.own and self.own[tensor][number].size:
            piece = self.emitter.rows(self.tensors[tensor], held, self.own[tensor][number], name)
            if tensor.outside is Outside.ROWS:
                self.given[tensor] = self.emitter.give(self.given.get(tensor), piece, tensor)
            else:
                self.pieces[tensor].append(piece)
        if number + 1 < len(self.strips) and tensor in self.strips[number + 1].kept:
            rows = self.strips[number + 1].kept[tensor]
            self.kept[tensor] = self.emitter.rows(self.tensors[tensor], held, rows, name)
