"""Operators that move values, of all shapes: the copies that they make, replayed here, against NumPy."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.codegen.operators.registry import OPERATORS
from arenite.codegen.unit import Unit
from arenite.model import Data, ElementType, Operator, Quantization, Tensor

QUICK = settings(max_examples=150, deadline=None)
LENGTHS = st.integers(1, 5)
ZERO = 9
"""The zero point, which padding has."""


class Replay(Unit):
    """Does the calls of `arenite_copy` and `arenite_fill` on arrays of the tensors."""

    def __init__(self, memory) -> None:
        super().__init__(dict(zip(memory, range(0, 10**9, 10**6), strict=False)))
        self.memory = memory

    def pointer(self, tensor, *, extra=0, kind=None):
        return self.memory[tensor], extra

    target = pointer

    def array(self, kind, content, what):
        return np.frombuffer(content, np.int8), 0

    def call(self, kernel, *arguments, idle=False):
        if kernel == "fill":
            (value, _), width, count, (array, at) = arguments
            assert width == 1
            array[at : at + count] = value[0]
            return
        shape, (source, read), (output, write) = arguments
        length, counts, *steps = (value for _, value in shape.structure.fields)
        for index in product(*map(range, counts)):
            start, end = (
                first + sum(i * step for i, step in zip(index, walk, strict=True))
                for first, walk in zip((read, write), steps, strict=True)
            )
            assert min(start, end) >= 0
            output[end : end + length] = source[start : start + length]


def result(code, source, shape, *numbers, **options):
    """What the operator makes of an array; of what it does not write, the sanitizer would complain."""
    scale = Quantization((1.0,), (ZERO,))
    x = Tensor("x", source.shape, ElementType.INT8, None, scale)
    y = Tensor("y", tuple(shape), ElementType.INT8, None, scale)
    constants = [
        Tensor("n", array.shape, ElementType.INT32, Data(array.astype(np.int32).tobytes()))
        for array in map(np.array, numbers)
    ]
    memory = {x: source.ravel().copy(), y: np.full(prod(shape), 111, np.int8)}
    OPERATORS[code](Replay(memory), Operator(code, (x, *constants), (y,), options))
    return memory[y].reshape(shape)


def values(shape):
    return np.arange(prod(shape)).astype(np.int8).reshape(shape)


@QUICK
@given(st.data(), st.integers(1, 2))
def test_blocks_and_batches(data, axes):
    """Padded and split into blocks as reshaping does it, and back again with crops."""
    block = [data.draw(st.integers(1, 3)) for _ in range(axes)]
    shape = [data.draw(LENGTHS) for _ in range(axes)]
    before = [data.draw(st.integers(0, 4)) for _ in block]
    around = [(a, -(a + n) % b) for a, n, b in zip(before, shape, block, strict=True)]
    source = values((data.draw(st.integers(1, 2)), *shape, data.draw(st.integers(1, 3))))
    padded = np.pad(source, [(0, 0), *around, (0, 0)], constant_values=ZERO)
    made = [n // b for n, b in zip(padded.shape[1:-1], block, strict=True)]
    split = padded.reshape(source.shape[0], *(n for pair in zip(made, block, strict=True) for n in pair), -1)
    order = [*range(2, 2 * axes + 1, 2), 0, *range(1, 2 * axes, 2), 2 * axes + 1]
    batches = split.transpose(order).reshape(source.shape[0] * prod(block), *made, source.shape[-1])
    np.testing.assert_array_equal(result("SPACE_TO_BATCH_ND", source, batches.shape, block, around), batches)
    np.testing.assert_array_equal(result("BATCH_TO_SPACE_ND", batches, source.shape, block, around), source)


@QUICK
@given(st.tuples(LENGTHS, LENGTHS, LENGTHS, LENGTHS), st.integers(1, 3))
def test_blocks_and_depth(shape, block):
    images, rows, columns, channels = shape
    source = values((images, rows * block, columns * block, channels))
    split = source.reshape(images, rows, block, columns, block, channels).transpose(0, 1, 3, 2, 4, 5)
    deep = split.reshape(images, rows, columns, block * block * channels)
    np.testing.assert_array_equal(result("SPACE_TO_DEPTH", source, deep.shape, block_size=block), deep)
    np.testing.assert_array_equal(result("DEPTH_TO_SPACE", deep, source.shape, block_size=block), source)


@QUICK
@given(st.data(), st.lists(LENGTHS, min_size=1, max_size=5), st.integers(0, 1))
def test_mirrored_paddings(data, shape, mode):
    most = [n - 1 + mode for n in shape]
    around = [(data.draw(st.integers(0, n)), data.draw(st.integers(0, n))) for n in most]
    mirrored = np.pad(values(shape), around, ("reflect", "symmetric")[mode])
    np.testing.assert_array_equal(result("MIRROR_PAD", values(shape), mirrored.shape, around, mode=mode), mirrored)


@QUICK
@given(st.data(), st.lists(LENGTHS, min_size=1, max_size=5))
def test_reversed_axes(data, shape):
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
    np.testing.assert_array_equal(result("REVERSE_V2", values(shape), shape, axes), np.flip(values(shape), axes))


@QUICK
@given(st.data(), st.lists(LENGTHS, min_size=1, max_size=5))
def test_broadcasts(data, shape):
    own = [data.draw(st.sampled_from((1, n))) for n in shape][data.draw(st.integers(0, len(shape) - 1)) :]
    whole = np.broadcast_to(values(own), shape)
    np.testing.assert_array_equal(result("BROADCAST_TO", values(own), shape, shape), whole)
