"""Random networks over a window of time, and what the runtimes make of a series by windows and by frames."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from strip_networks import FLOAT, INT8, SAME, VALID, Network, equal

from arenite.errors import OptionError
from arenite.model import Graph, Model
from arenite.rewrite.stream import streamed
from arenite.runtimes import litert, tflm
from arenite.runtimes.inputs import random_inputs
from arenite.runtimes.run import Job
from arenite.tflite.write import write_bytes

RUNTIMES = {"litert": litert.run, "litert-reference": litert.run_reference, "tflm": tflm.run}
"""LiteRT's optimized kernels add the products of floats in another order for another number of rows."""
STEPWISE = (
    *("conv", "conv", "depthwise", "depthwise", "max_pool", "average_pool", "unary", "constant_binary", "concat"),
    *(
        "requantize",
        "softmax",
        "pad",
        "gated",
        "cropped",
        "cropped",
        "residual",
        "narrowed",
        "transposed_axes",
        "split",
    ),
)
WHOLE = ("mean", "dense", "last", "resize", "reversed", "gated")


class Series(Network):
    """A network whose time is an axis of an image; few layers pad."""

    def window(self, x, kernel, dilation=(1, 1)):
        for _ in range(3):
            shape, options = super().window(x, kernel, dilation)
            if options["padding"] == VALID or self.one_of(True, False, False):
                break
        return shape, options

    def add(self, code, inputs, output, options, version=1):
        """Later layers take images only."""
        super().add(code, inputs, output, options, version)
        self.pool = [tensor for tensor in self.pool if len(tensor.shape) == 4]
        return output

    def sliced(self, x, axis, first, end, step=1):
        """SLICE, or STRIDED_SLICE with masks and negative numbers for the same."""
        shape = [*x.shape]
        shape[axis] = len(range(first, end, step))
        output = self.activation(shape, like=x)
        if step == 1 and self.one_of(True, False):
            begin = self.integers(*(first if place == axis else 0 for place in range(4)))
            return self.add("SLICE", (x, begin, self.integers(*shape)), output, {}, self.version(2, 4))
        begins, ends, steps = [0] * 4, [*x.shape], [1] * 4
        begins[axis] = first if self.one_of(True, False) or not first else first - x.shape[axis]
        ends[axis], steps[axis] = end, step
        mask = sum(1 << place for place in range(4) if place != axis)
        if end == x.shape[axis] and self.one_of(True, False):
            ends[axis], end_mask = 0, 15
        else:
            end_mask = self.one_of(0, mask)
        options = {"begin_mask": self.one_of(0, mask), "end_mask": end_mask, "ellipsis_mask": 0, "new_axis_mask": 0}
        inputs = x, self.integers(*begins), self.integers(*ends), self.integers(*steps)
        return self.add("STRIDED_SLICE", inputs, output, {**options, "shrink_axis_mask": 0}, self.version(2, 4))

    def cropped(self, x):
        axis = self.one_of(1, 1, 2)
        length = x.shape[axis]
        first = self.draw(st.integers(0, min(3, length - 1)))
        end = self.draw(st.integers(max(first + 1, length - 3), length))
        return self.sliced(x, axis, first, end, self.one_of(1, 1, 1, 2))

    def last(self, x):
        """The last step alone, of which the axis is dropped."""
        axis = self.one_of(1, 2)
        shape = [length for place, length in enumerate(x.shape) if place != axis]
        begins = [x.shape[axis] - 1 if place == axis else 0 for place in range(4)]
        inputs = x, self.integers(*begins), self.integers(*x.shape), self.integers(1, 1, 1, 1)
        options = {
            "begin_mask": 0,
            "end_mask": 0,
            "ellipsis_mask": 0,
            "new_axis_mask": 0,
            "shrink_axis_mask": 1 << axis,
        }
        output = self.add("STRIDED_SLICE", inputs, self.activation(shape, like=x), options, self.version(2, 4))
        return self.reshaped(output, (1, *shape[:1], 1, *shape[1:]) if len(shape) == 3 else shape)

    def reshaped(self, x, shape):
        return self.add("RESHAPE", (x, self.integers(*shape)), self.activation(shape, like=x), {"new_shape": shape})

    def narrowed(self, x):
        """To a series without the axis of length 1 and back, as conv1d is written; or steps of several frames."""
        _, rows, columns, channels = x.shape
        if rows % 2 == 0 and self.one_of(True, False):
            return self.reshaped(x, (1, rows // 2, 2 * columns, channels))
        return self.reshaped(self.reshaped(x, (1, rows, columns * channels)), (1, rows, columns, channels))

    def transposed_axes(self, x):
        shape = [x.shape[axis] for axis in (0, 2, 1, 3)]
        inputs = x, self.integers(0, 2, 1, 3)
        return self.add("TRANSPOSE", inputs, self.activation(shape, like=x), {}, self.version(2, 5))

    def split(self, x):
        if x.shape[3] % 2:
            return None
        shape = (*x.shape[:3], x.shape[3] // 2)
        one, other = self.activation(shape, like=x), self.activation(shape, like=x)
        self.add("SPLIT", (self.integers(3, shape=()), x), one, {"num_splits": 2}, self.version(2, 4))
        self.operators[-1] = replace(self.operators[-1], outputs=(one, other))
        self.pool.append(other)
        return one

    def residual(self, x):
        """A convolution in time, and its input cropped to it."""
        size, gap = self.one_of(2, 3), self.one_of(1, 1, 2)
        lost = (size - 1) * gap
        if x.shape[1] <= lost:
            return None
        options = {"padding": VALID, "stride_h": 1, "stride_w": 1, "fused_activation_function": 0}
        options |= {"dilation_h_factor": gap, "dilation_w_factor": 1}
        weights, bias, scale = self.filters(x, (x.shape[3], size, 1, x.shape[3]), 0, size * x.shape[3])
        shape = (1, x.shape[1] - lost, *x.shape[2:])
        y = self.add("CONV_2D", (x, weights, bias), self.activation(shape, scale=scale), options, self.version(3))
        first = self.draw(st.integers(0, lost))
        z = self.sliced(x, 1, first, x.shape[1] - lost + first)
        output = self.activation(shape, scale=0.07)
        return self.add("ADD", (y, z), output, {"fused_activation_function": 0}, self.version(2, 2))

    def mean(self, x):
        axes = self.one_of((1,), (2,), (1, 2))
        shape = [1 if axis in axes else length for axis, length in enumerate(x.shape)]
        code = "MEAN" if self.type is not FLOAT else self.one_of("MEAN", "SUM", "REDUCE_MAX")
        inputs = x, self.integers(*axes)
        return self.add(code, inputs, self.activation(shape, scale=0.05), {"keep_dims": True}, self.version(2, 2))

    def dense(self, x):
        if self.type not in (FLOAT, INT8):
            return None
        depth = prod(x.shape)
        flat = self.reshaped(x, (1, depth))
        weights, bias, scale = self.filters(x, (3, depth), 0, depth)
        if self.type is INT8:
            one = replace(weights.quantization, scale=weights.quantization.scale[:1], zero_point=(0,))
            self.tensors[self.tensors.index(weights)] = weights = replace(weights, quantization=one)
        options = {"fused_activation_function": 0, "weights_format": 0, "keep_num_dims": False}
        output = self.activation((1, 3), scale=scale)
        self.add("FULLY_CONNECTED", (flat, weights, bias), output, options, self.version(4))
        return self.reshaped(output, (1, 1, 1, 3))

    def reversed(self, x):
        """Mixes all steps and keeps their number: an operator that takes whole windows."""
        return self.add("REVERSE_V2", (x, self.integers(1)), self.activation(x.shape, like=x), {}, 3)

    def gated(self, x):
        """x times its own mean, which is another one in each window."""
        shape = (1, 1, 1, x.shape[3])
        inputs = x, self.integers(1, 2)
        gate = self.add("MEAN", inputs, self.activation(shape, scale=0.05), {"keep_dims": True}, self.version(2, 2))
        output = self.activation(x.shape, scale=0.07)
        return self.add("MUL", (x, gate), output, {"fused_activation_function": 0}, self.version(2, 2))


@st.composite
def series_networks(draw, types=(INT8,), most=6, ends=3):
    """A model over a window of time along axis 1 or 2 of its input, and that axis."""
    network = Series(draw, draw(st.sampled_from(types)), np.random.default_rng(draw(st.integers(0, 2**32))))
    axis = draw(st.sampled_from((1, 1, 2)))
    shape = [1, draw(st.integers(6, 24)), draw(st.integers(1, 4)), draw(st.sampled_from((1, 2, 4)))]
    if axis == 2:
        shape[1:3] = shape[2], shape[1]
    source = network.activation(shape)
    network.pool.append(source)
    for _ in range(draw(st.integers(1, most))):
        x = network.pool[-1] if draw(st.booleans()) else draw(st.sampled_from(network.pool))
        getattr(network, draw(st.sampled_from(STEPWISE)))(x)
    for _ in range(draw(st.integers(0, ends))):
        getattr(network, draw(st.sampled_from(WHOLE + STEPWISE)))(network.pool[-1])
    assume(network.operators)
    read = {tensor for operator in network.operators for tensor in operator.inputs}
    outputs = [tensor for tensor in network.pool if tensor not in read and tensor is not source]
    used = {*read, *outputs, source, *(tensor for operator in network.operators for tensor in operator.outputs)}
    tensors = tuple(tensor for tensor in network.tensors if tensor in used)
    return Model("series", (Graph("main", tensors, (source,), tuple(outputs), tuple(network.operators)),)), axis


def in_frames(model, axis):
    """The model of new frames; None where it is refused."""
    try:
        return streamed(model, axis).model
    except OptionError:
        return None


def compare(model, result, axis, names=tuple(RUNTIMES), windows=5):
    """Compare a model on each window of a series with its result on each frame; the runtimes that took the model."""
    length, hop = model.main.inputs[0].shape[axis], result.main.inputs[0].shape[axis]
    first = -(-length // hop)
    frames = random_inputs(result, first + windows - 1, 1)
    series = np.concatenate([frame for (frame,) in frames], axis=axis)
    ends = [hop * (number + 1) for number in range(first - 1, len(frames))]
    whole = tuple((np.take(series, range(end - length, end), axis),) for end in ends)
    seen = set()
    for name in names:
        ours = outputs_of(name, model, whole)
        if ours is not None:
            seen.add(name)
            theirs = outputs_of(name, result, frames)
            assert theirs is not None, f"{name} does not take the result"
            assert equal(newest(ours, theirs), theirs[first - 1 :]), name
    return seen


def newest(ours, theirs):
    """The last steps of outputs of which the other has fewer along an axis."""
    return [
        [one[tuple(slice(-length, None) for length in other.shape)] for one, other in zip(*outputs, strict=True)]
        for outputs in zip(ours, theirs[-len(ours) :], strict=True)
    ]


def outputs_of(name, model, rounds):
    """Outputs in a runtime, in this process; None where it refuses the model."""
    try:
        return RUNTIMES[name](Job(write_bytes(model), rounds, len(model.main.outputs), 4 << 20)).outputs
    except Exception:
        return None


__all__ = ["SAME", "VALID", "compare", "in_frames", "series_networks"]
