"""Finds inputs of a model that select rows of a table, and their valid values.

    input --CAST--> numbers --GATHER--> rows        the input must lie in 0 ... rows of the table - 1

For an index outside the table a runtime fails or reads out of bounds, so outputs could not be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.operators.soundness import is_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arenite.model import Model, Operator, Tensor

    Interval = tuple[float, float]

MOST_VISITS = 8
"""Most times that the interval of one tensor is narrowed. Usually each table narrows it once; loops between graphs
could narrow it forever."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """An operator kind that takes input `position` as indices; `count` maps an operator to the number of rows."""

    position: int
    count: Callable[[Operator], int]


def _length(tensor: Tensor, axis: int) -> int:
    """Length of a tensor along an axis; 0 if the tensor lacks the axis."""
    return tensor.shape[axis] if -len(tensor.shape) <= axis < len(tensor.shape) else 0


def _sequence(operator: Operator) -> int:
    """Lengths of sequences: from 0 to the length of their axis."""
    longest = _length(operator.input(0), operator.number("seq_dim", 0))
    return longest + 1 if longest else 0


def _slice(operator: Operator) -> int:
    """The largest start at which the slice still ends inside the tensor along each axis."""
    whole, part = operator.input(0).shape, operator.outputs[0].shape
    return min((a - b + 1 for a, b in zip(whole, part, strict=True)), default=0) if len(whole) == len(part) else 0


_SEGMENTS = Consumer(1, lambda operator: _length(operator.outputs[0], 0))

CONSUMERS: Mapping[str, Consumer] = MappingProxyType(
    {
        "EMBEDDING_LOOKUP": Consumer(0, lambda operator: _length(operator.input(1), 0)),
        "EMBEDDING_LOOKUP_SPARSE": Consumer(0, lambda operator: _length(operator.input(4), 0)),
        "GATHER": Consumer(1, lambda operator: _length(operator.input(0), operator.number("axis", 0))),
        "GATHER_ND": Consumer(1, lambda each: min(each.input(0).shape[: _length(each.input(1), -1)], default=0)),
        "ONE_HOT": Consumer(0, lambda operator: _length(operator.outputs[0], operator.number("axis", -1))),
        "REVERSE_SEQUENCE": Consumer(1, _sequence),
        "SCATTER_ND": Consumer(0, lambda each: min(each.outputs[0].shape[: _length(each.input(0), -1)], default=0)),
        "SEGMENT_SUM": Consumer(1, lambda _: 1),  # segment numbers must rise, so all rows get segment 0
        "SLICE": Consumer(1, _slice),
        **dict.fromkeys((f"UNSORTED_SEGMENT_{each}" for each in ("MAX", "MIN", "PROD", "SUM")), _SEGMENTS),
    }
)

KEEPING: Mapping[str, slice] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *("ABS", "BATCH_TO_SPACE_ND", "BROADCAST_TO", "CAST", "CEIL", "DEPTH_TO_SPACE", "DEQUANTIZE"),
                *("EXPAND_DIMS", "FLOOR", "GATHER", "GATHER_ND", "MAX_POOL_2D", "MIRROR_PAD", "PAD", "QUANTIZE"),
                *("REDUCE_MAX", "REDUCE_MIN", "RELU", "RESHAPE", "RESIZE_NEAREST_NEIGHBOR", "REVERSE_SEQUENCE"),
                *("REVERSE_V2", "ROUND", "SLICE", "SPACE_TO_BATCH_ND", "SPACE_TO_DEPTH", "SPLIT_V", "SQUEEZE"),
                *("STRIDED_SLICE", "TILE", "TRANSPOSE", "UNPACK"),
            ),
            slice(0, 1),
        ),
        **dict.fromkeys(("CONCATENATION", "MAXIMUM", "MINIMUM", "PACK"), slice(0, None)),
        **dict.fromkeys(("SELECT", "SELECT_V2"), slice(1, 3)),
        "SPLIT": slice(1, 2),
    }
)
"""Operator kinds whose output values stay within the interval of the named inputs, if that interval begins at 0."""

RESCALING = frozenset({"DEQUANTIZE", "QUANTIZE"})
"""KEEPING kinds that preserve the real value; all other KEEPING kinds preserve the stored value."""


def index_ranges(model: Model) -> dict[Tensor, Interval]:
    """Smallest and largest valid value of each tensor that is used as an index or from which an index is computed.

    Values are stored values: quantized for quantized tensors. Tensors without a known interval are left out.
    """
    sources = _sources(model)
    ranges: dict[Tensor, Interval] = {}
    visits: dict[Tensor, int] = {}
    pending = [found for graph in model.graphs for operator in graph.operators for found in _consumed(operator)]
    while pending:
        tensor, (low, high) = pending.pop()
        before = ranges.get(tensor, (-float("inf"), float("inf")))
        narrowed = (max(low, before[0]), min(high, before[1]))
        if narrowed == before or visits.get(tensor, 0) >= MOST_VISITS:
            continue
        if not -float("inf") < narrowed[0] <= narrowed[1] < float("inf"):
            continue  # no value suits all tables, or a scale is not finite
        ranges[tensor] = narrowed
        visits[tensor] = visits.get(tensor, 0) + 1
        pending += [(source, _through(kind, narrowed, tensor, source)) for source, kind in sources.get(tensor, ())]
    return ranges


def _consumed(operator: Operator) -> Iterator[tuple[Tensor, Interval]]:
    """Inputs that an operator takes as indices, with their interval."""
    consumer = CONSUMERS.get(operator.code)
    if consumer is None or not is_complete(operator):
        return
    indices, count = operator.input(consumer.position), consumer.count(operator)
    if indices.data is None and count > 0:
        yield indices, (0.0, float(count - 1))


def _sources(model: Model) -> dict[Tensor, list[tuple[Tensor, str]]]:
    """For each tensor, the tensors from which its values come, with the operator kind in between."""
    found: dict[Tensor, list[tuple[Tensor, str]]] = {}
    for graph in model.graphs:
        for operator in graph.operators:
            pairs = [] if operator.code not in KEEPING else _kept(operator)
            if operator.code == "WHILE":  # its body may not run at all
                pairs += zip(operator.outputs, operator.inputs, strict=False)
            for number, called in enumerate(operator.graphs):
                if called < len(model.graphs):
                    inner = model.graphs[called]
                    passed = operator.inputs[operator.code == "IF" :]
                    pairs += zip(inner.inputs, passed, strict=False)
                    if operator.code != "WHILE" or number:  # outputs of a condition are not outputs of the loop
                        pairs += zip(operator.outputs, inner.outputs, strict=False)
            for target, source in pairs:
                if source is not None and source.data is None:
                    found.setdefault(target, []).append((source, operator.code))
    return found


def _kept(operator: Operator) -> list[tuple[Tensor, Tensor | None]]:
    """Pairs (output, input) where the output has the input's values."""
    sources = operator.inputs[KEEPING[operator.code]]
    return [(target, source) for target in operator.outputs for source in sources]


def _through(kind: str, interval: Interval, target: Tensor, source: Tensor) -> Interval:
    """The interval of a source tensor from the interval of a tensor computed from it."""
    if kind not in RESCALING:
        return interval
    low, high = (_stored(_real(value, target), source) for value in interval)
    return low, high


def _real(value: float, tensor: Tensor) -> float:
    scale, point = _scale_and_point(tensor)
    return (value - point) * scale


def _stored(value: float, tensor: Tensor) -> float:
    scale, point = _scale_and_point(tensor)
    return value / scale + point


def _scale_and_point(tensor: Tensor) -> tuple[float, int]:
    """Scale and zero point of a tensor; (1, 0) for floats."""
    quantization = tensor.quantization
    if quantization is None or len(quantization.scale) != 1 or not quantization.scale[0] > 0:
        return 1.0, 0
    return quantization.scale[0], quantization.zero_point[0] if quantization.zero_point else 0
