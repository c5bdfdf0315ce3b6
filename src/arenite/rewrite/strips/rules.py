"""How each kind of operator computes some rows of its output: the rows that it reads, its padding, what is trimmed.

A strip of a convolution is padded explicitly with the zero point where the whole was padded, and runs with VALID
padding. A product with padding is then (zero point + offset) * weight = 0 in integers, and 0 * weight = 0 in floats.
The kernels add the same 0 for padding that they skip. No explicit padding is needed where the strip's own SAME padding
aligns the window.

An average pool divides by the number of positions inside the input, and a max pool has no padding value, so explicit
padding would be wrong. Pools run with VALID padding where neither rows nor columns are padded. Elsewhere they run with
SAME padding over enough rows that the padding aligns the windows; extra rows at the edges are trimmed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import floor
from typing import TYPE_CHECKING

from arenite.backends.reference.resize import single
from arenite.model import NO_OPTIONS, ElementType, Option
from arenite.operators.constants import integers, is_finite
from arenite.operators.joins import joins_as_it_is
from arenite.operators.rows_outside import ROWS
from arenite.operators.windows import SAME, VALID, padding_of, positions, same_padding, window
from arenite.rewrite.regions import CannotSplitError
from arenite.rewrite.strips.rows import Reach, Rows, Scatter, reach, same_cover

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor
    from arenite.operators.windows import Axis

_DOES_NOT_FOLLOW = "has an output whose shape does not follow from its options"
_LARGEST = 512
"""Largest factor with exact pixel positions in the kernels' fixed point of 10 fractional bits."""
_WEIGHTS = {
    ElementType.FLOAT32: (ElementType.FLOAT32,),
    ElementType.INT8: (ElementType.INT8, ElementType.INT4),
    ElementType.INT16: (ElementType.INT8,),
    ElementType.UINT8: (ElementType.UINT8,),
}
"""Types of weights by type of activations. Others, such as int8 weights with floats, have scales that depend on the
whole input."""


@dataclass(frozen=True, slots=True)
class Padding:
    """Explicit padding of the first input with its zero point: rows above and below, columns left and right."""

    above: int
    below: int
    left: int
    right: int

    def __bool__(self) -> bool:
        return bool(self.above or self.below or self.left or self.right)


@dataclass(frozen=True, slots=True)
class Cut:
    """How an operator computes the rows `rows` of its output.

    Attributes:
        rows: the rows to compute.
        made: the rows that the operator computes; may extend beyond the output. Rows outside `rows` are trimmed.
        reads: rows that the operator reads of each input; None means the whole input.
        padding: explicit padding of the first input.
        options: replace the operator's own options.
        numbers: (input position, int32 values) of constant inputs to replace.
        columns: number of columns that the operator computes; None means those of the output. Extra ones are trimmed.
        left: how many of `columns` lie left of the output's first column.
    """

    rows: Rows
    made: Rows
    reads: tuple[Rows | None, ...]
    padding: Padding | None = None
    options: Mapping[str, Option] = field(default_factory=lambda: NO_OPTIONS)
    numbers: tuple[tuple[int, tuple[int, ...]], ...] = ()
    columns: int | None = None
    left: int = 0

    @property
    def trimmed(self) -> bool:
        """Whether computed rows or columns are trimmed."""
        return self.made != self.rows or self.columns is not None


Rule = Callable[[Rows], Cut]
"""Rule of one operator: rows of its output (at least one, all inside the output) -> how to compute them."""


def concatenation_rule(operator: Operator) -> Rule:
    """CONCATENATION along columns or channels."""
    axis = operator.options.get("axis")
    if not isinstance(axis, int) or axis % 4 not in (2, 3):
        raise CannotSplitError("joins along rows or batches")
    return same_rows_rule(operator)


def is_copy(operator: Operator) -> bool:
    """Whether an operator gives its only input as its output; a strip of it needs no operator."""
    return operator.code == "CONCATENATION" and len(operator.inputs) == 1 and joins_as_it_is(operator)


def rows_of(tensor: Tensor) -> int | None:
    """Axis of a tensor that is broadcast against the rows of [1, rows, columns, channels]; None if it has length 1."""
    axis = len(tensor.shape) - 4 + ROWS
    return axis if axis >= 0 and tensor.shape[axis] != 1 else None


def same_rows_rule(operator: Operator) -> Rule:
    """Elementwise operators with NumPy's broadcasting; SOFTMAX and similar operators over the last axis."""
    height = operator.outputs[0].shape[ROWS]
    sliced = tuple(_is_sliced(tensor, height) for tensor in operator.inputs)
    if not any(each and tensor and tensor.data is None for each, tensor in zip(sliced, operator.inputs, strict=True)):
        raise CannotSplitError("reads no rows that it could be given one strip at a time")

    def cut(rows: Rows) -> Cut:
        return Cut(rows, rows, tuple(rows if is_sliced else None for is_sliced in sliced), options=operator.options)

    return cut


def _is_sliced(tensor: Tensor | None, height: int) -> bool:
    axis = None if tensor is None else rows_of(tensor)
    if tensor is None or axis is None:
        return False
    if tensor.shape[axis] != height or any(length != 1 for length in tensor.shape[:axis]):
        raise CannotSplitError(f"reads {tensor.name!r} of shape {list(tensor.shape)}, which has other rows")
    if len(tensor.shape) != 4 and tensor.data is None:
        raise CannotSplitError(f"reads {tensor.name!r} of shape {list(tensor.shape)}, which is not [1, rows, ...]")
    return True


def nearest_rule(operator: Operator) -> Rule:
    """RESIZE_NEAREST_NEIGHBOR by a whole factor: each input row becomes `factor` output rows.

    The kernels compute floor((row + 0 or 0.5) * scale) in single precision. If that is the exact quotient for every row
    of the whole tensor, it is also exact for the rows of a strip, which begins at an input row.
    """
    factor, outputs = _factor(operator), operator.outputs[0].shape[1]
    scale, offset = single(1 / factor), 0.5 if operator.options.get("half_pixel_centers") else 0.0
    if any(floor(single((row + offset) * scale)) != row // factor for row in range(outputs)):
        raise CannotSplitError(f"enlarges {factor} times, which its kernels round")
    return _scaled(operator, factor, 0)


def bilinear_rule(operator: Operator) -> Rule:
    """RESIZE_BILINEAR by a power of two, for which positions are exact: reads one more row per side, then trims."""
    factor = _factor(operator)
    if factor & (factor - 1) or factor > _LARGEST:
        raise CannotSplitError(f"enlarges {factor} times, which is rounded; only powers of two are exact")
    return _scaled(operator, factor, 0 if factor == 1 else 1)


def depth_to_space_rule(operator: Operator) -> Rule:
    """DEPTH_TO_SPACE: `block_size` output rows per input row."""
    block = _block(operator, few=operator.input(0), many=operator.outputs[0])

    def cut(rows: Rows) -> Cut:
        read = Rows(rows.first // block, -(-rows.end // block))
        return Cut(rows, Rows(read.first * block, read.end * block), (read,), options=operator.options)

    return cut


def space_to_depth_rule(operator: Operator) -> Rule:
    """SPACE_TO_DEPTH: one output row per `block_size` input rows."""
    block = _block(operator, few=operator.outputs[0], many=operator.input(0))

    def cut(rows: Rows) -> Cut:
        return Cut(rows, rows, (Rows(rows.first * block, rows.end * block),), options=operator.options)

    return cut


def _block(operator: Operator, few: Tensor, many: Tensor) -> int:
    """Rows of `many` for each row of `few`."""
    block = operator.options.get("block_size")
    if not isinstance(block, int) or block < 1 or many.shape[1] != few.shape[1] * block:
        raise CannotSplitError(_DOES_NOT_FOLLOW)
    return block


def _scaled(operator: Operator, factor: int, around: int) -> Rule:
    height, columns = operator.input(0).shape[1], operator.outputs[0].shape[2]

    def cut(rows: Rows) -> Cut:
        read = Rows(max(0, rows.first // factor - around), min(height, -(-rows.end // factor) + around))
        made = Rows(read.first * factor, read.end * factor)
        return Cut(rows, made, (read, None), options=operator.options, numbers=((1, (made.size, columns)),))

    return cut


def _factor(operator: Operator) -> int:
    height, target = operator.input(0).shape[1], operator.outputs[0].shape[1]
    _check_size(operator.input(1))
    if operator.options.get("align_corners"):
        raise CannotSplitError("aligns corners, so that every row depends on the height of the whole")
    if not height or target % height:
        raise CannotSplitError(f"makes {target} rows of {height}, which is not a whole factor")
    return target // height


def _check_size(size: Tensor) -> None:
    if size.data is None or size.type is not ElementType.INT32:
        raise CannotSplitError("is told its size at run time")


def pad_rule(operator: Operator) -> Rule:
    """PAD, PADV2. A strip of padding alone still reads the nearest input row, whose copy is trimmed."""
    source, target = operator.input(0), operator.outputs[0]
    values = integers(operator.inputs[1])
    if values is None or len(values) != 8:
        raise CannotSplitError("is told its padding at run time")
    if any(values[:2]) or min(values) < 0:
        raise CannotSplitError("pads batches")
    above, height = values[2], source.shape[1]
    if target.shape[1] != above + height + values[3]:
        raise CannotSplitError("has an output whose shape does not follow from its padding")

    def cut(rows: Rows) -> Cut:
        first = min(max(rows.first - above, 0), height - 1)
        end = max(min(rows.end - above, height), first + 1)
        made = Rows(min(rows.first, first + above), max(rows.end, end + above))
        paddings = (0, 0, first + above - made.first, made.end - above - end, *values[4:])
        reads = _reads(operator, Rows(first, end))
        return Cut(rows, made, reads, options=operator.options, numbers=((1, paddings),))

    return cut


def pool_rule(operator: Operator) -> Rule:
    """AVERAGE_POOL_2D and MAX_POOL_2D."""
    axis, *columns = _axes(operator)

    def cut(rows: Rows) -> Cut:
        read = reach(axis, rows)
        if not any(columns) and not read.before and not read.after:
            return _plain(operator, rows, read, VALID)
        cover = same_cover(axis, rows)
        return Cut(rows, cover.made, _reads(operator, cover.inside), options=operator.options)

    return cut


def _check_weights(operator: Operator, source: Tensor, weights: Tensor) -> None:
    """Check that the arithmetic of an output does not depend on where the strip ends; raises CannotSplitError."""
    if weights.type not in _WEIGHTS.get(source.type, ()):
        raise CannotSplitError(
            f"multiplies {source.type.name} with weights of {weights.type.name}, whose scale may depend on all rows"
        )
    if padding_of(operator) == SAME and not is_finite(weights):
        raise CannotSplitError("has weights that are infinite or no numbers, which padding would spread")


def convolution_rule(operator: Operator) -> Rule:
    """CONV_2D and DEPTHWISE_CONV_2D."""
    _check_weights(operator, operator.input(0), operator.input(1))
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
        raise CannotSplitError(_DOES_NOT_FOLLOW)
    end = (columns.outputs - 1) * columns.stride - columns.padding + columns.span
    return rows, columns.padding, max(0, end - columns.length)


def transposed_rule(operator: Operator) -> Rule:
    """TRANSPOSE_CONV, inputs (shape, weights [out, height, width, in], values, bias).

    A strip runs with VALID padding, whose output begins at the first row to which the strip's first input row adds. The
    split trims rows and columns outside the whole output, and rows to which other strips add too.

    Windows narrower than the stride are not split: LiteRT (ai-edge-litert 2 on x86-64) computed other values for
    another number of rows; TFLM does not.
    """
    size, weights, source = (operator.input(position) for position in range(3))
    target = operator.outputs[0]
    _check_size(size)
    _check_weights(operator, source, weights)
    down, columns_of = (
        _axis(operator, source.shape[axis], target.shape[axis], weights.shape[axis], name)
        for axis, name in ((1, "h"), (2, "w"))
    )
    channels = target.shape[3]
    whole = Rows(0, columns_of.outputs)
    across = columns_of.made(Rows(0, columns_of.length), whole)
    options = {**operator.options, "padding": VALID}

    def cut(rows: Rows) -> Cut:
        read = down.read(rows)
        made = down.made(read, rows)
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
        raise CannotSplitError(_DOES_NOT_FOLLOW)
    padding = same_padding(outputs, length, kernel, stride) if scheme == SAME else 0
    return Scatter(length, outputs, kernel, stride, padding)
