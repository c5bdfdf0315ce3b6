"""The window that a convolution or pool slides over its input, as TFLM derives it from an operator.

Source: ComputePaddingHeightWidth in tensorflow/lite/kernels/padding.h.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from arenite.operators.walk import Walk

if TYPE_CHECKING:
    from arenite.model import Operator

SAME = 0
"""The schema's number for SAME padding."""
VALID = 1
"""The schema's number for no padding."""
EXPLICIT = "explicit padding"
"""Option of a convolution with a folded PAD: (rows above, columns to the left). No schema option has a space."""
CONVOLUTIONS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})
POOLS = frozenset({"AVERAGE_POOL_2D", "MAX_POOL_2D"})


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
    def span(self) -> int:
        """Positions from the first to the last one that the window covers."""
        return (self.kernel - 1) * self.dilation + 1

    def follows(self, padding: int) -> bool:
        """Whether the number of outputs is the one that runtimes compute with SAME or VALID padding."""
        return self.outputs == positions(self.length, self.span, self.stride, padding)

    def same(self, length: int) -> tuple[int, int]:
        """(outputs, padding before the input) that SAME padding gives for an input of another length."""
        outputs = positions(length, self.span, self.stride, SAME)
        return outputs, same_padding(length, outputs, self.span, self.stride)

    @property
    def lowest(self) -> tuple[int | None, ...]:
        """Lowest input position that each output position reads; None where the window lies on padding only."""
        return tuple(self._first(output) for output in range(self.outputs))

    def at_least(self, count: int) -> tuple[int | None, ...]:
        """Like `lowest`, but None also where fewer than `count` input positions are read."""
        reach = (count - 1) * self.dilation
        ends = (output * self.stride - self.padding + self.span - 1 for output in range(self.outputs))
        return tuple(
            first if first is not None and first + reach <= min(end, self.length - 1) else None
            for first, end in zip(self.lowest, ends, strict=True)
        )

    def _first(self, output: int) -> int | None:
        start = output * self.stride - self.padding
        skipped = max(0, -(start // self.dilation))  # steps of the window before the input
        first = start + skipped * self.dilation
        return first if skipped < self.kernel and first < self.length else None


@dataclass(frozen=True, slots=True)
class Window:
    """A window over images [batches, rows, columns, depth] with output pixels of `out_depth` elements.

    Input channels are divided into `groups`; an output channel reads only the input channels of its group.
    """

    batches: int
    rows: Axis
    columns: Axis
    depth: int
    out_depth: int
    groups: int

    @property
    def pixels(self) -> int:
        """Number of pixels per output image."""
        return self.rows.outputs * self.columns.outputs

    @property
    def walk(self) -> Walk:
        """The walk of a kernel that computes the output pixel by pixel."""
        return _walk(self)

    @property
    def strides(self) -> tuple[int, int]:
        """Positions from one window to the next, down and to the right."""
        return self.rows.stride, self.columns.stride

    @property
    def pointwise(self) -> bool:
        """Whether the kernel is 1x1, without padding, over all channels."""
        kernels = (self.rows.kernel, self.columns.kernel, self.rows.dilation, self.columns.dilation, self.groups)
        return kernels == (1, 1, 1, 1, 1) and not self.rows.padding and not self.columns.padding

    @property
    def dilated(self) -> bool:
        """Whether the window has gaps."""
        return self.rows.dilation != 1 or self.columns.dilation != 1


KEPT_WINDOWS = 1024
"""Windows of which a function keeps what it found. Rules of many sets of kernels ask for it again, and a
model in strips has up to some hundred windows that differ."""


@lru_cache(maxsize=KEPT_WINDOWS)
def _walk(found: Window) -> Walk:
    return Walk(
        found.batches,
        found.out_depth,
        found.rows.length * found.columns.length * found.depth,
        found.columns.length * found.depth,
        found.depth,
        found.rows.lowest,
        found.columns.lowest,
    )


def positions(length: int, span: int, stride: int, padding: int) -> int:
    """Number of positions of a window that covers `span` positions of an axis, with SAME or VALID padding."""
    return -(-(length if padding == SAME else length - span + 1) // stride)


def same_padding(length: int, outputs: int, span: int, stride: int) -> int:
    """Padding before an axis with SAME padding; an odd position goes to the end."""
    return max(0, (outputs - 1) * stride + span - length) // 2


def padding_of(operator: Operator) -> int:
    """Padding of an operator with a window: SAME or VALID; runtimes assume SAME if the option is missing."""
    return operator.number("padding", SAME)


def window(operator: Operator) -> Window:
    """The window of a sound convolution, pool or FULLY_CONNECTED (`soundness.is_sound`); kept by the operator.

    CONV_2D has a filter [out, height, width, in / groups], DEPTHWISE_CONV_2D [1, height, width, out]. DEPTHWISE_CONV_2D
    and pools have one group per input channel.
    """
    return operator.once(window, _window)


def _window(operator: Operator) -> Window:
    if operator.code == "FULLY_CONNECTED":
        return _matrix(operator)
    source, target = operator.input(0), operator.outputs[0]
    batches, *lengths, depth = source.shape
    _, *outputs, out_depth = target.shape
    kernel, groups = [operator.number("filter_height", 1), operator.number("filter_width", 1)], depth
    if operator.code in CONVOLUTIONS:
        _, *kernel, last = operator.input(1).shape
        groups = depth // last if operator.code == "CONV_2D" else depth
    rows, columns = (_axis(operator, *figures) for figures in zip(lengths, outputs, kernel, "hw", strict=True))
    explicit = operator.options.get(EXPLICIT)
    if isinstance(explicit, tuple):
        rows, columns = (replace(axis, padding=int(pad)) for axis, pad in zip((rows, columns), explicit, strict=True))
    return Window(batches, rows, columns, depth, out_depth, groups)


def _matrix(operator: Operator) -> Window:
    """FULLY_CONNECTED, weights [units, depth], as a 1x1 window over a column with one pixel per row."""
    units, depth = operator.input(1).shape
    rows = prod(operator.outputs[0].shape) // units
    return Window(1, Axis(rows, rows, 1, 1, 1, 0), Axis(1, 1, 1, 1, 1, 0), depth, units, 1)


def _axis(operator: Operator, length: int, outputs: int, kernel: int, name: str) -> Axis:
    """Geometry along the axis "h" or "w"."""
    stride, dilation = operator.number(f"stride_{name}", 1), operator.number(f"dilation_{name}_factor", 1)
    axis = Axis(length, outputs, kernel, stride, dilation, 0)
    same = padding_of(operator) == SAME
    return replace(axis, padding=same_padding(length, outputs, axis.span, stride)) if same else axis
