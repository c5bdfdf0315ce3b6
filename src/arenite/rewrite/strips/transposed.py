"""TRANSPOSE_CONV: each row of input adds to several rows of output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.kernels.windows import SAME
from arenite.model import ElementType
from arenite.rewrite.strips.cut import CannotSplitError, Cut, Rule
from arenite.rewrite.strips.rows import Rows
from arenite.rewrite.strips.windows import VALID, check_weights

if TYPE_CHECKING:
    from arenite.model import Operator


def transposed_rule(operator: Operator) -> Rule:
    """TRANSPOSE_CONV, inputs (shape, weights [out, height, width, in], values, bias).

    A strip runs as VALID, which begins at the first row that its first row of input adds to; rows and columns of
    output that the whole does not have, or to which other strips add too, are cut off. Floats are not split: LiteRT was
    seen to add them in another order for another number of rows.
    """
    size, weights, source = operator.inputs[:3]
    target = operator.outputs[0]
    assert weights is not None
    assert source is not None
    if size is None or size.data is None or size.type is not ElementType.INT32:
        raise CannotSplitError("is told its size at run time")
    if source.type is ElementType.FLOAT32:
        raise CannotSplitError("adds floats in an order that LiteRT chooses by the number of rows")
    check_weights(operator, source, weights)
    same = operator.options.get("padding", SAME) == SAME
    rows_of, columns_of = (
        _Axis.of(operator, source.shape[axis], target.shape[axis], weights.shape[axis], name, same=same)
        for axis, name in ((1, "h"), (2, "w"))
    )
    channels = target.shape[3]
    whole = Rows(0, columns_of.outputs)
    across = columns_of.made(Rows(0, columns_of.length), whole)
    options = {**operator.options, "padding": VALID}

    def cut(rows: Rows) -> Cut:
        read = rows_of.read(rows)
        made = rows_of.made(read, rows)
        return Cut(
            rows,
            made,
            (None, None, read, *(None for _ in operator.inputs[3:])),
            options=options,
            numbers=((0, (1, made.size, across.size, channels)),),
            columns=None if across == whole else across.size,
            left=-across.first,
        )

    return cut


class _Axis:
    """One axis: position i of the input adds to positions i * stride - padding + k of the output, k < kernel."""

    def __init__(self, length: int, outputs: int, kernel: int, stride: int, padding: int) -> None:
        self.length = length
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        self.padding = padding

    @staticmethod
    def of(operator: Operator, length: int, outputs: int, kernel: int, name: str, *, same: bool) -> _Axis:
        stride = operator.options.get(f"stride_{name}")
        if not isinstance(stride, int) or stride < 1:
            raise CannotSplitError("has no stride")
        forward = -(-outputs // stride) if same else (outputs + stride - kernel) // stride
        if forward != length:
            raise CannotSplitError("has an output whose shape does not follow from its options")
        padding = max(0, (length - 1) * stride + kernel - outputs) // 2 if same else 0
        return _Axis(length, outputs, kernel, stride, padding)

    def read(self, rows: Rows) -> Rows:
        """The positions of the input that add to some of the output, or the one before where there are none."""
        end = min(self.length, (rows.end - 1 + self.padding) // self.stride + 1)
        start = rows.first + self.padding
        first = min(-(-(start - self.kernel + 1) // self.stride), start // self.stride, end - 1)
        return Rows(max(0, first), end)

    def made(self, read: Rows, rows: Rows) -> Rows:
        """What a strip of the input makes without padding; it holds `rows`, for which it was read."""
        first = read.first * self.stride - self.padding
        end = (read.end - 1) * self.stride - self.padding + max(self.kernel, self.stride)
        return Rows(first, max(end, rows.end))
