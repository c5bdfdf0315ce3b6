"""Arenite's own kernels in C (codegen/kernels/), which `arenite export --c` writes.

Where they walk as TFLM's reference kernels do, those rules hold: output pixels in row-major order, all channels of a
pixel before the next, a pixel's window read right before it is written. Groups of channels that are read together and
then written are within these rules. Operators that only move values are runs of bytes, each moved by memmove() or byte
by byte upwards, in the order of a plain loop (arenite_copy.c). Kernels that walk otherwise have no rule here.
"""

from __future__ import annotations

from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.backends.overlap import ANYWHERE, APART, Overlap
from arenite.backends.reference.elementwise import BINARY
from arenite.backends.reference.overlap import reference
from arenite.backends.reference.views import picked
from arenite.operators.constants import integers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arenite.model import Operator, Tensor

    Rule = Callable[[Operator, int, int], Overlap]

SHORT = 8
"""Bytes from which on a run is moved by memmove() (arenite_copy.c); shorter ones go byte by byte, upwards."""

_LIKE_REFERENCE = frozenset(
    {
        *BINARY,
        "ABS",
        "AVERAGE_POOL_2D",
        "CAST",
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "DEQUANTIZE",
        "FULLY_CONNECTED",
        "HARD_SWISH",
        "LEAKY_RELU",
        "LOGISTIC",
        "MAX_POOL_2D",
        "QUANTIZE",
        "RELU",
        "RELU6",
        "RSQRT",
        "SLICE",
        "TANH",
    }
)


def generated_c(operator: Operator, position: int, output: int) -> Overlap:
    """Distances for the kernel that generated code calls for an operator."""
    rule = RULES.get(operator.code)
    return APART if rule is None else rule(operator, position, output)


def _softmax(operator: Operator, position: int, output: int) -> Overlap:
    """A row is read several times before and while it is written, in place where input and output are of one type."""
    source = operator.inputs[0]
    alike = source is not None and source.type is operator.outputs[0].type
    return reference(operator, position, output) if alike else APART


def _whole(operator: Operator, position: int, output: int) -> Overlap:
    """RESHAPE and the like: one run; no call at all where it lies at its place already."""
    source, target = operator.inputs[0], operator.outputs[output]
    if position or source is None or source.bytes != target.bytes:
        return APART
    return Overlap(ANYWHERE.distance if source.bytes >= SHORT else 0, intact=(0,))


def _svdf(_: Operator, position: int, __: int) -> Overlap:
    """The whole input has gone into the state before the output is written; weights are read afterwards."""
    return APART if position else ANYWHERE


def _strided_slice(operator: Operator, position: int, output: int) -> Overlap:
    """Runs are read from ever higher positions, and written without gaps, so the slice may sit at its place."""
    slice_ = picked(operator)
    if position or slice_ is None:
        return APART
    place = -slice_.first * operator.outputs[output].type.bytes
    return Overlap(place, intact=() if slice_.gap else (place,))


def _split(operator: Operator, position: int, output: int) -> Overlap:
    """SPLIT, SPLIT_V: output after output, each in as many runs as there are outer positions."""
    data, axis_input = (1, 0) if operator.code == "SPLIT" else (0, 2)
    source, axes = operator.inputs[data], integers(operator.inputs[axis_input])
    if position != data or source is None or not axes:
        return APART
    axis = axes[0] % len(source.shape)
    return _taken(source, axis, [each.shape[axis] for each in operator.outputs], output)


def _unpack(operator: Operator, position: int, output: int) -> Overlap:
    """UNPACK: as SPLIT into parts of 1."""
    source = operator.inputs[0]
    if position or source is None:
        return APART
    return _taken(source, _axis(operator, len(source.shape)), [1] * len(operator.outputs), output)


def _taken(source: Tensor, axis: int, lengths: Sequence[int], part: int) -> Overlap:
    """A part of `source` along an axis: what it writes must not reach what the parts after it, or it itself, read.

    Run k of the part goes to its byte k * block and comes from a position that is never lower.
    """
    outer, inner = prod(source.shape[:axis]), prod(source.shape[axis + 1 :]) * source.type.bytes
    start, block = sum(lengths[:part]) * inner, lengths[part] * inner
    is_last = part == len(lengths) - 1
    distance = -start if is_last else max(-start, outer * block - start - block)
    return Overlap(distance, intact=(-start,) if outer == 1 else ())


def _concatenation(operator: Operator, position: int, _: int) -> Overlap:
    """CONCATENATION: input after input, each in as many runs as there are outer positions."""
    target = operator.outputs[0]
    axis = _axis(operator, len(target.shape))
    return _joined(operator, position, axis, [each.shape[axis] for each in operator.inputs if each is not None])


def _pack(operator: Operator, position: int, _: int) -> Overlap:
    """PACK: as CONCATENATION of parts of 1."""
    return _joined(operator, position, _axis(operator, len(operator.outputs[0].shape)), [1] * len(operator.inputs))


def _joined(operator: Operator, position: int, axis: int, lengths: Sequence[int]) -> Overlap:
    """An input that becomes a part of the output: what was written before it, and by itself, must not reach it."""
    source, target = operator.inputs[position], operator.outputs[0]
    if source is None or None in operator.inputs or source.type is not target.type:
        return APART
    outer, inner = prod(target.shape[:axis]), prod(target.shape[axis + 1 :]) * target.type.bytes
    row, start, block = sum(lengths) * inner, sum(lengths[:position]) * inner, lengths[position] * inner
    before = (outer - 1) * row + start if position else 0
    distance = max(before, (outer - 1) * (row - block) + start)
    return Overlap(distance, intact=(start,) if outer == 1 else ())


def _axis(operator: Operator, rank: int) -> int:
    axis = operator.options.get("axis")
    if not isinstance(axis, int) or not -rank <= axis < rank:
        raise IndexError(axis)
    return axis % rank


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        **dict.fromkeys(_LIKE_REFERENCE, reference),
        "CONCATENATION": _concatenation,
        "EXPAND_DIMS": _whole,
        "PACK": _pack,
        "RESHAPE": _whole,
        "SOFTMAX": _softmax,
        "SPLIT": _split,
        "SPLIT_V": _split,
        "SQUEEZE": _whole,
        "STRIDED_SLICE": _strided_slice,
        "SVDF": _svdf,
        "UNPACK": _unpack,
    }
)
