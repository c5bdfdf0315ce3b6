"""Elementwise operators, reductions and resizing: rules against the loops of the kernels; what has no rule."""

from __future__ import annotations

from itertools import product
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kernel_arena import Arena, works
from kernel_cases import ELEMENTS, TYPES, gather, numbers, tensor, verify

from arenite.backends import Overlap
from arenite.backends.sets import ALL, CMSIS_NN_DSP, GENERATED_C, PORTABLE, REFERENCE
from arenite.model import ElementType, Operator, Tensor

QUICK = settings(max_examples=80, deadline=None)


@QUICK
@given(st.integers(1, 40), st.integers(1, 16), ELEMENTS)
def test_one_input(count: int, block: int, element: int) -> None:
    """Blocks of elements are read before they are written, as kernels with vectors do."""
    source, target = (tensor(1, count, kind=TYPES[element]) for _ in range(2))

    def run(arena: Arena) -> None:
        for first in range(0, count, block):
            size = min(block, count - first) * element
            arena.read(first * element, size)
            arena.write(first * element, size)

    for kernels in ALL:
        for code in ("RELU", "LOGISTIC"):
            verify(Operator(code, (source,), (target,)), run, tight=block == 1, kernels=kernels)
    expanded = Operator("EXPAND_DIMS", (source, numbers((0,))), (target,))
    verify(expanded, gather(range(count), element), kernels=PORTABLE)


@QUICK
@given(st.integers(1, 40), ELEMENTS, ELEMENTS)
def test_other_element_sizes(count: int, read: int, write: int) -> None:
    source, target = tensor(count, kind=TYPES[read]), tensor(count, kind=TYPES[write])

    def run(arena: Arena) -> None:
        for number in range(count):
            arena.read(number * read, read)
            arena.write(number * write, write)

    operator = Operator("CAST", (source,), (target,))
    if 1 in (read, write) or read == write:
        verify(operator, run, kernels=PORTABLE)
    else:  # strict aliasing
        assert REFERENCE.overlap(operator, source, target) == Overlap()


@QUICK
@given(st.integers(1, 4), st.integers(1, 8), st.sampled_from((1, 2)))
def test_softmax(rows: int, depth: int, write: int) -> None:
    source, target = tensor(rows, depth), tensor(rows, depth, kind=TYPES[write])

    def run(arena: Arena) -> None:
        for row in range(rows):
            for _ in range(2):
                arena.read(row * depth, depth)
            for number in range(row * depth, (row + 1) * depth):
                arena.read(number)
                arena.write(number * write, write)

    verify(Operator("SOFTMAX", (source,), (target,), {"beta": 1.0}), run, kernels=PORTABLE)
    if write == 1:
        for code in ("L2_NORMALIZATION", "LOG_SOFTMAX"):
            verify(Operator(code, (source,), (target,)), run, kernels=GENERATED_C)


def test_inputs_that_are_broadcast_stay_apart() -> None:
    whole, part, target = tensor(1, 4, 4, 8), tensor(1, 1, 1, 8), tensor(1, 4, 4, 8)
    for inputs in ((whole, part), (part, whole)):
        operator = Operator("ADD", inputs, (target,))
        assert PORTABLE.overlap(operator, whole, target) == Overlap(0)
        assert PORTABLE.overlap(operator, part, target) == Overlap()


@QUICK
@given(st.integers(2, 20), st.integers(-20, 20), st.integers(-20, 20))
def test_two_inputs_at_once(count: int, first: int, second: int) -> None:
    """The output may overlap both inputs of ADD, each as its own rule says, and they each other not at all."""
    output = 40
    offsets = {"first": output + first, "second": output + second}
    assume(abs(first - second) >= count)

    def safe(distances: list[int]) -> bool:
        memory = dict.fromkeys(range(-40, 120))
        for name, offset in offsets.items():
            memory.update((offset + number, (name, number)) for number in range(count))
        for number in range(count):
            if any(memory[offset + number] != (name, number) for name, offset in offsets.items()):
                return False
            memory[output + number] = ("sum", number)
        return True

    operator = Operator("ADD", (tensor(count), tensor(count)), (tensor(count),))
    rule = PORTABLE.overlap(operator, operator.inputs[0], operator.outputs[0])  # type: ignore[arg-type]
    allowed = [rule.allows(distance) or distance <= -count for distance in (first, second)]
    assert safe([first, second]) == all(allowed)


def resized(length: int, outputs: int, kind: str, *, corners: bool, centers: bool) -> list[list[int]]:
    """Input positions of each output position, by the kernels' own arithmetic in single precision."""
    one = np.float32
    scale = one(length - 1) / one(outputs - 1) if corners and outputs > 1 else one(length) / one(outputs)
    positions = []
    for output in range(outputs):
        if kind == "RESIZE_NEAREST_NEIGHBOR":
            value = (one(output) + one(0.5 if centers else 0)) * scale
            positions.append([max(0, min(floor(value + one(0.5)) if corners else floor(value), length - 1))])
            continue
        value = (one(output) + one(0.5)) * scale - one(0.5) if centers else one(output) * scale
        positions.append([max(floor(value), 0), max(0, min(ceil(value), length - 1))])
    return positions


def resized_1024(length: int, outputs: int, *, corners: bool, centers: bool) -> list[list[int]]:
    """The same for the integers of the bilinear kernel of 8 bits; C divides toward zero."""
    shrunk = corners and outputs > 1
    scale = (1024 * (length - shrunk) + (outputs - shrunk) // 2) // (outputs - shrunk)
    positions = []
    for output in range(outputs):
        value = output * scale + (scale // 2 - 512 if centers else 0)
        positions.append([max(int(value / 1024), 0), min(int((value + 1023) / 1024), length - 1)])
    return positions


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(*[st.integers(1, 5)] * 4),
    st.integers(1, 2),
    st.integers(1, 3),
    st.sampled_from(((False, False), (True, False), (False, True))),
    st.sampled_from(("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR")),
    st.sampled_from((1, 4)),
)
def test_resize(
    sizes: tuple[int, ...], batches: int, depth: int, flags: tuple[bool, bool], code: str, element: int
) -> None:
    height, width, out_height, out_width = sizes
    corners, centers = flags
    kind = TYPES[element]
    source, target = (
        tensor(batches, height, width, depth, kind=kind),
        tensor(batches, out_height, out_width, depth, kind=kind),
    )
    operator = Operator(
        code,
        (source, numbers((out_height, out_width))),
        (target,),
        {"align_corners": corners, "half_pixel_centers": centers},
    )
    if code == "RESIZE_BILINEAR" and element == 1:
        rows, columns = (
            resized_1024(length, outputs, corners=corners, centers=centers)
            for length, outputs in ((height, out_height), (width, out_width))
        )
    else:
        rows, columns = (
            resized(length, outputs, code, corners=corners, centers=centers)
            for length, outputs in ((height, out_height), (width, out_width))
        )

    def run(arena: Arena) -> None:
        for place, (batch, row, column) in enumerate(product(range(batches), rows, columns)):
            pixels = [((batch * height + y) * width + x) * depth for y in row for x in column]
            if code == "RESIZE_NEAREST_NEIGHBOR":
                arena.memcpy(place * depth * element, pixels[0] * element, depth * element)
                continue
            for channel in range(depth):
                for pixel in pixels:
                    arena.read((pixel + channel) * element, element)
                arena.write((place * depth + channel) * element, element)

    verify(operator, run, kernels=PORTABLE)


@QUICK
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_mean_of_floats_over_the_image(batches: int, height: int, width: int, depth: int) -> None:
    kind = ElementType.FLOAT32
    source, target = tensor(batches, height, width, depth, kind=kind), tensor(batches, 1, 1, depth, kind=kind)
    operator = Operator("MEAN", (source, numbers((1, 2))), (target,), {"keep_dims": True})

    def run(arena: Arena) -> None:
        for batch, channel in product(range(batches), range(depth)):
            for pixel in range(batch * height * width, (batch + 1) * height * width):
                arena.read((pixel * depth + channel) * 4, 4)
            arena.write((batch * depth + channel) * 4, 4)

    verify(operator, run, tight=False, kernels=PORTABLE)


def test_transpose_conv_reads_everything_first() -> None:
    source, target = tensor(1, 2, 2, 4), tensor(1, 4, 4, 4)
    operator = Operator("TRANSPOSE_CONV", (numbers((1, 4, 4, 4)), tensor(4, 3, 3, 4), source), (target,))
    rule = REFERENCE.overlap(operator, source, target)
    assert all(rule.allows(distance) for distance in range(1 - source.bytes, target.bytes))
    assert CMSIS_NN_DSP.overlap(operator, source, target) == Overlap()


@pytest.mark.parametrize("code", ["TRANSPOSE", "BATCH_MATMUL", "GATHER", "CUSTOM", "MEAN", "A NEW ONE"])
def test_operators_without_a_rule_stay_apart(code: str) -> None:
    source, target = tensor(1, 4, 4, 8), tensor(1, 4, 4, 8)
    operator = Operator(code, (source, numbers((1,))), (target,))
    assert all(kernels.overlap(operator, source, target) == Overlap() for kernels in ALL)


def test_svdf_has_a_rule_in_generated_c_only() -> None:
    source, target = tensor(1, 4, 4, 8), tensor(1, 4, 4, 8)
    operator = Operator("SVDF", (source, numbers((1,))), (target,))
    assert all(kernels.overlap(operator, source, target) == Overlap() for kernels in ALL if not kernels.generated)


def test_files_that_no_runtime_takes_have_no_overlap() -> None:
    source, target = tensor(4, 4), tensor(4, 4)
    for code in ("CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "CONCATENATION", "STRIDED_SLICE", "PAD", "PACK"):
        for kernels in ALL:
            assert kernels.overlap(Operator(code, (source,), (target,)), source, target) == Overlap(), code


def test_a_pair_that_the_operator_does_not_have() -> None:
    operator = Operator("RELU", (tensor(4),), (tensor(4),))
    with pytest.raises(ValueError, match="no input"):
        PORTABLE.overlap(operator, Tensor("other", (4,), ElementType.INT8), operator.outputs[0])


def test_the_arena_notices() -> None:
    """The interpreter itself: a forward copy of a block works one byte below, fails one byte above."""

    def run(arena: Arena) -> None:
        for number in range(8):
            arena.copy(number, number)

    assert [works(run, 8, 8, distance) for distance in (1, 0, -1, -8)] == [True, True, False, True]
