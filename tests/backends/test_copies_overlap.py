"""Copies, views and padding: rules against the loops of the kernels."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kernel_cases import ELEMENTS, TYPES, gather, numbers, tensor, verify

from arenite.backends import Overlap
from arenite.backends.sets import CMSIS_NN_DSP, PORTABLE, REFERENCE
from arenite.model import Operator

if TYPE_CHECKING:
    from kernel_arena import Arena, Kernel

QUICK = settings(max_examples=80, deadline=None)
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def indices(shape: tuple[int, ...]) -> np.ndarray:
    """Every element of a tensor holds its own number."""
    return np.arange(prod(shape)).reshape(shape)


def test_a_tensor_that_is_read_twice_obeys_both_rules() -> None:
    whole, target = tensor(1, 8), tensor(1, 8)
    assert PORTABLE.overlap(Operator("ADD", (whole, whole), (target,)), whole, target) == Overlap(0)
    twice = tensor(2, 8)
    joined = Operator("CONCATENATION", (whole, whole), (twice,), {"axis": 0})

    def run(arena: Arena) -> None:
        arena.memcpy(0, 0, 8)
        arena.memcpy(8, 0, 8)

    verify(joined, run, kernels=PORTABLE)
    assert PORTABLE.overlap(joined, whole, twice).exactly == (8,)


@QUICK
@given(SHAPES, st.data())
def test_pad(shape: tuple[int, ...], data: st.DataObject) -> None:
    paddings = [(data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))) for _ in shape]
    element = data.draw(ELEMENTS)
    padded = np.pad(indices(shape), paddings, constant_values=-1)
    source, target = tensor(*shape, kind=TYPES[element]), tensor(*padded.shape, kind=TYPES[element])
    operator = Operator("PAD", (source, numbers([n for pair in paddings for n in pair], len(shape), 2)), (target,))

    def run(arena: Arena) -> None:
        for place, number in enumerate(padded.reshape(-1).tolist()):
            if number < 0:
                arena.write(place * element, element)
            else:
                arena.copy(place * element, number * element, element)

    verify(operator, run, kernels=REFERENCE, tight=prod(shape) > 1)
    verify(operator, run, kernels=PORTABLE, tight=False)


@QUICK
@given(SHAPES, st.data())
def test_pad_of_cmsis(shape: tuple[int, ...], data: st.DataObject) -> None:
    paddings = [(data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))) for _ in shape]
    padded = np.pad(indices(shape), paddings, constant_values=-1)
    source, target = tensor(*shape), tensor(*padded.shape)
    operator = Operator("PAD", (source, numbers([n for pair in paddings for n in pair], len(shape), 2)), (target,))
    block = shape[-1] if any(paddings[-1]) or len(shape) < 2 else shape[-1] * shape[-2]

    def run(arena: Arena) -> None:
        place, flat = 0, padded.reshape(-1).tolist()
        while place < len(flat):
            if flat[place] < 0:
                arena.write(place)
                place += 1
            else:
                arena.memcpy(place, flat[place], block)
                place += block

    verify(operator, run, kernels=CMSIS_NN_DSP)


@settings(max_examples=300, deadline=None)
@given(SHAPES, st.data())
def test_concatenation(shape: tuple[int, ...], data: st.DataObject) -> None:
    axis, element = data.draw(st.integers(-len(shape), len(shape) - 1)), data.draw(ELEMENTS)
    lengths = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    inputs = []
    for length in lengths:
        sizes = list(shape)
        sizes[axis] = length
        inputs.append(tensor(*sizes, kind=TYPES[element]))
    whole = list(shape)
    whole[axis] = sum(lengths)
    operator = Operator("CONCATENATION", tuple(inputs), (tensor(*whole, kind=TYPES[element]),), {"axis": axis})
    outer, inner = prod(whole[: axis % len(shape)]), prod(whole[axis % len(shape) + 1 :]) * element

    def run_for(position: int) -> Kernel:
        def run(arena: Arena) -> None:
            place = 0
            for number in range(outer):
                for other, length in enumerate(lengths):
                    if other == position:
                        arena.memcpy(place, number * length * inner, length * inner)
                    else:
                        arena.write(place, length * inner)
                    place += length * inner

        return run

    for position in range(len(inputs)):
        verify(operator, run_for(position), source=position, kernels=PORTABLE)


@QUICK
@given(SHAPES, st.data())
def test_split(shape: tuple[int, ...], data: st.DataObject) -> None:
    axis, element = data.draw(st.integers(-len(shape), len(shape) - 1)), data.draw(ELEMENTS)
    lengths = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    whole = list(shape)
    whole[axis] = sum(lengths)
    parts = np.split(indices(tuple(whole)), np.cumsum(lengths)[:-1], axis=axis % len(shape))
    outputs = tuple(tensor(*part.shape, kind=TYPES[element]) for part in parts)
    source = tensor(*whole, kind=TYPES[element])
    operator = Operator("SPLIT_V", (source, numbers(lengths), numbers([axis])), outputs)
    outer = prod(whole[: axis % len(shape)])
    blocks = [part.reshape(outer, -1) for part in parts]

    def run_for(output: int) -> Kernel:
        def run(arena: Arena) -> None:
            for number in range(outer):
                for other, block in enumerate(blocks):
                    for place, origin in enumerate(block[number].tolist(), number * block.shape[1]):
                        if other == output:
                            arena.copy(place * element, origin * element, element)
                        else:
                            arena.read(origin * element, element)

        return run

    for output in range(len(outputs)):
        last = output == len(outputs) - 1 and blocks[-1].size == outer  # what is read last may be overwritten
        verify(operator, run_for(output), target=output, tight=not last, kernels=PORTABLE)


@QUICK
@given(SHAPES, st.integers(1, 4), st.data())
def test_pack_and_unpack(shape: tuple[int, ...], count: int, data: st.DataObject) -> None:
    axis, element = data.draw(st.integers(0, len(shape))), data.draw(ELEMENTS)
    whole = [*shape[:axis], count, *shape[axis:]]
    parts = tuple(tensor(*shape, kind=TYPES[element]) for _ in range(count))
    joined = tensor(*whole, kind=TYPES[element])
    outer, block = prod(shape[:axis]), prod(shape[axis:])

    def run_for(chosen: int, *, packing: bool) -> Kernel:
        def run(arena: Arena) -> None:
            for part, number, each in product(range(count), range(outer), range(block)):
                small, large = (number * block + each) * element, ((number * count + part) * block + each) * element
                if part == chosen:
                    arena.copy(*((large, small) if packing else (small, large)), element)
                elif packing:
                    arena.write(large, element)
                else:
                    arena.read(large, element)

        return run

    pack = Operator("PACK", parts, (joined,), {"axis": axis, "values_count": count})
    unpack = Operator("UNPACK", (joined,), parts, {"axis": axis, "num": count})
    single = block == 1  # the last element of an input is copied further than any that has another after it
    for chosen in range(count):
        verify(pack, run_for(chosen, packing=True), source=chosen, tight=not single, kernels=PORTABLE)
        verify(unpack, run_for(chosen, packing=False), target=chosen, tight=not single, kernels=PORTABLE)


@QUICK
@given(SHAPES, st.data())
def test_slice(shape: tuple[int, ...], data: st.DataObject) -> None:
    element = data.draw(ELEMENTS)
    begin = [data.draw(st.integers(0, length - 1)) for length in shape]
    size = [data.draw(st.integers(1, length - start)) for length, start in zip(shape, begin, strict=True)]
    taken = indices(shape)[tuple(slice(start, start + count) for start, count in zip(begin, size, strict=True))]
    source, target = tensor(*shape, kind=TYPES[element]), tensor(*size, kind=TYPES[element])
    operator = Operator("SLICE", (source, numbers(begin), numbers(size)), (target,))
    verify(operator, gather(taken.reshape(-1).tolist(), element), tight=size[-1] > 1, kernels=PORTABLE)
    unknown = Operator("SLICE", (source, tensor(len(shape)), tensor(len(shape))), (target,))
    verify(unknown, gather(taken.reshape(-1).tolist(), element), tight=False, kernels=PORTABLE)


@settings(max_examples=300, deadline=None)
@given(SHAPES, st.data())
def test_strided_slice(shape: tuple[int, ...], data: st.DataObject) -> None:
    element = data.draw(ELEMENTS)
    begin = [data.draw(st.integers(-length, length)) for length in shape]
    end = [data.draw(st.integers(-length, length)) for length in shape]
    strides = [data.draw(st.integers(1, 3)) for _ in shape]
    masks = [data.draw(st.integers(0, (1 << len(shape)) - 1)) for _ in range(2)]
    cuts = []
    for axis, (first, last, stride) in enumerate(zip(begin, end, strides, strict=True)):
        cuts.append(slice(None if masks[0] >> axis & 1 else first, None if masks[1] >> axis & 1 else last, stride))
    taken = indices(shape)[tuple(cuts)]
    assume(taken.size)
    source, target = tensor(*shape, kind=TYPES[element]), tensor(*taken.shape, kind=TYPES[element])
    constants = tuple(numbers(values) for values in (begin, end, strides))
    operator = Operator(
        "STRIDED_SLICE", (source, *constants), (target,), {"begin_mask": masks[0], "end_mask": masks[1]}
    )

    def runs(arena: Arena) -> None:
        length = taken.shape[-1]
        for number, origin in enumerate(taken.reshape(-1, length)[:, 0].tolist()):
            arena.memcpy(number * length * element, origin * element, length * element)

    by_run = strides[-1] == 1
    runs if by_run else gather(taken.reshape(-1).tolist(), element)
    verify(
        operator,
        runs if by_run else gather(taken.reshape(-1).tolist(), element),
        tight=by_run,
        kernels=PORTABLE,
    )


def test_whole_rows_are_views() -> None:
    """Where nothing but whole rows is moved, the input stays as it is, so several views may share it."""
    whole, part, image = tensor(1, 6, 5, 4), tensor(1, 2, 5, 4), tensor(6, 20)
    row = tensor(20)
    rows = {
        "CONCATENATION": (Operator("CONCATENATION", (part, tensor(1, 4, 5, 4)), (whole,), {"axis": 1}), part, whole, 0),
        "SLICE": (
            Operator("SLICE", (whole, numbers((0, 3, 0, 0)), numbers((1, 2, 5, 4))), (part,)),
            whole,
            part,
            -60,
        ),
        "STRIDED_SLICE": (
            Operator(
                "STRIDED_SLICE",
                (whole, numbers((0, 1, 0, 0)), numbers((1, 3, 5, 4)), numbers((1, 1, 1, 1))),
                (part,),
            ),
            whole,
            part,
            -20,
        ),
        "SPLIT": (
            Operator("SPLIT", (numbers((1,)), whole), (tensor(1, 2, 5, 4), part, tensor(1, 2, 5, 4))),
            whole,
            part,
            -40,
        ),
        "PACK": (Operator("PACK", (*(tensor(20) for _ in range(5)), row), (image,), {"axis": 0}), row, image, 100),
        "UNPACK": (Operator("UNPACK", (image,), (tensor(20), row, *[tensor(20)] * 4), {"axis": 0}), image, row, -20),
        "PAD": (
            Operator("PAD", (part, numbers((0, 0, 3, 1, 0, 0, 0, 0), 4, 2)), (whole,)),
            part,
            whole,
            60,
        ),
        "RESHAPE": (Operator("RESHAPE", (tensor(20),), (row,)), None, row, 0),
        "EXPAND_DIMS": (Operator("EXPAND_DIMS", (tensor(20), numbers((0,))), (row,)), None, row, 0),
    }
    for code, (operator, read, write, view) in rows.items():
        source = read or operator.inputs[0]
        assert source is not None
        assert PORTABLE.overlap(operator, source, write).intact == (view,), code


def test_reshape_and_squeeze() -> None:
    for code in ("RESHAPE", "SQUEEZE"):
        operator = Operator(code, (tensor(1, 2, 8),), (tensor(16),))
        verify(operator, lambda arena: arena.memcpy(0, 0, 16), kernels=PORTABLE)
