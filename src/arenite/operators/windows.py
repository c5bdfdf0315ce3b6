"""The window that a convolution or a pool slides over its input, as TFLM computes it from an operator.

Source: ComputePaddingHeightWidth in tensorflow/lite/kernels/padding.h.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.operators.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator, Tensor

SAME = 0
"""The schema's number for SAME padding."""
VALID = 1
"""The schema's number for no padding."""
EXPLICIT = "explicit padding"
"""Option of a convolution that a PAD was folded into: rows above and columns to the left; a blank, so no schema's."""


MOST_OUTPUTS = 1 << 16
"""Positions of the output along one axis up to which rules go through them one by one; no image has more."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a window: output position i reads input positions i * stride - padding + k * dilation, k < kernel."""

    length: int
    outputs: int
    kernel: int
    stride: int
    dilation: int
    padding: int

    @property
    def lowest(self) -> tuple[int | None, ...]:
        """Lowest input position that each output position reads; None where it reads padding only."""
        return tuple(self._first(output) for output in range(self.outputs))

    def at_least(self, count: int) -> tuple[int | None, ...]:
        """The same, but None also where less than `count` input positions are read."""
        reach = (count - 1) * self.dilation
        ends = (
            output * self.stride - self.padding + (self.kernel - 1) * self.dilation for output in range(self.outputs)
        )
        return tuple(
            first if first is not None and first + reach <= min(end, self.length - 1) else None
            for first, end in zip(self.lowest, ends, strict=True)
        )

    def _first(self, output: int) -> int | None:
        start = output * self.stride - self.padding
        skipped = max(0, -(start // self.dilation))  # steps of the window that lie before the input
        first = start + skipped * self.dilation
        return first if skipped < self.kernel and first < self.length else None


@dataclass(frozen=True, slots=True)
class Window:
    """A window over images [batches, rows, columns, depth] that yields pixels of `out_depth` elements.

    The channels of the input come in `groups`; a channel of the output reads those of its own group only.
    """

    batches: int
    rows: Axis
    columns: Axis
    depth: int
    out_depth: int
    groups: int

    @property
    def pixels(self) -> int:
        """Pixels of one output image."""
        return self.rows.outputs * self.columns.outputs

    @property
    def walk(self) -> Walk:
        """The order in which a kernel makes the output that goes from pixel to pixel."""
        return Walk(
            self.batches,
            self.out_depth,
            self.rows.length * self.columns.length * self.depth,
            self.columns.length * self.depth,
            self.depth,
            self.rows.lowest,
            self.columns.lowest,
        )

    @property
    def pointwise(self) -> bool:
        """Whether the kernel is 1x1, without padding, over all channels."""
        kernels = (self.rows.kernel, self.columns.kernel, self.rows.dilation, self.columns.dilation, self.groups)
        return kernels == (1, 1, 1, 1, 1) and not self.rows.padding and not self.columns.padding

    @property
    def dilated(self) -> bool:
        """Whether the window has gaps."""
        return self.rows.dilation != 1 or self.columns.dilation != 1


def fits(operator: Operator) -> bool:
    """Whether the shapes and options of a complete operator make a window; true for kinds without one."""
    check = _FITS.get(operator.code)
    return check is None or check(operator)


def walkable(operator: Operator) -> bool:
    """Whether a rule may go through the positions of an operator's output, for kinds that do so."""
    shape = operator.outputs[0].shape if operator.outputs else ()
    if operator.code == "FULLY_CONNECTED":
        return prod(shape[:-1]) <= MOST_OUTPUTS
    return operator.code not in _WALKED or max(shape[1:3], default=0) <= MOST_OUTPUTS


def _matrix_fits(operator: Operator) -> bool:
    source, weights, target = _images(operator)
    if len(weights.shape) != 2 or not weights.shape[0]:
        return False
    units, depth = weights.shape
    rows = prod(target.shape) // units
    return rows * units == prod(target.shape) and rows * depth == prod(source.shape)


def _convolution_fits(operator: Operator) -> bool:
    source, filters, target = _images(operator)
    if not _slides(operator, filters) or filters.shape[3] < 1 or source.shape[3] < filters.shape[3]:
        return False
    return target.shape[3] >= source.shape[3] // filters.shape[3]


def _depthwise_fits(operator: Operator) -> bool:
    source, filters, target = _images(operator)
    return _slides(operator, filters) and 1 <= source.shape[3] <= target.shape[3]


def _pool_fits(operator: Operator) -> bool:
    source, target = operator.inputs[0], operator.outputs[0]
    sized = all(_positive(operator, name) for name in ("filter_height", "filter_width"))
    return source is not None and sized and _slides(operator, source) and 1 <= source.shape[3] <= target.shape[3]


def _slides(operator: Operator, other: Tensor) -> bool:
    """Whether images come in and go out, strides are given, and another tensor has as many dimensions."""
    source, target = operator.inputs[0], operator.outputs[0]
    strides = all(_positive(operator, name) for name in ("stride_h", "stride_w"))
    dilations = all(_positive(operator, name, 1) for name in ("dilation_h_factor", "dilation_w_factor"))
    return (
        strides and dilations and source is not None and len(source.shape) == len(target.shape) == len(other.shape) == 4
    )


def _positive(operator: Operator, name: str, default: int | None = None) -> bool:
    value = operator.options.get(name, default)
    return isinstance(value, int) and value > 0


_FITS: Mapping[str, Callable[[Operator], bool]] = MappingProxyType(
    {
        "AVERAGE_POOL_2D": _pool_fits,
        "CONV_2D": _convolution_fits,
        "DEPTHWISE_CONV_2D": _depthwise_fits,
        "FULLY_CONNECTED": _matrix_fits,
        "MAX_POOL_2D": _pool_fits,
    }
)
_WALKED = frozenset({*_FITS, "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"})
"""Kinds about which rules go through the rows and columns of the output."""


def convolution(operator: Operator) -> Window:
    """Window of CONV_2D, filter [out, height, width, in / groups]."""
    source, filters, target = _images(operator)
    return _window(operator, source, target, (filters.shape[1], filters.shape[2]), source.shape[3] // filters.shape[3])


def depthwise(operator: Operator) -> Window:
    """Window of DEPTHWISE_CONV_2D, filter [1, height, width, out]: a group for each channel of the input."""
    source, filters, target = _images(operator)
    return _window(operator, source, target, (filters.shape[1], filters.shape[2]), source.shape[3])


def pool(operator: Operator) -> Window:
    """Window of MAX_POOL_2D and AVERAGE_POOL_2D."""
    source, target = operator.inputs[0], operator.outputs[0]
    assert source is not None
    size = (_number(operator, "filter_height"), _number(operator, "filter_width"))
    return _window(operator, source, target, size, source.shape[3])


def matrix(operator: Operator) -> Window:
    """FULLY_CONNECTED, weights [units, depth], as a 1x1 window over a column of as many pixels as there are rows."""
    source, weights, target = _images(operator)
    units, depth = weights.shape
    rows = prod(target.shape) // units
    if rows * units != prod(target.shape) or rows * depth != prod(source.shape):
        raise ValueError(target.shape)
    return Window(1, Axis(rows, rows, 1, 1, 1, 0), Axis(1, 1, 1, 1, 1, 0), depth, units, 1)


def _images(operator: Operator) -> tuple[Tensor, Tensor, Tensor]:
    source, filters = operator.inputs[:2]
    assert source is not None
    assert filters is not None
    return source, filters, operator.outputs[0]


def _window(operator: Operator, source: Tensor, target: Tensor, size: tuple[int, int], groups: int) -> Window:
    batches, height, width, depth = source.shape
    _, out_height, out_width, out_depth = target.shape
    same = operator.options.get("padding", SAME) == SAME
    lengths = ((height, out_height, size[0], "h"), (width, out_width, size[1], "w"))
    rows, columns = (_axis(operator, *length, same=same) for length in lengths)
    explicit = operator.options.get(EXPLICIT)
    if isinstance(explicit, tuple):
        rows, columns = (replace(axis, padding=int(each)) for axis, each in zip((rows, columns), explicit, strict=True))
    return Window(batches, rows, columns, depth, out_depth, groups)


def _axis(operator: Operator, length: int, outputs: int, kernel: int, name: str, *, same: bool) -> Axis:
    """The axis "h" or "w"; what SAME padding cannot share out evenly goes to the end."""
    stride = _number(operator, f"stride_{name}")
    dilation = _number(operator, f"dilation_{name}_factor", 1)
    reach = (kernel - 1) * dilation + 1
    missing = (outputs - 1) * stride + reach - length if same else 0
    return Axis(length, outputs, kernel, stride, dilation, max(0, missing) // 2)


def _number(operator: Operator, name: str, default: int | None = None) -> int:
    """An option that is a positive number; ValueError where it is missing or not positive."""
    value = operator.options.get(name, default)
    number = int(value) if isinstance(value, int | float) else 0
    if number < 1:
        raise ValueError(name)
    return number
