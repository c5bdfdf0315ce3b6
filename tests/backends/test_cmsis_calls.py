"""What generated C passes on to CMSIS-NN, and where the outputs of these calls may lie."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from kernel_cases import VALID, convolution, depthwise, pool, shapes, tensor, verify
from kernel_loops import Shape, pointwise_dsp

from arenite.backends.generated_c import calls as cmsis_calls
from arenite.backends.generated_c.calls import called, rows_at_once
from arenite.backends.sets import ALL, C_CMSIS_NN_DSP, C_CMSIS_NN_MVE, C_CMSIS_NN_SCALAR, CMSIS_NN_DSP
from arenite.model import ElementType, Operator
from arenite.operators.windows import EXPLICIT

if TYPE_CHECKING:
    from kernel_arena import Arena, Kernel

SCALAR, DSP, MVE = C_CMSIS_NN_SCALAR, C_CMSIS_NN_DSP, C_CMSIS_NN_MVE
GENERATED = (SCALAR, DSP, MVE)
ONES = (1, 1)


def image(height: int, width: int, depth: int, out_depth: int, kernel: tuple[int, int] = ONES) -> Shape:
    """Stride 1 and as much padding as makes the output as large as the input."""
    padding = ((kernel[0] - 1) // 2, (kernel[1] - 1) // 2)
    return Shape(1, height, width, depth, height, width, out_depth, kernel, ONES, ONES, padding)


def in_parts(shape: Shape, rows: int) -> Kernel:
    """arm_convolve_1x1_s8_fast for some rows of the image after the other."""

    def run(arena: Arena) -> None:
        for first in range(0, shape.height, rows):
            some = min(rows, shape.height - first)
            part = replace(shape, height=some, out_height=some)
            pointwise_dsp(part)(
                _Further(arena, first * shape.width * shape.depth, first * shape.width * shape.out_depth)  # type: ignore[arg-type]
            )

    return run


class _Further:
    """An arena in which a kernel sees what lies some bytes further."""

    def __init__(self, arena: Arena, read: int, write: int) -> None:
        self._arena, self._read, self._write = arena, read, write

    def read(self, offset: int, size: int = 1) -> None:
        self._arena.read(offset + self._read, size)

    def write(self, offset: int, size: int = 1) -> None:
        self._arena.write(offset + self._write, size)


@settings(max_examples=80, deadline=None)
@given(shapes())
def test_pointwise_convolutions_some_rows_at_a_time(case: tuple[Shape, int]) -> None:
    base, padding = case
    shape = image(base.height, base.width, base.depth, base.out_depth)
    operator = convolution(shape, padding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cmsis_calls, "LEAST_PIXELS", 5)
        for kernels in (SCALAR, DSP):
            assert called(operator, kernels.cmsis_nn)
            rows = rows_at_once(operator, kernels.cmsis_nn)
            assert bool(rows) == (shape.out_depth > 2 and shape.height > -(-5 // shape.width))
            verify(operator, in_parts(shape, rows or shape.height), tight=False, kernels=kernels)
    assert rows_at_once(operator, MVE.cmsis_nn) == 0


def test_a_whole_image_would_have_to_be_apart() -> None:
    operator = convolution(image(24, 24, 8, 8), VALID)
    source, target = operator.inputs[0], operator.outputs[0]
    assert source is not None
    assert CMSIS_NN_DSP.overlap(operator, source, target).distance is None
    assert DSP.overlap(operator, source, target).distance == 2 * 24 * 8


def test_strips_keep_to_what_padding_can_express() -> None:
    """Rows above are given, those below follow from the sizes; a window that lies on padding alone is not made."""
    shape = image(8, 8, 4, 4, (3, 3))
    below, nowhere = (convolution(each, VALID) for each in (shape, replace(shape, out_height=9)))
    assert all(called(below, kernels.cmsis_nn) and not called(nowhere, kernels.cmsis_nn) for kernels in GENERATED)
    above = replace(below, options={**below.options, EXPLICIT: (3, 1)})
    assert not any(called(above, kernels.cmsis_nn) for kernels in GENERATED)


def test_a_pointwise_convolution_makes_as_many_pixels_as_there_are() -> None:
    fewer = convolution(replace(image(4, 4, 4, 4), out_height=3), VALID)
    assert not any(called(fewer, kernels.cmsis_nn) for kernels in GENERATED)


def test_depthwise_3x3_always_reads_its_middle_column() -> None:
    """As where a padding of two columns on the right was folded."""
    operator = depthwise(image(6, 6, 4, 4, (3, 3)), VALID)
    operator = replace(operator, options={**operator.options, EXPLICIT: (1, 1)})
    assert [called(operator, kernels.cmsis_nn) for kernels in GENERATED] == [True, True, True]
    operator = replace(operator, options={**operator.options, EXPLICIT: (1, 0)})
    assert [called(operator, kernels.cmsis_nn) for kernels in GENERATED] == [False, False, True]


@pytest.mark.parametrize(("stride", "width", "outputs", "left", "fits"), [
    (1, 8, 8, 1, True), (1, 8, 6, 0, True), (2, 8, 4, 0, False), (2, 9, 4, 0, True), (1, 8, 8, 2, False),
])  # fmt: skip
def test_rows_with_vectors(stride: int, width: int, outputs: int, left: int, fits: bool) -> None:
    """arm_convolve_1_x_n_s8 is right for stride 1 with padding that is shared out, and without any padding."""
    shape = Shape(1, 1, width, 4, 1, outputs, 4, (1, 3), (1, stride), ONES, (0, left))
    operator = convolution(shape, VALID)
    operator = replace(operator, options={**operator.options, EXPLICIT: (0, left)})
    assert called(operator, MVE.cmsis_nn) is fits
    assert called(operator, DSP.cmsis_nn)


def test_what_is_not_passed_on() -> None:
    source, target = tensor(1, 4, 4, 8), tensor(1, 4, 4, 8)
    row = tensor(1, 1, 1, 8)
    wide = [tensor(1, 4, 4, 8, kind=ElementType.FLOAT32) for _ in range(2)]
    cases = [
        Operator("ADD", (source, row), (target,)),
        Operator("ADD", (wide[0], wide[0]), (wide[1],)),
        Operator("SUB", (source, source), (target,)),
        Operator("FULLY_CONNECTED", (source, tensor(8, 8)), (target,)),  # weights that are not constant
        Operator("SOFTMAX", (source,), (tensor(1, 4, 4, 8, kind=ElementType.INT16),)),
        Operator("AVERAGE_POOL_2D", (source,), (target,), {}),
        pool("MAX_POOL_2D", replace(image(3, 3, 2, 2, (3, 3)), batches=2, groups=2), 0),
    ]
    for operator in cases:
        assert not any(called(operator, kernels.cmsis_nn) for kernels in GENERATED), operator.label
    passed_on = Operator("ADD", (source, source), (target,))
    assert all(called(passed_on, kernels.cmsis_nn) for kernels in GENERATED)
    assert not any(called(passed_on, kernels.cmsis_nn) for kernels in ALL if kernels not in GENERATED)
