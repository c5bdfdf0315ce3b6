"""Graph, analysis -> the graph that computes new steps, and the graph that gives its variables their first values.

    new steps of x ----------------+--CONCATENATION--> held steps of x --> the operators that read x
    VAR_HANDLE --> READ_VARIABLE --'                          |
        '-------------------------- ASSIGN_VARIABLE <-- SLICE-'      the steps that the next run holds again

Variables hold the zero point at first. What an output depends on has replaced it once a whole window was given.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType, Graph, Operator, Tensor
from arenite.operators.state import first_byte
from arenite.operators.versions import version
from arenite.rewrite.edits import exchanged, integer_constant
from arenite.rewrite.emit import concatenation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arenite.model import Model
    from arenite.rewrite.stream.analysis import Analysis


class Emitter:
    """Builds both graphs; `stands_for` maps each new operator to the one of the source that it does a part of."""

    def __init__(self, model: Model, found: Analysis) -> None:
        self.old, self.found = model.main, found
        self.once = len(model.graphs)
        """Position of the graph that sets first values."""
        self.operators: list[Operator] = []
        self.stands_for: dict[Operator, Operator] = {}
        self.first_values: list[Operator] = []
        self.new = {tensor: self._some(tensor, steps) for tensor, steps in found.new.items()}
        """Tensor with time -> the one in its place, which has the new steps only."""
        self.parts: dict[tuple[Tensor, range], Tensor] = {}
        """Tensors that have these steps of such a tensor."""

    def graphs(self) -> tuple[Graph, ...]:
        """The main graph, and the graph of first values if something is kept."""
        for tensor in self.old.inputs:
            self._keep(tensor)
        for operator in self.old.operators:
            self._operator(operator)
        if not self.first_values:
            return (self._graph(self.operators),)
        call = Operator("CALL_ONCE", (), (), {"init_subgraph_index": self.once}, graphs=(self.once,))
        self.stands_for[call] = self.old.operators[0]
        values = tuple(self.first_values)
        return self._graph([call, *self.operators]), Graph("first values", _tensors(values), (), (), values)

    def _graph(self, operators: list[Operator]) -> Graph:
        return exchanged(self.old, self.new, operators, _tensors(operators))

    def _operator(self, operator: Operator) -> None:
        """Append the operators that do a run's part of an operator, and keep what the next runs read again."""
        timed = self.found.flow.timed(operator)
        instead = {tensor: self._part(tensor, self.found.read(operator, tensor)) for tensor in timed}
        instead |= {tensor: self.new[tensor] for tensor in operator.outputs if tensor in self.new}
        step = self.found.flow.stepwise.get(operator)
        for made in (operator.using(instead),) if step is None else step.build(operator, instead):
            self.operators.append(made)
            if made.outputs != operator.outputs:
                self.stands_for[made] = operator
        for tensor in operator.outputs:
            if tensor in self.new:
                self._keep(tensor)

    def _keep(self, tensor: Tensor) -> None:
        """Append the operators that join the new steps of a tensor with the older ones, and keep the latest of them."""
        new, held = self.found.new[tensor], self.found.held[tensor]
        self.parts[tensor, new] = self.new[tensor]
        if held == new:
            return
        old = range(held.start, new.start)
        handle, before = self._handle(tensor), self._some(tensor, old, "kept")
        whole = self.parts[tensor, held] = self._some(tensor, held, "held")
        self.operators += [
            Operator("VAR_HANDLE", (), (handle,), _named(tensor, self.first_values)),
            Operator("READ_VARIABLE", (handle,), (before,)),
            concatenation([before, self.new[tensor]], whole, self.found.flow.times[tensor].axis),
        ]
        latest = self._part(tensor, range(held.stop - len(old), held.stop))
        assign = Operator("ASSIGN_VARIABLE", (handle, latest), ())
        self.operators.append(assign)
        self.stands_for[assign] = next(each for each in self.old.operators if tensor in each.inputs)
        self._set_first(tensor, before)

    def _set_first(self, tensor: Tensor, kept: Tensor) -> None:
        handle = self._handle(tensor)
        content = bytes([first_byte(kept)]) * kept.bytes
        values = replace(kept, name=f"{tensor.name}/first values", data=Data(content))
        self.first_values += [
            Operator("VAR_HANDLE", (), (handle,), _named(tensor, self.first_values)),
            Operator("ASSIGN_VARIABLE", (handle, values), ()),
        ]

    @staticmethod
    def _handle(tensor: Tensor) -> Tensor:
        return Tensor(f"{tensor.name}/variable", (), ElementType.RESOURCE)

    def _part(self, tensor: Tensor, steps: range) -> Tensor:
        """A tensor with some of the held steps of a tensor."""
        if (tensor, steps) not in self.parts:
            new, held = self.found.new[tensor], self.found.held[tensor]
            whole = new if new.start <= steps.start else held
            axis, part = self.found.flow.times[tensor].axis, self._some(tensor, steps, f"{steps.start}-{steps.stop}")
            begins = [steps.start - whole.start if place == axis else 0 for place in range(len(part.shape))]
            where = (
                integer_constant(f"{part.name}/begin", (len(begins),), begins),
                integer_constant(f"{part.name}/size", (len(begins),), part.shape),
            )
            source = self.parts[tensor, whole]
            self.operators.append(Operator("SLICE", (source, *where), (part,), version=version("SLICE", part.type)))
            self.parts[tensor, steps] = part
        return self.parts[tensor, steps]

    def _some(self, tensor: Tensor, steps: range, what: str = "") -> Tensor:
        """A new tensor for some steps of a tensor; without a word it has the name of the whole one."""
        axis = self.found.flow.times[tensor].axis
        shape = (*tensor.shape[:axis], len(steps), *tensor.shape[axis + 1 :])
        if not what:
            return replace(tensor, shape=shape)
        return replace(tensor, name=f"{tensor.name}/{what}", shape=shape, origin=None)


def _named(tensor: Tensor, earlier: list[Operator]) -> dict[str, str]:
    """Options of VAR_HANDLE; each variable adds two operators to `earlier`, whose number makes the name unique."""
    return {"container": "", "shared_name": f"{len(earlier) // 2}/{tensor.name}"}


def _tensors(operators: Iterable[Operator]) -> tuple[Tensor, ...]:
    used = (tensor for operator in operators for tensor in (*operator.inputs, *operator.outputs))
    return tuple(dict.fromkeys(tensor for tensor in used if tensor is not None))
