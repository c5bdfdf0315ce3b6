"""Where an operator's output may lie on its own input with the kernels of generated code.

They walk as TFLM's reference kernels do, whose rules are derived in `arenite.kernels`: output pixels in row-major
order, all channels of a pixel before the next, a pixel's whole window read before or while it is written. Groups of
channels that are read at once and then written are within these rules. Kernels that walk otherwise have no rule here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.codegen.operators.window import EXPLICIT
from arenite.kernels import ANYWHERE, APART, Kernels, Overlap, overlap, windows
from arenite.kernels.elementwise import BINARY
from arenite.kernels.reference import in_order

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

_WINDOWS = frozenset({"AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D"})
_ELEMENTS = frozenset(
    {
        *BINARY,
        "DEQUANTIZE",
        "HARD_SWISH",
        "LEAKY_RELU",
        "LOGISTIC",
        "QUANTIZE",
        "RELU",
        "RELU6",
        "SOFTMAX",
        "TANH",
    }
)
_VIEWS = frozenset({"EXPAND_DIMS", "RESHAPE", "SQUEEZE"})
"""Moved as a whole by memmove(), which takes any overlap."""


def shared(operator: Operator, source: Tensor, target: Tensor) -> Overlap:
    """Where `target` may lie relative to `source`, an input of the operator that nobody needs afterwards."""
    if operator.code in _VIEWS:
        return ANYWHERE if operator.inputs[0] is source else APART
    if operator.code not in _WINDOWS | _ELEMENTS:
        return APART
    if operator.code == "SOFTMAX" and source.type is not target.type:
        return APART  # a row is read three times, and its output is longer
    if EXPLICIT in operator.options:
        return _padded(operator, source, target)
    return overlap(operator, source, target, Kernels.REFERENCE)


def _padded(operator: Operator, source: Tensor, target: Tensor) -> Overlap:
    """The rule of a convolution that pads as a PAD before it did."""
    if operator.inputs[0] is not source or source in operator.inputs[1:]:
        return APART
    padding = operator.options[EXPLICIT]
    assert isinstance(padding, tuple)
    window = windows.depthwise(operator) if operator.code == "DEPTHWISE_CONV_2D" else windows.convolution(operator)
    rows = replace(window.rows, padding=int(padding[0]))
    columns = replace(window.columns, padding=int(padding[1]))
    return Overlap(in_order(replace(window, rows=rows, columns=columns)) * target.type.bytes)
