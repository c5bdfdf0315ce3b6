"""Biases that TFLM's kernels read with another width than they have.

A kernel that takes int32 values for int64 ones reads past the end of its bias, so what it computes depends on the bytes
that follow in the file: two files that mean the same give different results, and neither is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.model import Model, Operator


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of operator that reads biases: the positions of its activations and its biases among its inputs.

    For each element type of the activations, `types` has the types that a bias may have; the kernel takes any other for
    the last one named.
    """

    activations: int
    biases: tuple[int, ...]
    types: Mapping[ElementType, tuple[ElementType, ...]]


def _types(of_int16: tuple[ElementType, ...]) -> Mapping[ElementType, tuple[ElementType, ...]]:
    return MappingProxyType({ElementType.INT8: (ElementType.INT32,), ElementType.INT16: of_int16})


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "CONV_2D": Reader(0, (2,), _types((ElementType.INT32, ElementType.INT64))),
        "DEPTHWISE_CONV_2D": Reader(0, (2,), _types((ElementType.INT64,))),
        "FULLY_CONNECTED": Reader(0, (2,), _types((ElementType.INT32, ElementType.INT64))),
        "TRANSPOSE_CONV": Reader(2, (3,), _types((ElementType.INT16, ElementType.INT64))),
        "UNIDIRECTIONAL_SEQUENCE_LSTM": Reader(0, (12, 13, 14, 15), _types((ElementType.INT64,))),
    }
)
"""TFLM's reference kernels: tensorflow/lite/micro/kernels/ conv.cc, depthwise_conv.cc, fully_connected.cc,
transpose_conv.cc and unidirectional_sequence_lstm.cc. SVDF's checks the type itself."""


@dataclass(frozen=True, slots=True)
class Misread:
    """An operator whose bias has the type `has`, and is read as if it were of the type `read_as`."""

    graph: int
    position: int
    label: str
    has: ElementType
    read_as: ElementType

    def __str__(self) -> str:
        """In a sentence, without the end of one."""
        where = f"operator {self.position}" + (f" of graph {self.graph}" if self.graph else "")
        return f"TFLM reads the {self.has.name.lower()} bias of {self.label} ({where}) as {self.read_as.name.lower()}"

    @property
    def repair(self) -> str:
        """What to do about the bias, in a sentence without the end of one."""
        if self.read_as is ElementType.INT64:
            return "convert the model with biases of int64 (quantized_bias_type INT64): it is then read as it is meant"
        return f"convert the model with biases of {self.read_as.name.lower()}"


def misread_biases(model: Model) -> tuple[Misread, ...]:
    """The biases of a model that TFLM's reference kernels read with a wrong width."""
    return tuple(
        misread
        for number, graph in enumerate(model.graphs)
        for position, operator in enumerate(graph.operators)
        for misread in _misread(operator, number, position)
    )


def _misread(operator: Operator, graph: int, position: int) -> Iterator[Misread]:
    reader = READERS.get(operator.code)
    inputs = operator.inputs
    if reader is None or len(inputs) <= reader.activations:
        return
    activations = inputs[reader.activations]
    taken = () if activations is None else reader.types.get(activations.type, ())
    for place in reader.biases:
        bias = inputs[place] if place < len(inputs) else None
        if taken and bias is not None and bias.type not in taken:
            yield Misread(graph, position, operator.label, bias.type, taken[-1])
            return
