"""Windows of convolutions and pools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.codegen.unit import require
from arenite.kernels.windows import EXPLICIT

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

SAME, VALID = 0, 1


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
    def fields(self) -> tuple[int, ...]:
        """Fields of `arenite_window_t`."""
        (_, _, width, depth), (_, _, out_width, out_depth) = self.source, self.target
        fields = (*self.kernel, *self.stride, *self.dilation, self.padding[1])
        return (*fields, width, depth, out_width, out_depth)

    @property
    def rows(self) -> tuple[int, int, int]:
        """What a kernel is told of rows: those of the input, those of the output, and padding on top."""
        return self.source[1], self.target[1], self.padding[0]


def number(operator: Operator, name: str, default: int) -> int:
    """An option that is an integer."""
    value = operator.options.get(name, default)
    return int(value) if isinstance(value, int | float) else default


def window(operator: Operator, source: Tensor, target: Tensor, kernel: tuple[int, int]) -> Window:
    """The window of an operator; what SAME padding cannot share out evenly goes to the end.

    Raises:
        UnsupportedError: the tensors are no images.
    """
    require(len(source.shape) == len(target.shape) == 4, "input and output must have four dimensions")
    require(source.shape[0] == target.shape[0], "input and output have different batches")
    stride = number(operator, "stride_h", 1), number(operator, "stride_w", 1)
    require(min(stride) > 0, "a stride is not positive")
    dilation = number(operator, "dilation_h_factor", 1) or 1, number(operator, "dilation_w_factor", 1) or 1
    explicit = operator.options.get(EXPLICIT)
    padding = [0, 0]
    if isinstance(explicit, tuple):
        padding = [int(each) for each in explicit]
    elif number(operator, "padding", SAME) == SAME:
        for axis in (0, 1):
            reach = (kernel[axis] - 1) * dilation[axis] + 1
            missing = (target.shape[axis + 1] - 1) * stride[axis] + reach - source.shape[axis + 1]
            padding[axis] = max(0, missing) // 2
    return Window(source.shape, target.shape, kernel, stride, dilation, (padding[0], padding[1]))
