"""Random small networks of every operator that can be executed by channel groups, and plans for them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from strip_networks import DTYPE, INT8, RUNTIMES, SAME, Network

from arenite.errors import OptionError
from arenite.model import Graph, Model
from arenite.rewrite import Prune
from arenite.rewrite.channels import channel_plan, channel_region_of, why_not_channels
from arenite.runtimes import litert
from arenite.runtimes.process import absent

PRESENT = {name: runtime for name, runtime in RUNTIMES.items() if absent(name) is None}
if "litert" in PRESENT:
    PRESENT["reference"] = SimpleNamespace(run=litert.run_reference)


class ChannelNetwork(Network):
    """Builds the operators that strips know, and those that only channels can be cut through."""

    def pad(self, x):
        code = self.one_of("PAD", "PADV2", "MIRROR_PAD")
        edges = [self.draw(st.integers(0, 1)) for _ in range(4)] + [0, 0]
        if code == "MIRROR_PAD" and min(x.shape[1:3]) < 2:
            return None
        shape = [1, *(length + edges[2 * i] + edges[2 * i + 1] for i, length in enumerate(x.shape[1:]))]
        inputs, options = (x, self.integers(0, 0, *edges, shape=(4, 2))), {}
        if code == "PADV2":
            value = self.random.integers(0, 100, 1).astype(DTYPE[self.type])
            inputs = (*inputs, self.constant(value, self.type, x.quantization))
        elif code == "MIRROR_PAD":
            options = {"mode": self.one_of(0, 1)}
        return self.add(code, inputs, self.activation(shape, like=x), options, self.version(2, 3))

    def reduction(self, x):
        code = self.one_of("MEAN", "MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN")
        axes = self.one_of((1, 2), (1, 2), (2, 1), (1,), (2,), (-2,))
        keep = self.one_of(True, True, False) if len(axes) == 2 else True
        reduced = {axis % 4 for axis in axes}
        shape = [1 if axis in reduced else length for axis, length in enumerate(x.shape) if keep or axis not in reduced]
        like = x if code.startswith("REDUCE") or self.one_of(True, False) else None
        output = self.activation(shape, like=like, scale=0.02)
        return self.add(code, (x, self.integers(*axes)), output, {"keep_dims": keep}, self.version(2, 3))

    def grouped(self, x):
        """CONV_2D in which each group of channels has filters of its own."""
        groups = self.one_of(*[each for each in (1, 2, 3, 4) if x.shape[3] % each == 0])
        shape, options = self.window(x, kernel := self.one_of((1, 1), (3, 3), (2, 1)))
        if shape is None:
            return None
        options |= {"dilation_h_factor": 1, "dilation_w_factor": 1, "fused_activation_function": self.one_of(0, 1, 3)}
        channels, depth = groups * self.one_of(1, 2, 3), x.shape[3] // groups
        weights, bias, scale = self.filters(x, (channels, *kernel, depth), 0, int(np.prod(kernel)) * depth)
        output = self.activation((1, *shape, channels), scale=scale)
        return self.add("CONV_2D", (x, weights, bias), output, options, self.version(6))

    def widened(self, x):
        """CONV_2D to many channels."""
        kernel, channels = self.one_of((1, 1), (1, 1), (3, 3)), self.one_of(16, 24, 32, 48)
        taps = int(np.prod(kernel)) * x.shape[3]
        weights, bias, scale = self.filters(x, (channels, *kernel, x.shape[3]), 0, taps)
        output = self.activation((1, *x.shape[1:3], channels), scale=scale)
        options = {"padding": SAME, "stride_h": 1, "stride_w": 1, "dilation_h_factor": 1, "dilation_w_factor": 1}
        options["fused_activation_function"] = self.one_of(0, 1, 3)
        return self.add("CONV_2D", (x, weights, bias), output, options, self.version(3))

    def dense(self, x):
        """FULLY_CONNECTED over everything."""
        taps = int(np.prod(x.shape))
        units = self.one_of(2, 3, 8, 12)
        weights, bias, scale = self.filters(x, (units, taps), 0, taps)
        bias = self.one_of(bias, bias, None)
        output = self.activation((1, units), scale=scale)
        options = {"fused_activation_function": self.one_of(0, 1, 3), "weights_format": 0, "keep_num_dims": False}
        options["asymmetric_quantize_inputs"] = False
        return self.add("FULLY_CONNECTED", (x, weights, bias), output, options, self.version(4, 4))

    def flat(self, x):
        """A constant for each channel, or one for all, whatever the shape of x."""
        return self.arithmetic(x, self.values(self.one_of(x.shape[-1:], (1, x.shape[-1]), (1,))), x.shape)

    def rows_joined(self, x):
        fits = [y for y in self.pool if y.shape == x.shape and y.quantization == x.quantization]
        parts = [x, *self.draw(st.lists(st.sampled_from(fits), min_size=1, max_size=2))]
        axis = self.draw(st.integers(1, len(x.shape) - 1 - (len(x.shape) > 2))) if len(x.shape) > 2 else 0
        shape = list(x.shape)
        shape[axis] *= len(parts)
        options = {"axis": axis, "fused_activation_function": 0}
        return self.add("CONCATENATION", parts, self.activation(shape, like=x), options, self.version(2, 3))


PIXELWISE = ("unary", "binary", "constant_binary", "requantize", "rows_joined", "pad", "resize", "reduction")
METHODS = (
    "conv",
    "conv",
    "conv",
    "depthwise",
    "depthwise",
    "max_pool",
    "average_pool",
    "grouped",
    "dense",
    "flat",
    *PIXELWISE,
)
FLAT = ("dense", "flat", "requantize")
"""What can follow a tensor of shape (1, channels)."""


@st.composite
def channel_networks(draw, types=(INT8,), methods=METHODS, most=5):
    """A model of one or two inputs, 1 to `most` operators of the given kinds and one or more outputs."""
    network = ChannelNetwork(draw, draw(st.sampled_from(types)), np.random.default_rng(draw(st.integers(0, 2**32))))
    inputs = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        shape = (1, draw(st.integers(1, 9)), draw(st.integers(1, 7)), draw(st.sampled_from((1, 2, 3, 4, 8, 12))))
        inputs.append(network.activation(inputs[0].shape if inputs and draw(st.booleans()) else shape))
    network.pool += inputs
    for _ in range(draw(st.integers(1, most))):
        x = network.pool[-1] if draw(st.integers(0, 3)) else draw(st.sampled_from(network.pool))
        method = draw(st.sampled_from(methods))
        if len(x.shape) == 4 or method in FLAT:
            getattr(network, method)(x)
    assume(network.operators)
    read = {tensor for operator in network.operators for tensor in operator.inputs}
    outputs = [tensor for tensor in network.pool if tensor not in read and tensor not in inputs]
    extra = draw(st.sampled_from(network.pool[len(inputs) :]))
    outputs += [extra] if extra not in outputs and draw(st.booleans()) else []
    used = read | set(inputs) | {tensor for operator in network.operators for tensor in operator.outputs}
    tensors = tuple(tensor for tensor in network.tensors if tensor in used)
    graph = Graph("main", tensors, tuple(inputs), tuple(outputs), tuple(network.operators))
    return Model("random", (graph,))


@st.composite
def wide_networks(draw, types=(INT8,)):
    """A model that is wide in the middle, and narrow at its end wherever the operators drawn make it so."""
    network = ChannelNetwork(draw, draw(st.sampled_from(types)), np.random.default_rng(draw(st.integers(0, 2**32))))
    x = source = network.activation((1, draw(st.integers(3, 9)), draw(st.integers(3, 9)), draw(st.integers(1, 4))))
    methods = ("widened", *draw(st.lists(st.sampled_from(("requantize", "flat", "depthwise")), max_size=1)))
    methods += (draw(st.sampled_from(("reduction", "reduction", "depthwise", "max_pool", "average_pool"))),)
    for method in (*methods, *draw(st.lists(st.sampled_from(("conv", "flat")), max_size=1))):
        if len(x.shape) == 4 or method in FLAT:
            x = getattr(network, method)(x) or x
    graph = Graph("main", tuple(network.tensors), (source,), (x,), tuple(network.operators))
    return Prune().run(Model("wide", (graph,)))


@st.composite
def channel_plans(draw, model):
    """A plan for operators next to each other in the file, with groups of uneven size; None where they cannot be."""
    operators = model.main.operators
    first = draw(st.integers(0, len(operators) - 1))
    region = None
    for end in range(first + 1, draw(st.integers(first + 1, len(operators))) + 1):
        if why_not_channels(operators[end - 1]):
            break
        try:
            region = channel_region_of(model, operators[first:end])
        except OptionError:
            break
    if region is None or region.pieces < 2:
        return None
    cuts = draw(st.sets(st.integers(1, region.pieces - 1), min_size=1, max_size=4))
    return channel_plan(region, (0, *sorted(cuts), region.pieces))
