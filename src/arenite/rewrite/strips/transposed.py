"""TRANSPOSE_CONV: each input row adds to several output rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.operators.windows import SAME, VALID, padding_of, positions, same_padding
from arenite.rewrite.regions import CannotSplitError
from arenite.rewrite.strips.cut import Cut, Rule
from arenite.rewrite.strips.rows import Rows, Scatter
from arenite.rewrite.strips.windows import check_weights

if TYPE_CHECKING:
    from arenite.model import Operator


def transposed_rule(operator: Operator) -> Rule:
    """TRANSPOSE_CONV, inputs (shape, weights [out, height, width, in], values, bias).

    A strip runs with VALID padding, whose output begins at the first row to which the strip's first input row adds. The
    split trims rows and columns outside the whole output, and rows to which other strips add too.

    Windows narrower than the stride are not split: LiteRT (ai-edge-litert 2 on x86-64) computed other values for
    another number of rows; TFLM does not.
    """
    size, weights, source = (operator.input(position) for position in range(3))
    target = operator.outputs[0]
    if size.data is None or size.type is not ElementType.INT32:
        raise CannotSplitError("is told its size at run time")
    check_weights(operator, source, weights)
    rows_of, columns_of = (
        _axis(operator, source.shape[axis], target.shape[axis], weights.shape[axis], name)
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


def _axis(operator: Operator, length: int, outputs: int, kernel: int, name: str) -> Scatter:
    """Geometry along axis "h" or "w", padded like the convolution that it transposes (ComputePaddingHeightWidth)."""
    stride = operator.options.get(f"stride_{name}")
    if not isinstance(stride, int) or stride < 1:
        raise CannotSplitError("has no stride")
    if kernel < stride:
        raise CannotSplitError("has a window narrower than its stride, of which LiteRT computes strips in another way")
    scheme = padding_of(operator)
    if positions(outputs, kernel, stride, scheme) != length:
        raise CannotSplitError("has an output whose shape does not follow from its options")
    padding = same_padding(outputs, length, kernel, stride) if scheme == SAME else 0
    return Scatter(length, outputs, kernel, stride, padding)
