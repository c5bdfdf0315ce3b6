"""Whether rules may be applied to an operator: it has all that its kind requires, with consistent shapes.

A rule about a kind checks this first and assumes the worst case for other operators. The reader refuses only what no
runtime accepts (`requirements.flaw`). A file may still have unknown ranks, options of another schema, or outputs whose
shapes a runtime recomputes.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.operators.requirements import is_complete
from arenite.operators.windows import CONVOLUTIONS, POOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator

MOST_OUTPUTS = 1 << 16
"""Most output positions along one axis that rules iterate over; no image has more."""
_WALKED = frozenset({*CONVOLUTIONS, *POOLS, "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"})
"""Kinds whose rules iterate over the rows and columns of the output."""


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
