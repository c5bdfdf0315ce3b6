"""Windows of convolutions and pools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.codegen.operators.options import number
from arenite.codegen.program import Structure
from arenite.codegen.unit import require
from arenite.operators.windows import EXPLICIT, SAME, VALID, positions, same_padding

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

FIELDS = (
    *("kernel_height", "kernel_width", "stride_y", "stride_x", "dilation_y", "dilation_x", "pad_left"),
    *("input_width", "input_depth", "output_width", "output_depth"),
)
"""Names of the fields of `arenite_window_t`, in order."""
LONGEST = 32767
"""Largest stride, dilation and filter length, in positions, with which the kernels' 32-bit positions cannot overflow.
Images that fit a microcontroller need no larger ones."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window of `kernel` (height, width) over images [batch, height, width, depth]."""

    source: tuple[int, ...]
    target: tuple[int, ...]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int]

    @property
    def structure(self) -> Structure:
        """An `arenite_window_t`."""
        numbers = (*self.kernel, *self.stride, *self.dilation, self.padding[1], *self.source[2:], *self.target[2:])
        return Structure(tuple(zip(FIELDS, numbers, strict=True)))

    @property
    def rows(self) -> tuple[int, int, int]:
        """Rows as a kernel takes them: those of the input, those of the output, and padding at the top."""
        return self.source[1], self.target[1], self.padding[0]


def window(operator: Operator, source: Tensor, target: Tensor, kernel: tuple[int, int]) -> Window:
    """The window of an operator; an odd padding position of SAME goes to the end.

    Raises:
        UnsupportedError: a tensor does not have 4 dimensions, or the output's shape does not follow from the window.
    """
    require(len(source.shape) == len(target.shape) == 4, "input and output must have four dimensions")
    require(source.shape[0] == target.shape[0], "input and output have different batches")
    stride = number(operator, "stride_h", 1), number(operator, "stride_w", 1)
    dilation = number(operator, "dilation_h_factor", 1), number(operator, "dilation_w_factor", 1)
    for what, lengths in (("stride", stride), ("dilation", dilation), ("filter", kernel)):
        require(all(0 < each <= LONGEST for each in lengths), f"a {what} of {lengths[0]} x {lengths[1]} makes no sense")
    reach = [(kernel[axis] - 1) * dilation[axis] + 1 for axis in (0, 1)]
    explicit = operator.options.get(EXPLICIT)
    padding = [0, 0]
    if isinstance(explicit, tuple):
        padding = [int(pad) for pad in explicit]
    else:
        scheme = number(operator, "padding", SAME)
        require(scheme in (SAME, VALID), f"the padding {scheme} is not known")
        for axis in (0, 1):
            length, outputs = source.shape[axis + 1], target.shape[axis + 1]
            made = positions(length, reach[axis], stride[axis], scheme)
            require(outputs == made, "the window does not fit the shapes of input and output")
            padding[axis] = same_padding(length, outputs, reach[axis], stride[axis]) if scheme == SAME else 0
    rows, columns = (source.shape[axis + 1] + 2 * reach[axis] for axis in (0, 1))
    require(rows * columns * source.shape[3] < 2**31, "the window reaches beyond what 32 bits count")
    return Window(source.shape, target.shape, kernel, stride, dilation, (padding[0], padding[1]))
