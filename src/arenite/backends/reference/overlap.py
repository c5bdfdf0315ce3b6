"""Overlap rules of TFLM's reference kernels.

Windows: the kernels write the output pixel by pixel in row-major order, all channels of a pixel before the next pixel.
They read the window of a channel right before they write the channel. Sources: kernels/internal/reference/ (conv.h,
depthwiseconv_*.h, pooling.h, fully_connected.h, integer_ops/*), and the files that `views` and `resize` name.

Element by element: the kernels compute element i of the output from element i of their inputs, in increasing order of
i. Sources: TFLM's activations_common.cc, elementwise.cc, binary loops in kernels/internal/reference/ (broadcast_loop.h:
an input with the output's size is read at the output's position), quantize_common.cc, dequantize.cc, cast.cc,
softmax.h (the kernel reads a row twice before it writes any of it, then goes element by element).
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.overlap import ANYWHERE, APART, Overlap
from arenite.backends.reference import resize, views
from arenite.backends.reference.registered import method
from arenite.model import ElementType
from arenite.operators.constants import integers
from arenite.operators.elementwise import BINARY, ELEMENTWISE
from arenite.operators.walk import NOTHING, elementwise
from arenite.operators.windows import CONVOLUTIONS, KEPT_WINDOWS, POOLS, Window, window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator

    Rule = Callable[[Operator, int, int], Overlap]


IN_ORDER = frozenset({code for code in ELEMENTWISE if method(code)} | {"EXPAND_DIMS", "SOFTMAX"})
"""Kinds with this access order in TFLM: elementwise kinds, the copy of EXPAND_DIMS, and SOFTMAX row by row."""
BYTES = frozenset({ElementType.INT8, ElementType.UINT8})
"""Types that may alias every other type in C++: the compiler may not move a read past a write of these types."""
WINDOWED = frozenset({ElementType.INT8, ElementType.INT16, ElementType.FLOAT32})
"""Element types of TFLM's convolutions, pools and fully connected layers."""


def element_by_element(operator: Operator, position: int, _: int) -> Overlap:
    """Output over the input at `position`. A broadcast input is read repeatedly, so it stays apart."""
    source, target = operator.input(position), operator.outputs[0]
    if position >= (2 if operator.code in BINARY else 1):
        return APART
    count = prod(source.shape)
    if count != prod(target.shape) or not may_alias(source.type, target.type):
        return APART
    copied = operator.code == "EXPAND_DIMS"
    return Overlap(elementwise(count, source.type.bytes, target.type.bytes), intact=(0,) if copied else ())


def may_alias(read: ElementType, write: ElementType) -> bool:
    """Whether a C++ compiler must keep the order of reads of one type and writes of another.

    Under strict aliasing the compiler may assume that, for example, an int16 and a float never share memory.
    """
    return read is write or bool({read, write} & BYTES)


def reference(operator: Operator, position: int, output: int) -> Overlap:
    """Safe distances for the reference kernel of an operator; `APART` for operators without a rule.

    They are found once, since other sets of kernels run the reference kernels of most kinds.
    """
    rule = RULES.get(operator.code)
    if rule is None:
        return APART
    return operator.signature.once((reference, position, output), lambda: rule(operator, position, output))


def windowed(operator: Operator, position: int) -> bool:
    """Whether a window slides over the input at `position`, and the types are those of windowed kernels."""
    source, target = operator.input(0), operator.outputs[0]
    return position == 0 and source.type is target.type and target.type in WINDOWED


@lru_cache(maxsize=KEPT_WINDOWS)
def in_order(found: Window) -> int:
    """Least safe distance, in elements, of a kernel that reads the window of each channel right before writing it.

    Within a pixel, channel j is written before channel j + 1 reads the channels of its group.
    """
    walk, groups = found.walk, found.groups
    per_group, depth = found.out_depth // groups, found.depth // groups
    starts = {1, per_group - 1, found.out_depth - 1} & set(range(1, found.out_depth))
    within = [channel - channel // per_group * depth for channel in starts]
    ahead = walk.ahead()
    together = ahead + max(within) if within and ahead != NOTHING else NOTHING
    return max(together, walk.next_pixel())


def _in_order(operator: Operator, position: int, _: int) -> Overlap:
    """Convolutions and pools; FULLY_CONNECTED goes row by row, like a 1x1 convolution with one pixel per row."""
    if not windowed(operator, position):
        return APART
    return Overlap(in_order(window(operator)) * operator.outputs[0].type.bytes)


def _transpose_conv(operator: Operator, position: int, _: int) -> Overlap:
    """Quantized kernels accumulate the whole output in scratch before they write; the float kernel clears it first."""
    quantized = operator.input(2).type in {ElementType.INT8, ElementType.INT16}
    return ANYWHERE if position == 2 and quantized else APART


def _mean(operator: Operator, position: int, _: int) -> Overlap:
    """`APART`: the kernel clears the output first. Only float means over rows and columns go channel by channel."""
    source, axes = operator.input(0), integers(operator.inputs[1])
    if position or axes is None or source.type is not ElementType.FLOAT32 or len(source.shape) != 4:
        return APART
    over_image = sorted(axes) == [1, 2] and bool(operator.options.get("keep_dims"))
    return Overlap(0) if over_image else APART


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(IN_ORDER, element_by_element),
    **dict.fromkeys((*CONVOLUTIONS, *POOLS, "FULLY_CONNECTED"), _in_order),
    "CONCATENATION": views.concatenation,
    "MEAN": _mean,
    "PACK": views.pack,
    "PAD": views.pad_by_element,
    "PADV2": views.pad_by_element,
    "RESHAPE": views.same_bytes,
    "RESIZE_BILINEAR": resize.bilinear,
    "RESIZE_NEAREST_NEIGHBOR": resize.nearest,
    "SLICE": views.slice_,
    "SPLIT": views.split,
    "SPLIT_V": views.split,
    "SQUEEZE": views.same_bytes,
    "STRIDED_SLICE": views.strided_slice,
    "TRANSPOSE_CONV": _transpose_conv,
    "UNPACK": views.unpack,
}
