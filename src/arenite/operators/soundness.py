"""Whether an operator has what its kind requires, and whether rules may be applied to it.

    flaw          what no runtime accepts, for which the reader refuses a file
    is_complete   rules about the kind find all inputs, outputs and dimensions that they use
    is_sound      they find them with consistent shapes; a rule asks this first and assumes the worst case for others

A file without a flaw may still have unknown ranks, options of another schema, or outputs whose shapes a runtime
recomputes. The reader checks every operator of a file once, so that rules about a kind need not check again. Kinds that
are not in the table, such as an application's custom operators, are not checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from arenite.operators.kinds import ANY, BASIC_LSTM, KINDS, LARGEST_POSITION
from arenite.operators.windows import CONVOLUTIONS, POOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arenite.model import Operator, Tensor
    from arenite.operators.kinds import Kind

MOST_OUTPUTS = 1 << 16
"""Most output positions along one axis that rules iterate over; no image has more."""
_WALKED = frozenset({*CONVOLUTIONS, *POOLS, "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"})
"""Kinds whose rules iterate over the rows and columns of the output."""


def flaw(operator: Operator) -> str | None:
    """The first requirement that an operator violates, as text; None if no violation is known.

    Custom operators have no requirements here: an application may bring its own kernels for any name.
    """
    return None if operator.code == "CUSTOM" else _checked(operator).flaw


def is_complete(operator: Operator) -> bool:
    """Whether rules about the operator's kind find all inputs, outputs and dimensions that they use.

    False where a rank is unknown. TFLM's own custom operators are recognized by name here.
    """
    return _checked(operator).complete


@dataclass(frozen=True, slots=True)
class _Checked:
    """Results of both checks for an operator; `flaw` as if custom operators had requirements."""

    flaw: str | None
    complete: bool


def _checked(operator: Operator) -> _Checked:
    """Both results, found once: each set of kernels asks several times."""
    return operator.once(_Checked, _check)


def _check(operator: Operator) -> _Checked:
    kind = _kind(operator)
    found = None if kind is None else next(_flaws(operator, kind), None)
    return _Checked(found, kind is None or (found is None and _ranked(operator, kind)))


def _ranked(operator: Operator, kind: Kind) -> bool:
    """Whether the ranks of an operator without a flaw are known."""
    ranked = (operator.inputs[position] for position, _, _ in kind.ranks)
    if not all(tensor is None or tensor.shape for tensor in ranked):
        return False
    if kind.result and len(operator.outputs[0].shape) < kind.result:
        return False
    ends = (*operator.inputs, *operator.outputs)
    return operator.code != "CUSTOM" or all(tensor is None or 0 not in tensor.shape for tensor in ends)


def _kind(operator: Operator) -> Kind | None:
    if operator.code == "LSTM" and len(operator.inputs) == len(BASIC_LSTM.inputs):
        return BASIC_LSTM
    return KINDS.get(operator.custom_code or operator.code)


def _flaws(operator: Operator, kind: Kind) -> Iterator[str]:
    yield from _missing_ends(operator, kind)
    for position, least, most in kind.ranks:
        tensor = operator.inputs[position] if position < len(operator.inputs) else None
        if tensor is not None and tensor.shape and not least <= len(tensor.shape) <= most:
            yield f"has input {position} of shape {list(tensor.shape)}, which needs {_span(least, most)} dimensions"
    for name in kind.positive:
        value = operator.options.get(name, 1)
        if not isinstance(value, int) or not 1 <= value <= kind.limit:
            yield f"has the option {name} {value}, which must be from 1 to {kind.limit}"
    if kind.images is not None:
        yield from _senseless_windows(operator, kind.images)
    if kind.weighted:
        weights = operator.inputs[1]
        if weights is not None and 0 in weights.shape:
            yield f"has weights of shape {list(weights.shape)}, which are empty"


def _missing_ends(operator: Operator, kind: Kind) -> Iterator[str]:
    inputs, count = operator.inputs, len(operator.outputs)
    for position in kind.inputs:
        if position >= len(inputs) or inputs[position] is None:
            yield f"lacks its input {position}"
    least, most = kind.outputs
    if not least <= count <= most:
        yield f"has {count} outputs, but its kind has {_span(least, most)}"


def _span(least: int, most: int) -> str:
    return f"{least}" if least == most else f"{least} to {most}" if most < ANY else f"at least {least}"


def _senseless_windows(operator: Operator, place: int) -> Iterator[str]:
    """Texts about invalid paddings, and about windows that reach positions which kernels cannot represent."""
    options, source = operator.options, operator.input(place)
    if options.get("padding", 0) not in (0, 1):
        yield f"has the option padding {options['padding']}, which must be 0 (SAME) or 1 (VALID)"
    if source.shape and not source.shape[-1]:
        yield f"has input {place} of shape {list(source.shape)}, which has no channels"
    for axis, names in _AXES:
        reach = _reach(operator, source if place else operator.outputs[0], axis, names)
        if reach > LARGEST_POSITION:
            yield f"has a window that reaches position {reach} along dimension {axis}, beyond {LARGEST_POSITION}"


_AXES = (
    (1, ("stride_h", "dilation_h_factor", "filter_height")),
    (2, ("stride_w", "dilation_w_factor", "filter_width")),
)
"""The axes of images, with the options that say how a window moves along them and how large it is."""


def _reach(operator: Operator, images: Tensor, axis: int, names: tuple[str, str, str]) -> int:
    """Largest position that the window reaches along an axis if it is placed at each position of the images."""
    stride, dilation, size = [operator.number(name, 1) for name in names]
    filters = operator.inputs[1] if len(operator.inputs) > 1 else None
    if filters is not None and axis < len(filters.shape):
        size = filters.shape[axis]
    positions = images.shape[axis] if axis < len(images.shape) else 1
    return positions * stride + size * dilation


def is_sound(operator: Operator) -> bool:
    """Whether rules about the operator's kind find all that they use, with consistent shapes."""
    return operator.once(is_sound, _is_sound)


def _is_sound(operator: Operator) -> bool:
    check = _FITS.get(operator.code)
    return is_complete(operator) and (check is None or check(operator))


def is_walkable(operator: Operator) -> bool:
    """Whether rules may iterate over the positions of an operator's output; True for kinds whose rules do not."""
    shape = operator.outputs[0].shape if operator.outputs else ()
    if operator.code == "FULLY_CONNECTED":
        return prod(shape[:-1]) <= MOST_OUTPUTS
    return operator.code not in _WALKED or max(shape[1:3], default=0) <= MOST_OUTPUTS


def _matrix_fits(operator: Operator) -> bool:
    weights, elements = operator.input(1).shape, prod(operator.outputs[0].shape)
    if len(weights) != 2 or not weights[0]:
        return False
    units, depth = weights
    rows = elements // units
    return rows * units == elements and rows * depth == prod(operator.input(0).shape)


def _convolution_fits(operator: Operator) -> bool:
    depth, group, made = operator.input(0).shape[3], operator.input(1).shape[3], operator.outputs[0].shape[3]
    return _slides(operator) and 1 <= group <= depth and made >= depth // group


def _depthwise_fits(operator: Operator) -> bool:
    return _slides(operator) and 1 <= operator.input(0).shape[3] <= operator.outputs[0].shape[3]


def _pool_fits(operator: Operator) -> bool:
    sized = all(_positive(operator, name) for name in ("filter_height", "filter_width"))
    return sized and _depthwise_fits(operator)


def _slides(operator: Operator) -> bool:
    """Whether the output has four dimensions, and strides and dilations are positive."""
    strides = all(_positive(operator, name) for name in ("stride_h", "stride_w"))
    dilations = all(_positive(operator, name, 1) for name in ("dilation_h_factor", "dilation_w_factor"))
    return strides and dilations and len(operator.outputs[0].shape) == 4


def _positive(operator: Operator, name: str, default: int | None = None) -> bool:
    value = operator.options.get(name, default)
    return isinstance(value, int) and value > 0


_FITS: Mapping[str, Callable[[Operator], bool]] = {
    **dict.fromkeys(POOLS, _pool_fits),
    "CONV_2D": _convolution_fits,
    "DEPTHWISE_CONV_2D": _depthwise_fits,
    "FULLY_CONNECTED": _matrix_fits,
}
