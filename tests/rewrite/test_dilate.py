"""Blocks become dilation: not a bit of the outputs changes, in the runtimes and in a model of the arithmetic."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
import pytest
from hand_made import add
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import DTYPE, FLOAT, INT8, INT16, RUNTIMES, SAME, VALID, Network, equal

from arenite.model import Graph, Model, Quantization
from arenite.operators.constants import integers
from arenite.rewrite import Dilate
from arenite.runtimes.inputs import random_inputs
from arenite.runtimes.process import absent
from arenite.runtimes.run import Job
from arenite.tflite.write import write_bytes

FRESH_ARENA = 64 << 20
"""Bytes of arena that every C library maps anew, so that TFLM pads with 0: its kernel reads what lies there."""


@st.composite
def axes(draw, *, alone=False):
    """One axis: length, block, paddings, crops, kernel, stride, dilation, and lengths within and behind the blocks."""
    block = draw(st.sampled_from((1, 2, 3, 4)))
    kernel, dilation = draw(st.sampled_from((1, 2, 3))), draw(st.sampled_from((1, 1, 2)))
    stride = draw(st.sampled_from((1, 2))) if block == 1 else 1
    length = draw(st.integers(1, 9)) if not alone else 1
    before, first, last = (draw(st.sampled_from((0, 0, 1, 2, 4))) for _ in range(3))
    after = draw(st.integers(0, 4))
    after += -(length + before + after) % block
    within = (length + before + after) // block
    outputs = (within - (kernel - 1) * dilation - 1) // stride + 1 if within > (kernel - 1) * dilation else 0
    return {
        **{"length": length, "block": block, "padding": (before, after), "crop": (first, last), "kernel": kernel},
        **{"stride": stride, "dilation": dilation, "outputs": outputs, "result": outputs * block - first - last},
    }


UNUSED = {"length": 1, "block": 1, "padding": (0, 0), "crop": (0, 0), "kernel": 1, "stride": 1, "dilation": 1}
UNUSED |= {"outputs": 1, "result": 1}


@st.composite
def blocked(draw, type_):
    """A model of SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND, with what was drawn for its two axes."""
    lacking = draw(st.sampled_from((0, 0, 1, 2)))
    drawn = [draw(axes()), draw(axes())]
    if lacking:
        drawn[lacking - 1] = UNUSED
    if any(min(axis["outputs"], axis["result"]) < 1 for axis in drawn):
        return None
    network = Network(draw, type_, np.random.default_rng(draw(st.integers(0, 2**32))))
    batches, depth = draw(st.sampled_from((1, 1, 2))), draw(st.sampled_from((1, 3, 4)))
    zero = draw(st.sampled_from((0, 0, -128, 5))) if type_ is INT8 else 0
    kept = [axis for number, axis in enumerate(drawn, 1) if number != lacking]
    many = batches * prod(axis["block"] for axis in drawn)

    def tensor(shape, like=None, scale=0.05):
        made = network.activation(shape, scale=scale)
        if type_ is not FLOAT:
            network.tensors[-1] = made = replace(
                made, quantization=like.quantization if like else Quantization(made.quantization.scale, (zero,))
            )
        return made

    def reshaped(source, shape):
        to = network.integers(*shape)
        return network.add("RESHAPE", (source, to), tensor(shape, like=source), {"new_shape": tuple(shape)})

    x = tensor((batches, *(axis["length"] for axis in kept), depth))
    block = network.integers(*(axis["block"] for axis in kept))
    margins = {
        name: network.integers(*(n for axis in kept for n in axis[name]), shape=(len(kept), 2))
        for name in ("padding", "crop")
    }
    inner = [(axis["length"] + sum(axis["padding"])) // axis["block"] for axis in kept]
    split = tensor((many, *inner, depth), like=x)
    network.add("SPACE_TO_BATCH_ND", (x, block, margins["padding"]), split, {}, network.version(2))
    image = split
    if lacking:
        image = reshaped(split, (*split.shape[:lacking], 1, *split.shape[lacking:]))
    deep = draw(st.booleans())
    kernel = [axis["kernel"] for axis in drawn]
    channels = depth if deep else 3
    filters = (1, *kernel, depth) if deep else (channels, *kernel, depth)
    weights, bias, scale = network.filters(x, filters, 3 if deep else 0, 9)
    options = {"padding": VALID, "stride_h": drawn[0]["stride"], "stride_w": drawn[1]["stride"]}
    options |= {"dilation_h_factor": drawn[0]["dilation"], "dilation_w_factor": drawn[1]["dilation"]}
    options |= {"fused_activation_function": draw(st.sampled_from((0, 1, 3)))} | (
        {"depth_multiplier": 1} if deep else {}
    )
    made = tensor((many, *(axis["outputs"] for axis in drawn), channels), scale=scale)
    code = "DEPTHWISE_CONV_2D" if deep else "CONV_2D"
    network.add(code, (image, weights, bias), made, options, network.version(3))
    if lacking:
        made = reshaped(made, [length for number, length in enumerate(made.shape) if number != lacking])
    y = tensor((batches, *(axis["result"] for axis in kept), channels), like=made)
    network.add("BATCH_TO_SPACE_ND", (made, block, margins["crop"]), y, {}, network.version(2))
    graph = Graph("main", tuple(network.tensors), (x,), (y,), tuple(network.operators))
    return Model("blocked", (graph,)), drawn, zero


def outputs_in(runtime, model):
    """Outputs of a model in a runtime, in an arena of zeros; None where it refuses the model."""
    job = Job(write_bytes(model), random_inputs(model, 2, 1), 1, FRESH_ARENA)
    try:
        return runtime.run(job).outputs
    except Exception:
        return None


def may_be_rewritten(drawn, zero):
    """By the page: no crop is larger than its padding; with a stride nothing is cropped; padding is 0."""
    margins = [pad - crop for axis in drawn for pad, crop in zip(axis["padding"], axis["crop"], strict=True)]
    strided = any(axis["stride"] > 1 and any(axis["crop"]) for axis in drawn)
    return min(margins) >= 0 and not strided and (zero == 0 or not any(margins))


def codes(model):
    return [operator.code for operator in model.main.operators]


@pytest.mark.parametrize("type_", [INT8, INT16, FLOAT])
def test_random_blocks_give_the_same_in_every_runtime(type_):
    rewritten, stayed, ran = [], [], set()

    @settings(max_examples=100)
    @given(blocked(type_))
    def check(case):
        if case is None:
            return
        source, drawn, zero = case
        result = Dilate().run(source)
        assert (result is not source) == may_be_rewritten(drawn, zero)
        (stayed if result is source else rewritten).append(result)
        if result is source:
            return
        assert "SPACE_TO_BATCH_ND" not in codes(result)
        for name, runtime in RUNTIMES.items():
            expected = None if absent(name) else outputs_in(runtime, source)
            if expected is not None:
                ran.add(name)
                assert equal(expected, outputs_in(runtime, result)), name

    check()
    assert rewritten
    assert stayed
    assert "litert" in ran or absent("litert")


def blocks_apart(x, block, padding):
    """SPACE_TO_BATCH_ND by its definition: position (r, c) of the padded image goes to image (r % b) * b + c % b."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    rows, columns = block
    return np.concatenate([x[:, r::rows, c::columns] for r in range(rows) for c in range(columns)])


def blocks_together(x, block, crop):
    rows, columns = block
    batches = len(x) // (rows * columns)
    whole = np.zeros((batches, x.shape[1] * rows, x.shape[2] * columns, x.shape[3]), x.dtype)
    for image, part in enumerate(np.split(x, rows * columns)):
        whole[:, image // columns :: rows, image % columns :: columns] = part
    (top, bottom), (left, right) = crop
    return whole[:, top : whole.shape[1] - bottom, left : whole.shape[2] - right]


def convolved(x, weights, stride, dilation):
    """Sums of products of integers, every output position by itself; weights [out, rows, columns, in]."""
    reach = [(size - 1) * gap for size, gap in zip(weights.shape[1:3], dilation, strict=True)]
    shape = [(length - far - 1) // step + 1 for length, far, step in zip(x.shape[1:3], reach, stride, strict=True)]
    y = np.zeros((len(x), *shape, len(weights)), np.int64)
    for r, c in np.ndindex(*shape):
        top, left = r * stride[0], c * stride[1]
        seen = x[:, top : top + reach[0] + 1 : dilation[0], left : left + reach[1] + 1 : dilation[1]]
        y[:, r, c] = np.einsum("nrci,orci->no", seen, weights)
    return y


@settings(max_examples=300)
@given(blocked(INT8), st.integers(0, 2**32))
def test_random_blocks_give_the_same_by_their_definitions(case, seed):
    """Integers without rounding, so that no rounding can hide a position that is off by one."""
    if case is None or Dilate().run(case[0]) is case[0]:
        return
    source, drawn, _ = case
    random = np.random.default_rng(seed)
    rows, columns = drawn
    depth = source.main.inputs[0].shape[-1]
    x = random.integers(-128, 128, (source.main.inputs[0].shape[0], rows["length"], columns["length"], depth))
    weights = random.integers(-128, 128, (2, rows["kernel"], columns["kernel"], depth))
    block, stride = (rows["block"], columns["block"]), (rows["stride"], columns["stride"])
    apart = blocks_apart(x, block, (rows["padding"], columns["padding"]))
    within = convolved(apart, weights, stride, (rows["dilation"], columns["dilation"]))
    expected = blocks_together(within, block, (rows["crop"], columns["crop"]))
    result = Dilate().run(source).main.operators
    pads = [integers(each.inputs[1]) for each in result if each.code == "PAD"] or [(0,) * 8]
    (made,) = (each for each in result if each.code.endswith("CONV_2D"))
    assert made.options["padding"] == VALID
    padded = np.pad(x, np.reshape(pads[0], (4, 2)))
    dilation = made.options["dilation_h_factor"], made.options["dilation_w_factor"]
    ours = convolved(padded, weights, stride, dilation)
    # A series of one step is an image along either axis.
    assert np.array_equal(expected.ravel(), ours.ravel())


def made(padding=VALID, between=None, output=None):
    """x -> blocks of 2 rows -> 2x1 convolution -> y; `between` makes further operators of the tensors on the way."""
    network = Network(None, FLOAT, np.random.default_rng(0))
    x, split = network.activation((1, 8, 1, 1)), network.activation((2, 5, 1, 1))
    inside, y = network.activation((2, 4, 1, 1)), network.activation((1, 8, 1, 1))
    block, paddings = network.integers(2, 1), network.integers(2, 0, 0, 0, shape=(2, 2))
    crops = network.integers(0, 0, 0, 0, shape=(2, 2))
    network.add("SPACE_TO_BATCH_ND", (x, block, paddings), split, {})
    weights = network.constant(np.ones((1, 2, 1, 1), DTYPE[FLOAT]), FLOAT)
    options = {"padding": padding, "stride_h": 1, "stride_w": 1, "fused_activation_function": 0}
    network.add("CONV_2D", (split, weights, None), inside, {**options, "dilation_h_factor": 1, "dilation_w_factor": 1})
    network.add("BATCH_TO_SPACE_ND", (inside, block, crops), y, {})
    outputs = [y]
    if between is not None:
        other = network.activation((2, 5, 1, 1) if between == "split" else (2, 4, 1, 1))
        read = split if between == "split" else inside
        network.operators.append(add(read, read, other))
        outputs.append(other)
    if output is not None:
        outputs.append({"split": split, "inside": inside}[output])
    return Model("made", (Graph("main", tuple(network.tensors), (x,), tuple(outputs), tuple(network.operators)),))


def test_what_is_read_elsewhere_stays():
    assert codes(Dilate().run(made())) == ["PAD", "CONV_2D"]
    for changes in ({"between": "split"}, {"between": "inside"}, {"output": "split"}, {"output": "inside"}):
        source = made(**changes)
        assert Dilate().run(source) is source, changes


def test_convolutions_that_pad_within_the_blocks_stay():
    source = made(padding=SAME)
    assert Dilate().run(source) is source


def test_a_second_run_finds_nothing():
    result = Dilate().run(made())
    assert Dilate().run(result) is result
