"""Convolutions and pools: rows through stride, dilation and padding.

A strip of a convolution is padded explicitly with the zero point where the whole was padded, and runs with VALID
padding. A product with padding is then (zero point + offset) * weight = 0 in integers, and 0 * weight = 0 in floats.
The kernels add the same 0 for padding that they skip. No explicit padding is needed where the strip's own SAME padding
aligns the window.

An average pool divides by the number of positions inside the input, and a max pool has no padding value, so explicit
padding would be wrong. Pools run with VALID padding where neither rows nor columns are padded. Elsewhere they run with
SAME padding over enough rows that the padding aligns the windows; extra rows at the edges are trimmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.operators.constants import is_finite
from arenite.operators.windows import SAME, VALID, padding_of, window
from arenite.rewrite.regions import CannotSplitError
from arenite.rewrite.strips.cut import Cut, Padding, Rule
from arenite.rewrite.strips.rows import Reach, Rows, reach, same_cover

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor
    from arenite.operators.windows import Axis


_WEIGHTS = {
    ElementType.FLOAT32: (ElementType.FLOAT32,),
    ElementType.INT8: (ElementType.INT8, ElementType.INT4),
    ElementType.INT16: (ElementType.INT8,),
    ElementType.UINT8: (ElementType.UINT8,),
}
"""Types of weights by type of activations. Others, such as int8 weights with floats, have scales that depend on the
whole input."""


def pool_rule(operator: Operator) -> Rule:
    """AVERAGE_POOL_2D and MAX_POOL_2D."""
    axis, *columns = _axes(operator)

    def cut(rows: Rows) -> Cut:
        read = reach(axis, rows)
        if not any(columns) and not read.before and not read.after:
            return _plain(operator, rows, read, VALID)
        return _same(operator, axis, rows)

    return cut


def check_weights(operator: Operator, source: Tensor, weights: Tensor) -> None:
    """Check that the arithmetic of an output does not depend on where the strip ends; raises CannotSplitError."""
    if weights.type not in _WEIGHTS.get(source.type, ()):
        raise CannotSplitError(
            f"multiplies {source.type.name} with weights of {weights.type.name}, whose scale may depend on all rows"
        )
    if padding_of(operator) == SAME and not is_finite(weights):
        raise CannotSplitError("has weights that are infinite or no numbers, which padding would spread")


def convolution_rule(operator: Operator) -> Rule:
    """CONV_2D and DEPTHWISE_CONV_2D."""
    check_weights(operator, operator.input(0), operator.input(1))
    axis, *columns = _axes(operator)

    def cut(rows: Rows) -> Cut:
        read = reach(axis, rows)
        padding = Padding(read.before, read.after, *columns)
        if not padding:
            return _plain(operator, rows, read, VALID)
        if axis.same(read.inside.size) == (rows.size, read.before):
            return _plain(operator, rows, read, SAME)
        return Cut(rows, rows, _reads(operator, read.inside), padding, {**operator.options, "padding": VALID})

    return cut


def _same(operator: Operator, axis: Axis, rows: Rows) -> Cut:
    cover = same_cover(axis, rows)
    return Cut(rows, cover.made, _reads(operator, cover.inside), options=operator.options)


def _plain(operator: Operator, rows: Rows, read: Reach, padding: int) -> Cut:
    options = operator.options
    if padding_of(operator) != padding:
        options = {**options, "padding": padding}
    return Cut(rows, rows, _reads(operator, read.inside), options=options)


def _reads(operator: Operator, rows: Rows) -> tuple[Rows | None, ...]:
    return (rows, *(None for _ in operator.inputs[1:]))


def _axes(operator: Operator) -> tuple[Axis, int, int]:
    """The axis of the rows, and the padding before and after the columns that the window reads."""
    rows, columns = window(operator).rows, window(operator).columns
    if not all(axis.follows(padding_of(operator)) for axis in (rows, columns)):
        raise CannotSplitError("has an output whose shape does not follow from its options")
    end = (columns.outputs - 1) * columns.stride - columns.padding + columns.span
    return rows, columns.padding, max(0, end - columns.length)
