"""Arenite's own kernels: rules against what the generated calls do in memory."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kernel_cases import ELEMENTS, TYPES, check, numbers, shapes, tensor, weights

from arenite.backends import Overlap
from arenite.backends.generated_c.overlap import SHORT
from arenite.backends.sets import GENERATED_C
from arenite.codegen.operators.registry import OPERATORS
from arenite.codegen.unit import Unit
from arenite.model import Operator
from arenite.operators.windows import EXPLICIT

if TYPE_CHECKING:
    from kernel_arena import Arena, Kernel
    from kernel_loops import Shape

QUICK = settings(max_examples=120, deadline=None)
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


class Recorder(Unit):
    """Keeps the calls of `arenite_copy`: bytes of a run, counts, steps, and where they begin in which tensor."""

    def __init__(self) -> None:
        super().__init__(_Apart())
        self.copies: list[tuple] = []

    def pointer(self, tensor, *, extra=0, kind=None):
        return tensor, extra

    def target(self, tensor, *, extra=0, kind=None):
        return tensor, extra

    def call(self, kernel, *arguments, idle=False):
        assert kernel == "copy"
        assert not idle
        self.copies.append(arguments)


class _Apart(dict):
    def __missing__(self, key):
        self[key] = 100_000 * (len(self) + 1)
        return self[key]


def copying(operator: Operator, position: int, output: int) -> Kernel:
    """What `arenite_copy` does for an operator to one input and one output; the other inputs are just written."""
    unit = Recorder()
    OPERATORS[operator.code](unit, operator)
    source, target = operator.inputs[position], operator.outputs[output]

    def run(arena: Arena) -> None:
        for shape, (read_of, reads), (written, writes) in unit.copies:
            length, counts, read, write = (value for _, value in shape.structure.fields)
            for index in product(*map(range, counts)):
                at = reads + sum(i * step for i, step in zip(index, read, strict=True))
                to = writes + sum(i * step for i, step in zip(index, write, strict=True))
                if written is not target:
                    arena.read(at, length)
                elif read_of is not source:
                    arena.write(to, length)
                elif length >= SHORT:
                    arena.copy(to, at, length)
                else:
                    for byte in range(length):
                        arena.copy(to + byte, at + byte)

    return run


def verify(operator: Operator, position: int = 0, output: int = 0) -> None:
    source, target = operator.inputs[position], operator.outputs[output]
    assert source is not None
    rule = GENERATED_C.overlap(operator, source, target)
    check(rule, copying(operator, position, output), source.bytes, target.bytes, tight=False)


@QUICK
@given(SHAPES, ELEMENTS, st.data())
def test_views_of_the_whole(shape: tuple[int, ...], element: int, data: st.DataObject) -> None:
    source, target = tensor(*shape, kind=TYPES[element]), tensor(prod(shape), kind=TYPES[element])
    verify(
        Operator(data.draw(st.sampled_from(("RESHAPE", "SQUEEZE", "EXPAND_DIMS"))), (source, numbers((0,))), (target,))
    )


@QUICK
@given(SHAPES, ELEMENTS, st.data())
def test_slices(shape: tuple[int, ...], element: int, data: st.DataObject) -> None:
    begin = [data.draw(st.integers(0, length - 1)) for length in shape]
    size = [data.draw(st.integers(1, length - first)) for length, first in zip(shape, begin, strict=True)]
    source, target = tensor(*shape, kind=TYPES[element]), tensor(*size, kind=TYPES[element])
    verify(Operator("SLICE", (source, numbers(begin), numbers(size)), (target,)))


@QUICK
@given(SHAPES, ELEMENTS, st.data())
def test_strided_slices(shape: tuple[int, ...], element: int, data: st.DataObject) -> None:
    begin = [data.draw(st.integers(0, length - 1)) for length in shape]
    end = [data.draw(st.integers(first + 1, length)) for length, first in zip(shape, begin, strict=True)]
    strides = [data.draw(st.integers(1, 3)) for _ in shape]
    size = [-(-(last - first) // step) for first, last, step in zip(begin, end, strides, strict=True)]
    source, target = tensor(*shape, kind=TYPES[element]), tensor(*size, kind=TYPES[element])
    verify(Operator("STRIDED_SLICE", (source, numbers(begin), numbers(end), numbers(strides)), (target,)))


@QUICK
@given(SHAPES, ELEMENTS, st.data())
def test_parts(shape: tuple[int, ...], element: int, data: st.DataObject) -> None:
    """CONCATENATION and SPLIT_V along any axis, every part."""
    axis = data.draw(st.integers(0, len(shape) - 1))
    lengths = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    parts = [tensor(*shape[:axis], length, *shape[axis + 1 :], kind=TYPES[element]) for length in lengths]
    whole = tensor(*shape[:axis], sum(lengths), *shape[axis + 1 :], kind=TYPES[element])
    for number in range(len(parts)):
        verify(Operator("CONCATENATION", tuple(parts), (whole,), {"axis": axis}), number)
        verify(Operator("SPLIT_V", (whole, numbers(lengths), numbers([axis])), tuple(parts)), 0, number)


@QUICK
@given(SHAPES, ELEMENTS, st.data())
def test_pack_and_unpack(shape: tuple[int, ...], element: int, data: st.DataObject) -> None:
    axis, count = data.draw(st.integers(0, len(shape))), data.draw(st.integers(1, 4))
    parts = [tensor(*shape, kind=TYPES[element]) for _ in range(count)]
    whole = tensor(*shape[:axis], count, *shape[axis:], kind=TYPES[element])
    for number in range(count):
        verify(Operator("PACK", tuple(parts), (whole,), {"axis": axis}), number)
        verify(Operator("UNPACK", (whole,), tuple(parts), {"axis": axis, "num": count}), 0, number)


def test_rows_of_one_image_are_views() -> None:
    """What strips are cut out of, and joined in, lies at its place: no bytes are moved."""
    whole, part = tensor(1, 8, 4, 4), tensor(1, 2, 4, 4)
    taken = Operator("SLICE", (whole, numbers((0, 3, 0, 0)), numbers((1, 2, 4, 4))), (part,))
    assert GENERATED_C.overlap(taken, whole, part).intact == (-3 * 16,)
    parts = tuple(tensor(1, 2, 4, 4) for _ in range(4))
    joined = Operator("CONCATENATION", parts, (whole,), {"axis": 1})
    assert [GENERATED_C.overlap(joined, each, whole).intact for each in parts] == [(32 * i,) for i in range(4)]


@QUICK
@given(shapes(dilated=True), st.sampled_from((1, 4)), st.booleans(), st.data())
def test_windows(drawn: tuple[Shape, int], together: int, per_channel: bool, data: st.DataObject) -> None:
    """Convolutions: the window of one channel, or of four, is read before these are written; padding is explicit."""
    shape, _ = drawn
    above, left = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))
    source = tensor(shape.batches, shape.height, shape.width, shape.depth)
    depth = shape.depth if per_channel else shape.out_depth
    target = tensor(shape.batches, shape.out_height, shape.out_width, depth)
    options = {
        "padding": 1,
        "stride_h": shape.stride[0],
        "stride_w": shape.stride[1],
        "dilation_h_factor": shape.dilation[0],
        "dilation_w_factor": shape.dilation[1],
        EXPLICIT: (above, left),
    }
    code, filters = (
        ("DEPTHWISE_CONV_2D", weights(1, *shape.kernel, depth))
        if per_channel
        else ("CONV_2D", weights(depth, *shape.kernel, shape.depth))
    )
    operator = Operator(code, (source, filters), (target,), options)
    rule = GENERATED_C.overlap(operator, source, target)
    assume(rule.distance is not None)

    def run(arena: Arena) -> None:
        places = product(range(shape.batches), range(shape.out_height), range(shape.out_width))
        for pixel, (batch, row, column) in enumerate(places):
            window = [
                (batch * shape.height + y) * shape.width + x
                for ky, kx in product(range(shape.kernel[0]), range(shape.kernel[1]))
                if 0 <= (y := row * shape.stride[0] - above + ky * shape.dilation[0]) < shape.height
                and 0 <= (x := column * shape.stride[1] - left + kx * shape.dilation[1]) < shape.width
            ]
            quads = depth // 4 * 4 if together == 4 else 0
            for first in [*range(0, quads, 4), *range(quads, depth)]:
                size = 4 if first < quads else 1
                for at in window:
                    start, length = (first, size) if per_channel else (0, shape.depth)
                    arena.read(at * shape.depth + start, length)
                arena.write(pixel * depth + first, size)

    check(rule, run, source.bytes, target.bytes, tight=together == 1)


@QUICK
@given(st.integers(1, 30), ELEMENTS, ELEMENTS)
def test_casts(count: int, read: int, write: int) -> None:
    """Element after element (arenite_cast.c), where the compiler keeps that order."""
    source, target = tensor(count, kind=TYPES[read]), tensor(count, kind=TYPES[write])
    rule = GENERATED_C.overlap(Operator("CAST", (source,), (target,)), source, target)

    def run(arena: Arena) -> None:
        for number in range(count):
            arena.read(number * read, read)
            arena.write(number * write, write)

    check(rule, run, source.bytes, target.bytes, tight=rule.distance is not None)


@QUICK
@given(*(st.integers(1, most) for most in (3, 12, 12)), st.sampled_from((1, 4)))
def test_svdf(batches: int, depth: int, units: int, element: int) -> None:
    """The input of all batches goes into the state, which lies elsewhere; then the output is written."""
    kind = TYPES[element]
    source, target = tensor(batches, depth, kind=kind), tensor(batches, units, kind=kind)
    matrices = weights(units, depth, kind=kind), weights(units, 3, kind=kind)
    operator = Operator("SVDF", (source, *matrices, None, tensor(batches, 3 * units)), (target,), {"rank": 1})

    def run(arena: Arena) -> None:
        arena.read(0, source.bytes)
        for number in range(batches * units):
            arena.write(number * element, element)

    rule = GENERATED_C.overlap(operator, source, target)
    assert rule.allows(1 - source.bytes)
    check(rule, run, source.bytes, target.bytes, tight=False)
    assert GENERATED_C.overlap(operator, operator.inputs[1], target).distance is None


@pytest.mark.parametrize("code", ["BATCH_MATMUL", "GATHER", "ARG_MAX", "FULLY_CONNECTED"])
def test_kernels_that_read_again_have_no_rule(code: str) -> None:
    """The second input of a product, a table, and what is read once for every unit."""
    first, second, target = tensor(4, 4), tensor(4, 4), tensor(4, 4)
    rule = GENERATED_C.overlap(Operator(code, (first, second), (target,)), second, target)
    assert rule == Overlap()


def test_a_tensor_read_twice_obeys_both_rules() -> None:
    whole, twice = tensor(1, 16), tensor(2, 16)
    joined = Operator("CONCATENATION", (whole, whole), (twice,), {"axis": 0})
    rule = GENERATED_C.overlap(joined, whole, twice)
    assert not rule.allows(0)
    assert rule.allows(16)
