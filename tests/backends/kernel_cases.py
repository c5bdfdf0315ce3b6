"""Operators for tests of overlap, and the check of a rule against a kernel in an arena."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from kernel_arena import Arena, Kernel, works
from kernel_loops import Shape

from arenite.model import Data, ElementType, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends import Backend, Overlap

SAME, VALID = 0, 1
ELEMENTS = st.sampled_from((1, 2, 4))
TYPES = {1: ElementType.INT8, 2: ElementType.INT16, 4: ElementType.FLOAT32}


def tensor(*shape: int, kind: ElementType = ElementType.INT8) -> Tensor:
    return Tensor("tensor", shape, kind)


def weights(*shape: int, kind: ElementType = ElementType.INT8) -> Tensor:
    return Tensor("weights", shape, kind, Data(b"\0"))


def numbers(values: Sequence[int], *shape: int) -> Tensor:
    return Tensor("numbers", shape or (len(values),), ElementType.INT32, Data(struct.pack(f"<{len(values)}i", *values)))


def check(rule: Overlap, kernel: Kernel, input_bytes: int, output_bytes: int, *, tight: bool) -> None:
    """A kernel works wherever the rule lets it; if the rule is tight, nowhere else that is near."""
    distance = output_bytes if rule.distance is None else rule.distance
    near = {distance, distance + 1, distance + 3, (distance + output_bytes) // 2}
    for allowed in {each for each in near if distance <= each < output_bytes} | set(rule.exactly):
        assert rule.allows(allowed)
        assert works(kernel, input_bytes, output_bytes, allowed), f"unsafe at {allowed}"
    for view in rule.intact:
        assert rule.allows(view)
        assert works(kernel, input_bytes, output_bytes, view, intact=True), f"not a view at {view}"
    below = distance - 1
    if tight and below > -input_bytes and below not in rule.exactly:
        assert not works(kernel, input_bytes, output_bytes, below), f"works at {below}, the rule says {rule}"


def verify(
    operator: Operator, kernel: Kernel, *, tight: bool = True, source: int = 0, target: int = 0, kernels: Backend
) -> None:
    """The rule of an operator for one of its inputs and outputs, against a kernel."""
    read, write = operator.inputs[source], operator.outputs[target]
    assert read is not None
    check(kernels.overlap(operator, read, write), kernel, read.bytes, write.bytes, tight=tight)


def gather(sources: Sequence[int], element: int) -> Kernel:
    """Copies element by element, in the order of the output."""

    def run(arena: Arena) -> None:
        for target, source in enumerate(sources):
            arena.copy(target * element, source * element, element)

    return run


@st.composite
def shapes(
    draw: st.DrawFn, *, pool: bool = False, dilated: bool = True, element: tuple[int, ...] = (1,), largest: int = 3
) -> tuple[Shape, int]:
    """A window over small images, and the padding (SAME or VALID)."""
    padding = draw(st.sampled_from((SAME, VALID)))
    axes = []
    for _ in range(2):
        kernel = draw(st.integers(1, largest))
        dilation = draw(st.integers(1, 2)) if dilated and not pool else 1
        stride = draw(st.integers(1, 3))
        reach = (kernel - 1) * dilation + 1
        length = draw(st.integers(1 if padding == SAME else reach, max(6, reach)))
        outputs = -(-length // stride) if padding == SAME else -(-(length - reach + 1) // stride)
        before = max(0, (outputs - 1) * stride + reach - length) // 2 if padding == SAME else 0
        axes.append((length, outputs, kernel, stride, dilation, before))
    rows, columns = axes
    depth, out_depth = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    pairs = tuple(zip(rows, columns, strict=True))
    (height, width), (out_height, out_width), kernels, strides, dilations, paddings = pairs
    batches = draw(st.integers(1, 2))
    sizes = (batches, height, width, depth, out_height, out_width, depth if pool else out_depth)
    groups = depth if pool else 1
    return Shape(*sizes, kernels, strides, dilations, paddings, groups, draw(st.sampled_from(element))), padding


def options(shape: Shape, padding: int) -> dict[str, int]:
    return {
        "padding": padding,
        "stride_h": shape.stride[0],
        "stride_w": shape.stride[1],
        "dilation_h_factor": shape.dilation[0],
        "dilation_w_factor": shape.dilation[1],
        "filter_height": shape.kernel[0],
        "filter_width": shape.kernel[1],
    }


def ends(shape: Shape) -> tuple[Tensor, Tensor]:
    kind = TYPES[shape.element]
    source = tensor(shape.batches, shape.height, shape.width, shape.depth, kind=kind)
    return source, tensor(shape.batches, shape.out_height, shape.out_width, shape.out_depth, kind=kind)


def convolution(shape: Shape, padding: int) -> Operator:
    source, target = ends(shape)
    filters = weights(shape.out_depth, *shape.kernel, shape.depth // shape.groups)
    return Operator("CONV_2D", (source, filters), (target,), options(shape, padding))


def depthwise(shape: Shape, padding: int) -> Operator:
    source, target = ends(shape)
    return Operator(
        "DEPTHWISE_CONV_2D", (source, weights(1, *shape.kernel, shape.out_depth)), (target,), options(shape, padding)
    )


def pool(code: str, shape: Shape, padding: int) -> Operator:
    source, target = ends(shape)
    return Operator(code, (source,), (target,), options(shape, padding))
