"""Operator, times of its inputs -> how it computes some steps of its outputs; None where it takes whole windows.

    frame     0   1   2   3   4   5   6      the window of an input, 7 frames
    input     x0  x1  x2  x3  x4  x5  x6     Time(axis, length=7, stride=1)
    output    y0      y1      y2             Time(axis, length=3, stride=2): y1 reads x2 to x4

A step is one position along the axis of time. Steps are counted from the start of the window.

An operator can be followed if each step of its outputs is the same function of a few steps of its inputs, wherever in
the window it is. Then a step that was computed for one window is right for all later windows that contain it:

    window at frame 6      y0 y1 y2 y3
    window at frame 7         y1 y2 y3 y4     only y4 is new

All inputs without time must be constant: a tensor that was computed from a window differs from window to window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from arenite.model import ElementType, Operator, Tensor
from arenite.operators.constants import integers
from arenite.operators.elementwise import ELEMENTWISE
from arenite.operators.kinds import PADS, REDUCTIONS, RESHAPES
from arenite.operators.soundness import is_sound
from arenite.operators.versions import version
from arenite.operators.windows import CONVOLUTIONS, POOLS, SAME, VALID, Axis, padding_of, window
from arenite.rewrite.edits import integer_constant, reshape

if TYPE_CHECKING:
    from collections.abc import Iterable

FLOAT32 = ElementType.FLOAT32


@dataclass(frozen=True, slots=True)
class Time:
    """Where a tensor has its axis of time, how many steps a window has there, and of how many frames a step is."""

    axis: int
    length: int
    stride: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Output step i reads input steps i * stride - before to i * stride - before + span - 1."""

    stride: int = 1
    before: int = 0
    span: int = 1

    def read(self, steps: range) -> range:
        """Input steps that some output steps read, of which there is at least one; padding counts too."""
        first = steps.start * self.stride - self.before
        return range(first, first + (len(steps) - 1) * self.stride + self.span)


SAME_STEP = Reach()
"""Output step i reads input step i."""


Instead = Mapping[Tensor, Tensor]
Build = Callable[[Operator, Instead], tuple[Operator, ...]]
"""Operator, tensor of the window -> tensor of some steps: the operators that compute these steps."""


def _as_it_is(operator: Operator, instead: Instead) -> tuple[Operator, ...]:
    return (operator.using(instead),)


@dataclass(frozen=True)
class Stepwise:
    """How an operator computes some steps of its outputs: their time, the steps that it reads, and the operators."""

    time: Time
    reach: Reach = SAME_STEP
    build: Build = _as_it_is


Timed = Mapping[Tensor, Time]
Rule = Callable[[Operator, Timed], Stepwise | None]


def follow(operator: Operator, times: Timed) -> Stepwise | None:
    """How an operator computes some steps of its outputs; None if it has to take whole windows.

    Args:
        operator: reads tensors with time and constants only.
        times: of those inputs that have an axis of time; there is at least one.
    """
    if any(tensor.quantization and len(tensor.quantization.scale) > 1 for tensor in (*times, *operator.outputs)):
        return None  # of several scales some may be those of steps
    rule = _RULES.get(operator.code)
    step = rule(operator, times) if rule is not None and is_sound(operator) else None
    return step if step is not None and _fits(operator, step.time) else None


def _fits(operator: Operator, time: Time) -> bool:
    """Whether the shapes of the outputs say what the rule says."""
    shapes = [tensor.shape for tensor in operator.outputs]
    return time.length == 1 or all(0 <= time.axis < len(each) and each[time.axis] == time.length for each in shapes)


def _elementwise(operator: Operator, times: Timed) -> Stepwise | None:
    """Inputs are aligned at their last axis; constants must be the same for all steps."""
    shape = operator.outputs[0].shape
    aligned = {replace(time, axis=time.axis - len(tensor.shape)) for tensor, time in times.items()}
    time = aligned.pop()
    lengths = {_length(tensor, time.axis) for tensor in operator.inputs if tensor is not None and tensor not in times}
    if aligned or lengths - {1}:
        return None
    return Stepwise(replace(time, axis=time.axis + len(shape)))


def _length(tensor: Tensor, axis: int) -> int:
    """Length of an axis that is counted from the last one; 1 if the tensor has no such axis."""
    return tensor.shape[axis] if len(tensor.shape) >= -axis else 1


def _along(operator: Operator, times: Timed, position: int = 0) -> Time | None:
    """The time of the values, an input at this position; None if another input has time as well."""
    return times.get(operator.input(position)) if len(times) == 1 and operator.outputs else None


def _window(operator: Operator, times: Timed) -> Stepwise | None:
    """Convolutions and pools along rows or columns."""
    time = _along(operator, times)
    if time is None or time.axis not in (1, 2) or _scales_by_window(operator):
        return None
    axes = window(operator).rows, window(operator).columns
    axis, other = axes if time.axis == 1 else axes[::-1]
    margins = _margins(other) if padding_of(operator) == SAME else (0, 0)
    if not axis.follows(padding_of(operator)) or (any(margins) and operator.code in POOLS):
        return None

    def build(operator: Operator, instead: Instead) -> tuple[Operator, ...]:
        new = operator.using(instead)
        read, made = new.input(0).shape[time.axis], new.outputs[0].shape[time.axis]
        if padding_of(operator) != SAME or axis.same(read) == (made, 0):
            return (new,)
        valid = replace(new, options={**operator.options, "padding": VALID})
        return _padded(valid, 3 - time.axis, margins) if any(margins) else (valid,)

    after = Time(time.axis, axis.outputs, time.stride * axis.stride)
    return Stepwise(after, Reach(axis.stride, axis.padding, axis.span), build)


def _scales_by_window(operator: Operator) -> bool:
    """Whether a convolution of floats with integer weights scales its values by the largest of the whole input."""
    source = operator.input(0)
    return operator.code in CONVOLUTIONS and source.type is FLOAT32 and operator.input(1).type is not FLOAT32


def _margins(axis: Axis) -> tuple[int, int]:
    """Positions of padding before and after an axis."""
    return axis.padding, max(0, (axis.outputs - 1) * axis.stride + axis.span - axis.length) - axis.padding


def _padded(operator: Operator, axis: int, margins: tuple[int, int]) -> tuple[Operator, Operator]:
    """A PAD along an axis, and the convolution of what it makes."""
    source, name = operator.input(0), f"{operator.outputs[0].name}/padded"
    length = source.shape[axis] + sum(margins)
    padded = replace(source, name=name, shape=_with(source.shape, axis, length), origin=None)
    values = [0] * (2 * axis) + [*margins] + [0] * (2 * (3 - axis))
    paddings = integer_constant(f"{name}/margins", (4, 2), values)
    pad = Operator("PAD", (source, paddings), (padded,), version=version("PAD", source.type))
    return pad, operator.reading({source: padded})


def _pad(operator: Operator, times: Timed) -> Stepwise | None:
    """PAD and PADV2. Steps of padding alone are never asked for."""
    time, margins = _along(operator, times), integers(operator.inputs[1])
    if time is None or margins is None or len(margins) != 2 * len(operator.input(0).shape) or min(margins) < 0:
        return None
    before, after = margins[2 * time.axis : 2 * time.axis + 2]

    def build(operator: Operator, instead: Instead) -> tuple[Operator, ...]:
        values = [0 if place // 2 == time.axis else value for place, value in enumerate(margins)]
        return (_with_numbers(operator.using(instead), {1: values}),)

    return Stepwise(replace(time, length=before + time.length + after), Reach(before=before), build)


def _with_numbers(operator: Operator, numbers: Mapping[int, Iterable[int]]) -> Operator:
    """The operator with other integers in some of its constants."""
    inputs = list(operator.inputs)
    for position, values in numbers.items():
        old = operator.input(position)
        inputs[position] = integer_constant(f"{operator.outputs[0].name}/{position}", old.shape, values)
    return replace(operator, inputs=tuple(inputs))


def _with(shape: tuple[int, ...], axis: int, length: int) -> tuple[int, ...]:
    return (*shape[:axis], length, *shape[axis + 1 :])


def _concatenation(operator: Operator, times: Timed) -> Stepwise | None:
    """CONCATENATION along another axis, of parts that all have the same time."""
    time, rank = next(iter(times.values())), len(operator.outputs[0].shape)
    apart = rank > 0 and operator.number("axis", 0) % rank != time.axis
    same = all(tensor in times and times[tensor] == time for tensor in operator.inputs if tensor is not None)
    return Stepwise(time) if apart and same else None


def _reshape(operator: Operator, times: Timed) -> Stepwise | None:
    """An axis of time that stays, or of which each step becomes several steps less: [1, 490] to [1, 49, 10]."""
    time, shape = _along(operator, times), operator.outputs[0].shape
    if time is None:
        return None
    before = prod(operator.input(0).shape[: time.axis])
    axis = next((axis for axis, length in enumerate(shape) if prod(shape[:axis]) == before and length > 1), None)
    if axis is None or time.length % shape[axis]:
        return None
    frames = time.length // shape[axis]

    def build(operator: Operator, instead: Instead) -> tuple[Operator, ...]:
        new = operator.using(instead)
        return (reshape(new.input(0), new.outputs[0]),)

    return Stepwise(Time(axis, shape[axis], time.stride * frames), Reach(stride=frames, span=frames), build)


def _transpose(operator: Operator, times: Timed) -> Stepwise | None:
    time, order = _along(operator, times), integers(operator.inputs[1])
    return Stepwise(replace(time, axis=order.index(time.axis))) if time and order and time.axis in order else None


def _reduction(operator: Operator, times: Timed) -> Stepwise | None:
    """A reduction of other axes."""
    time, axes = _along(operator, times), integers(operator.inputs[1])
    if time is None or axes is None:
        return None
    reduced = {axis % len(operator.input(0).shape) for axis in axes}
    if time.axis in reduced:
        return None
    gone = 0 if operator.options.get("keep_dims") else sum(axis < time.axis for axis in reduced)
    return Stepwise(replace(time, axis=time.axis - gone))


def _dense(operator: Operator, times: Timed) -> Stepwise | None:
    """FULLY_CONNECTED: one result for each step."""
    time, shape = _along(operator, times), operator.input(0).shape
    if time is None or time.axis == len(shape) - 1 or shape[-1] != operator.input(1).shape[-1]:
        return None
    if len(operator.outputs[0].shape) == len(shape):
        return Stepwise(time)
    return Stepwise(replace(time, axis=0)) if prod(shape[:-1]) == time.length else None


def _along_channels(operator: Operator, times: Timed) -> Stepwise | None:
    """Kinds that work along the last axis."""
    time = _along(operator, times)
    return Stepwise(time) if time is not None and time.axis != len(operator.input(0).shape) - 1 else None


def _split(operator: Operator, times: Timed) -> Stepwise | None:
    """SPLIT and SPLIT_V along another axis."""
    values, axis = (1, 0) if operator.code == "SPLIT" else (0, 2)
    time, axes = _along(operator, times, values), integers(operator.inputs[axis])
    rank = len(operator.outputs[0].shape)
    return Stepwise(time) if time and rank and axes and axes[0] % rank != time.axis else None


def _slice(operator: Operator, times: Timed) -> Stepwise | None:
    time, begins = _along(operator, times), integers(operator.inputs[1])
    lengths = operator.outputs[0].shape
    if time is None or begins is None or not len(begins) == len(operator.input(0).shape) == len(lengths):
        return None

    def build(operator: Operator, instead: Instead) -> tuple[Operator, ...]:
        new = operator.using(instead)
        return (_with_numbers(new, {1: _with(begins, time.axis, 0), 2: new.outputs[0].shape}),)

    return Stepwise(replace(time, length=lengths[time.axis]), Reach(before=-begins[time.axis]), build)


def _strided_slice(operator: Operator, times: Timed) -> Stepwise | None:
    """STRIDED_SLICE forward, with one begin, end and stride for each axis."""
    time, source = _along(operator, times), operator.input(0)
    begins, ends, strides = (integers(tensor) for tensor in operator.inputs[1:4])
    unusual = any(operator.options.get(name) for name in ("ellipsis_mask", "new_axis_mask", "offset"))
    if time is None or begins is None or ends is None or strides is None or unusual:
        return None
    if not len(begins) == len(ends) == len(strides) == len(source.shape) or min(strides) < 1:
        return None
    shrunk, bit = operator.number("shrink_axis_mask", 0), 1 << time.axis
    begin = None if operator.number("begin_mask", 0) & bit else begins[time.axis]
    end = None if operator.number("end_mask", 0) & bit else ends[time.axis]
    stride = strides[time.axis]
    taken = range(time.length)[begin:][:1] if shrunk & bit else range(time.length)[begin:end:stride]
    axis = time.axis - (shrunk & (bit - 1)).bit_count()

    def build(operator: Operator, instead: Instead) -> tuple[Operator, ...]:
        new = operator.using(instead)
        read, made = new.input(0), new.outputs[0]
        if prod(read.shape) == prod(made.shape):
            return (reshape(read, made),)
        numbers = {1: _with(begins, time.axis, 0), 2: _with(ends, time.axis, read.shape[time.axis])}
        masks = {name: operator.number(name, 0) & ~bit for name in ("begin_mask", "end_mask")}
        return (replace(_with_numbers(new, numbers), options={**new.options, **masks}),)

    if not taken:
        return None
    return Stepwise(Time(axis, len(taken), time.stride * stride), Reach(stride=stride, before=-taken.start), build)


_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(ELEMENTWISE, _elementwise),
    **dict.fromkeys(CONVOLUTIONS | POOLS, _window),
    **dict.fromkeys(PADS, _pad),
    **dict.fromkeys(RESHAPES, _reshape),
    **dict.fromkeys(REDUCTIONS, _reduction),
    **dict.fromkeys(("SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION"), _along_channels),
    **dict.fromkeys(("SPLIT", "SPLIT_V"), _split),
    "CONCATENATION": _concatenation,
    "FULLY_CONNECTED": _dense,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "TRANSPOSE": _transpose,
}
"""Rule by kind. All other kinds take whole windows."""
