"""Elementwise operators, copies, padding and resizing: rules against the loops of the kernels."""

from __future__ import annotations

from itertools import product
from math import ceil, floor, prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kernel_arena import Arena, Kernel, works
from kernel_cases import TYPES, check, numbers, tensor

from arenite.kernels import Kernels, Overlap, overlap
from arenite.model import ElementType, Operator, Tensor

QUICK = settings(max_examples=80, deadline=None)
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)
ELEMENTS = st.sampled_from((1, 2, 4))


def verify(
    operator: Operator, kernel: Kernel, *, tight: bool = True, source: int = 0, target: int = 0, kernels: Kernels
) -> None:
    read, write = operator.inputs[source], operator.outputs[target]
    assert read is not None
    check(overlap(operator, read, write, kernels), kernel, read.bytes, write.bytes, tight=tight)


def indices(shape: tuple[int, ...]) -> np.ndarray:
    """Every element of a tensor holds its own number."""
    return np.arange(prod(shape)).reshape(shape)


def gather(sources: np.ndarray, element: int) -> Kernel:
    """Copies element by element, in the order of the output."""

    def run(arena: Arena) -> None:
        for target, source in enumerate(sources.reshape(-1).tolist()):
            arena.copy(target * element, source * element, element)

    return run


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

    for kernels in Kernels:
        for code in ("RELU", "LOGISTIC"):
            verify(Operator(code, (source,), (target,)), run, tight=block == 1, kernels=kernels)
    verify(Operator("EXPAND_DIMS", (source,), (target,)), gather(indices((count,)), element), kernels=Kernels.PORTABLE)


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
        verify(operator, run, kernels=Kernels.PORTABLE)
    else:  # strict aliasing
        assert overlap(operator, source, target, Kernels.REFERENCE) == Overlap()


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

    verify(Operator("SOFTMAX", (source,), (target,), {"beta": 1.0}), run, kernels=Kernels.PORTABLE)


def test_inputs_that_are_broadcast_stay_apart() -> None:
    whole, part, target = tensor(1, 4, 4, 8), tensor(1, 1, 1, 8), tensor(1, 4, 4, 8)
    for inputs in ((whole, part), (part, whole)):
        operator = Operator("ADD", inputs, (target,))
        assert overlap(operator, whole, target, Kernels.PORTABLE) == Overlap(0)
        assert overlap(operator, part, target, Kernels.PORTABLE) == Overlap()


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
    rule = overlap(operator, operator.inputs[0], operator.outputs[0], Kernels.PORTABLE)  # type: ignore[arg-type]
    allowed = [rule.allows(distance) or distance <= -count for distance in (first, second)]
    assert safe([first, second]) == all(allowed)


def test_a_tensor_that_is_read_twice_obeys_both_rules() -> None:
    whole, target = tensor(1, 8), tensor(1, 8)
    assert overlap(Operator("ADD", (whole, whole), (target,)), whole, target, Kernels.PORTABLE) == Overlap(0)
    twice = tensor(2, 8)
    joined = Operator("CONCATENATION", (whole, whole), (twice,), {"axis": 0})

    def run(arena: Arena) -> None:
        arena.memcpy(0, 0, 8)
        arena.memcpy(8, 0, 8)

    verify(joined, run, kernels=Kernels.PORTABLE)
    assert overlap(joined, whole, twice, Kernels.PORTABLE).exactly == (8,)


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

    verify(operator, run, kernels=Kernels.REFERENCE, tight=prod(shape) > 1)
    verify(operator, run, kernels=Kernels.PORTABLE, tight=False)


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

    verify(operator, run, kernels=Kernels.CMSIS_NN_DSP)


@QUICK
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
        verify(operator, run_for(position), source=position, kernels=Kernels.PORTABLE)


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
        verify(operator, run_for(output), target=output, tight=not last, kernels=Kernels.PORTABLE)


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
        verify(pack, run_for(chosen, packing=True), source=chosen, tight=not single, kernels=Kernels.PORTABLE)
        verify(unpack, run_for(chosen, packing=False), target=chosen, tight=not single, kernels=Kernels.PORTABLE)


@QUICK
@given(SHAPES, st.data())
def test_slice(shape: tuple[int, ...], data: st.DataObject) -> None:
    element = data.draw(ELEMENTS)
    begin = [data.draw(st.integers(0, length - 1)) for length in shape]
    size = [data.draw(st.integers(1, length - start)) for length, start in zip(shape, begin, strict=True)]
    taken = indices(shape)[tuple(slice(start, start + count) for start, count in zip(begin, size, strict=True))]
    source, target = tensor(*shape, kind=TYPES[element]), tensor(*size, kind=TYPES[element])
    operator = Operator("SLICE", (source, numbers(begin), numbers(size)), (target,))
    verify(operator, gather(taken, element), tight=size[-1] > 1, kernels=Kernels.PORTABLE)
    unknown = Operator("SLICE", (source, tensor(len(shape)), tensor(len(shape))), (target,))
    verify(unknown, gather(taken, element), tight=False, kernels=Kernels.PORTABLE)


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
    verify(operator, runs if by_run else gather(taken, element), tight=by_run, kernels=Kernels.PORTABLE)


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
        "EXPAND_DIMS": (Operator("EXPAND_DIMS", (tensor(20),), (row,)), None, row, 0),
    }
    for code, (operator, read, write, view) in rows.items():
        source = read or operator.inputs[0]
        assert source is not None
        assert overlap(operator, source, write, Kernels.PORTABLE).intact == (view,), code


def test_reshape_and_squeeze() -> None:
    for code in ("RESHAPE", "SQUEEZE"):
        operator = Operator(code, (tensor(1, 2, 8),), (tensor(16),))
        verify(operator, lambda arena: arena.memcpy(0, 0, 16), kernels=Kernels.PORTABLE)


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
    """The same for the integers of the bilinear kernel of 8 bits; C divides towards zero."""
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

    verify(operator, run, kernels=Kernels.PORTABLE)


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

    verify(operator, run, tight=False, kernels=Kernels.PORTABLE)


def test_transpose_conv_reads_everything_first() -> None:
    source, target = tensor(1, 2, 2, 4), tensor(1, 4, 4, 4)
    operator = Operator("TRANSPOSE_CONV", (numbers((1, 4, 4, 4)), tensor(4, 3, 3, 4), source), (target,))
    rule = overlap(operator, source, target, Kernels.REFERENCE)
    assert all(rule.allows(distance) for distance in range(1 - source.bytes, target.bytes))
    assert overlap(operator, source, target, Kernels.CMSIS_NN_DSP) == Overlap()


@pytest.mark.parametrize("code", ["TRANSPOSE", "BATCH_MATMUL", "GATHER", "SVDF", "CUSTOM", "MEAN", "A NEW ONE"])
def test_operators_without_a_rule_stay_apart(code: str) -> None:
    source, target = tensor(1, 4, 4, 8), tensor(1, 4, 4, 8)
    operator = Operator(code, (source, numbers((1,))), (target,))
    assert all(overlap(operator, source, target, kernels) == Overlap() for kernels in Kernels)


def test_files_that_no_runtime_takes_have_no_overlap() -> None:
    source, target = tensor(4, 4), tensor(4, 4)
    for code in ("CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "CONCATENATION", "STRIDED_SLICE", "PAD", "PACK"):
        for kernels in Kernels:
            assert overlap(Operator(code, (source,), (target,)), source, target, kernels) == Overlap(), code


def test_a_pair_that_the_operator_does_not_have() -> None:
    operator = Operator("RELU", (tensor(4),), (tensor(4),))
    with pytest.raises(ValueError, match="no input"):
        overlap(operator, Tensor("other", (4,), ElementType.INT8), operator.outputs[0], Kernels.PORTABLE)


def test_the_arena_notices() -> None:
    """The interpreter itself: a forward copy of a block works one byte below, fails one byte above."""

    def run(arena: Arena) -> None:
        for number in range(8):
            arena.copy(number, number)

    assert [works(run, 8, 8, distance) for distance in (1, 0, -1, -8)] == [True, True, False, True]
