"""Graph, axis of time -> which operators compute new steps only, how many, and which older steps are kept.

Two walks. Forward: which tensors have an axis of time, and by how many frames the window must move so that every
operator gets whole new steps (`hop`). Backward: which steps of a window the outputs depend on, which of them are new in
a run, and which older ones an operator reads again.

    input   x0 x1 x2 x3 x4 x5 x6 | x7     hop 1: x7 is new
    conv             ..    y3 y4 | y5     of three taps: reads x5 x6 x7, so two steps of the input are kept
    mean                   z     | z      reads the whole window y2 to y5 of `conv`, so three steps of it are kept

Steps that a layer takes from its padding are an obstacle where an output depends on them: a window has padding where
the longer series has frames.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.names import SHORT_NAME, printable
from arenite.operators.state import has_state
from arenite.rewrite.stream.follow import Time, follow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arenite.model import Graph, Model, Operator, Tensor
    from arenite.rewrite.stream.follow import Stepwise


@dataclass(frozen=True)
class Flow:
    """The way of time through a graph.

    times: the tensors that have an axis of time. stepwise: operators that compute new steps of it only.
    ends: operators whose outputs have none, in the order of the graph; those that are not stepwise take whole windows.
    """

    times: Mapping[Tensor, Time]
    stepwise: Mapping[Operator, Stepwise]
    ends: tuple[Operator, ...]

    @cached_property
    def hop(self) -> int:
        """Frames by which the window moves from run to run."""
        return lcm(*(time.stride for time in self.times.values()))

    def read(self, operator: Operator, tensor: Tensor, made: range) -> range:
        """Steps of an input that an operator reads to compute some steps of its outputs."""
        step = self.stepwise.get(operator)
        return range(self.times[tensor].length) if step is None else step.reach.read(made)

    def timed(self, operator: Operator) -> tuple[Tensor, ...]:
        """The inputs of an operator that have time."""
        return tuple(tensor for tensor in dict.fromkeys(operator.inputs) if tensor is not None and tensor in self.times)

    def newest(self, tensor: Tensor, steps: range) -> range:
        """Those of some steps that a run computes: the last ones, as many as a hop has."""
        return steps[-min(len(steps), self.hop // self.times[tensor].stride) :]


@dataclass(frozen=True)
class Analysis:
    """What a run computes and what it keeps: steps of tensors, as positions in the window.

    new: steps that a run computes. held: the same with the older steps that an operator reads again.
    """

    flow: Flow
    new: Mapping[Tensor, range]
    held: Mapping[Tensor, range]

    def made(self, operator: Operator) -> range:
        """Steps that an operator computes in a run; the only one of outputs that have no time any more."""
        return next((self.new[tensor] for tensor in operator.outputs if tensor in self.new), range(1))

    def read(self, operator: Operator, tensor: Tensor) -> range:
        """Steps of an input that an operator reads in a run."""
        return self.flow.read(operator, tensor, self.made(operator))


def analysis(model: Model, axis: int) -> Analysis:
    """What streams in the main graph if time is this axis of its only input.

    Raises:
        OptionError: the model cannot be streamed, and which operator is the reason.
    """
    stateful = next(filter(has_state, model.main.operators), None)
    if stateful is not None:
        raise refusal(model, stateful, "keeps a state or has effects, so its result depends on more than one window")
    source = _input(model, axis)
    flow = _flow(model, source, axis)
    if flow.hop >= source.shape[axis]:
        raise OptionError(
            f"{model.name}: cannot be streamed along axis {axis}: its strides in time are {flow.hop} frames together "
            f"and its window has {source.shape[axis]}, so that nothing would be used again"
        )
    new = {tensor: flow.newest(tensor, steps) for tensor, steps in _needed(model, flow).items()}
    found = Analysis(flow, new, new)
    return replace(found, held=_held(model.main, found))


def _input(model: Model, axis: int) -> Tensor:
    inputs = model.main.inputs
    if len(inputs) != 1:
        raise OptionError(f"{model.name}: it has {len(inputs)} inputs; only models with one can be streamed")
    shape = inputs[0].shape
    fitting = [str(place) for place, length in enumerate(shape) if length > 1]
    if str(axis) not in fitting:
        choice = f"choose from {', '.join(fitting)}" if fitting else "no axis has more than one position"
        raise OptionError(f"{model.name}: axis {axis} of its input {list(shape)} cannot be that of time; {choice}")
    return inputs[0]


def refusal(model: Model, operator: Operator, why: str) -> OptionError:
    """The error that names the operator which stands in the way, and why it does."""
    return OptionError(f"{model.name}: cannot be streamed: {named(operator)} {why}")


def named(operator: Operator) -> str:
    """An operator by its kind and what it writes: positions are others than in the file after earlier rewrites."""
    made = f" (writes {printable(operator.outputs[0].name, SHORT_NAME)!r})" if operator.outputs else ""
    return f"{operator.label}{made}"


def _flow(model: Model, source: Tensor, axis: int) -> Flow:
    times = {source: Time(axis, source.shape[axis], 1)}
    stepwise: dict[Operator, Stepwise] = {}
    ends: list[Operator] = []
    constant = {tensor for tensor in model.main.tensors if tensor.data is not None}
    written = {*constant, source}
    for operator in model.main.operators:
        read = {tensor for tensor in operator.inputs if tensor is not None}
        if not read <= written:
            raise refusal(model, operator, "is filed before an operator that it reads from; optimize the file first")
        written.update(operator.outputs)
        timed = {tensor: times[tensor] for tensor in read if tensor in times}
        step = follow(operator, timed) if timed and read <= constant | timed.keys() else None
        if read <= constant:
            constant.update(operator.outputs)
            continue
        if step is not None:
            stepwise[operator] = step
        if step is not None and step.time.length > 1:
            times.update(dict.fromkeys(operator.outputs, step.time))
        elif timed:
            ends.append(operator)
    return Flow(times, stepwise, tuple(ends))


def _needed(model: Model, flow: Flow) -> dict[Tensor, range]:
    """Steps of one window on which the outputs depend.

    Raises:
        OptionError: they depend on padding along time.
    """
    ends = (tensor for tensor in (*model.main.inputs, *model.main.outputs) if tensor in flow.times)
    needed = {tensor: flow.newest(tensor, range(flow.times[tensor].length)) for tensor in ends}
    padding: list[Operator] = []
    for operator in reversed(model.main.operators):
        made = range(1)
        for tensor in flow.times.keys() & operator.outputs:
            last = flow.times[tensor].length
            made = _together([needed[each] for each in operator.outputs if each in needed] or [range(last - 1, last)])
            needed[tensor] = made
        for tensor in flow.timed(operator):
            read, every = flow.read(operator, tensor, made), range(flow.times[tensor].length)
            if read.start < 0 or read.stop > every.stop:
                padding.append(operator)
                read = every
            needed[tensor] = _together((read, needed.get(tensor, read)))
    if padding:
        more = f" (so do {len(padding) - 1} more)" if len(padding) > 1 else ""
        raise refusal(model, padding[-1], f"pads along time{more}: {_PADS}")
    return needed


_PADS = "an output depends on the padding, which each window has where the series has frames; use padding VALID"


def _together(ranges: Iterable[range]) -> range:
    """The smallest range with the steps of all."""
    every = tuple(ranges)
    return range(min(each.start for each in every), max(each.stop for each in every))


def _held(graph: Graph, found: Analysis) -> dict[Tensor, range]:
    held = dict(found.new)
    for operator in graph.operators:
        for tensor in found.flow.timed(operator):
            held[tensor] = _together((held[tensor], found.read(operator, tensor)))
    return held
