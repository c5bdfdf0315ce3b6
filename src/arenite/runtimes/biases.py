"""Biases that a runtime's kernels read with the wrong width.

A kernel that reads int32 values as int64 reads past the end of the bias, so its result depends on the bytes that follow
in the file. Two files with the same meaning then give different results, and neither is right.

    bias, int32    | -182 | 2867 | -4819 | -2860 |  what follows in the file
    read as int64  |  2867 * 2^32 - 182  |  ...                  | ?         | ?         |
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.model import ElementType, Model, Operator
from arenite.runtimes.process import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Types = Mapping[ElementType, Callable[[Operator], tuple[ElementType, ...]]]

BIASES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "CONV_2D": (2,),
        "DEPTHWISE_CONV_2D": (2,),
        "FULLY_CONNECTED": (2,),
        "TRANSPOSE_CONV": (3,),
        "UNIDIRECTIONAL_SEQUENCE_LSTM": (12, 13, 14, 15),
    }
)
"""Positions of inputs with biases, by operator kind."""

ACTIVATIONS: Mapping[str, int] = MappingProxyType({**dict.fromkeys(BIASES, 0), "TRANSPOSE_CONV": 2})
"""Position of the input with the activations, by operator kind."""


def _always(*types: ElementType) -> Callable[[Operator], tuple[ElementType, ...]]:
    return lambda _: types


def _by_option(operator: Operator) -> tuple[ElementType, ...]:
    """The type that the option names, or int64 without an option; the bias's own type does not matter."""
    named = operator.options.get("quantized_bias_type") == ElementType.INT32.code
    return (ElementType.INT32 if named else ElementType.INT64,)


def _types(of_int16: Callable[[Operator], tuple[ElementType, ...]]) -> Types:
    return MappingProxyType({ElementType.INT8: _always(ElementType.INT32), ElementType.INT16: of_int16})


_EITHER = _types(_always(ElementType.INT32, ElementType.INT64))
_WIDE = _types(_always(ElementType.INT64))
_NAMED = _types(_by_option)
_LITERT: Mapping[str, Types] = {"CONV_2D": _NAMED, "FULLY_CONNECTED": _EITHER, "TRANSPOSE_CONV": _NAMED}

READ_AS: Mapping[str, Mapping[str, Types]] = MappingProxyType(
    {
        "litert": _LITERT,
        "litert-reference": {**_LITERT, "FULLY_CONNECTED": _NAMED},
        "tflm": {
            "CONV_2D": _EITHER,
            "DEPTHWISE_CONV_2D": _WIDE,
            "FULLY_CONNECTED": _EITHER,
            "TRANSPOSE_CONV": _types(_always(ElementType.INT16, ElementType.INT64)),
            "UNIDIRECTIONAL_SEQUENCE_LSTM": _WIDE,
        },
    }
)
"""Types of biases that a kernel reads correctly, by runtime, operator kind and type of activations. The kernel reads a
bias of any other type as the last one listed. Kernels that are not listed check the type and refuse others.

Sources: tensorflow/lite/micro/kernels/ and LiteRT's tflite/kernels/: conv.cc, depthwise_conv.cc, fully_connected.cc,
transpose_conv.cc and unidirectional_sequence_lstm.cc. All but the last were also confirmed by runs in both runtimes.
"""


@dataclass(frozen=True, slots=True)
class Misread:
    """An operator whose bias has the type `has` but is read as the type `read_as`."""

    graph: int
    position: int
    label: str
    has: ElementType
    read_as: ElementType

    def by(self, *runtimes: str) -> str:
        """Clause that these runtimes misread the bias, for messages."""
        where = f"operator {self.position}" + (f" of graph {self.graph}" if self.graph else "")
        has, read_as = self.has.name.lower(), self.read_as.name.lower()
        names = " and ".join(NAMES[runtime] for runtime in runtimes)
        return f"{names} read{'s' * (len(runtimes) == 1)} the {has} bias of {self.label} ({where}) as {read_as}"

    @property
    def repair(self) -> str:
        """Clause with the remedy, for messages."""
        if self.read_as is ElementType.INT64:
            how = "convert it with int64 biases (quantized_bias_type INT64), which LiteRT and TFLM read as they are"
            return f"{how}, or optimize the model with the option widen bias" if self.label == "TRANSPOSE_CONV" else how
        return f"convert it with {self.read_as.name.lower()} biases"


def misread_biases(model: Model, runtime: str) -> tuple[Misread, ...]:
    """Biases of a model that a runtime reads with the wrong width."""
    return tuple(
        Misread(number, position, operator.label, has, read_as)
        for number, graph in enumerate(model.graphs)
        for position, operator in enumerate(graph.operators)
        for has, read_as in misread(operator, runtime)
    )


def misread(operator: Operator, runtime: str) -> Iterator[tuple[ElementType, ElementType]]:
    """Pairs (type of a bias, type as which the runtime reads it) of an operator, where the two differ."""
    types, inputs = READ_AS[runtime].get(operator.code), operator.inputs
    if types is None or len(inputs) <= ACTIVATIONS[operator.code]:
        return
    activations = inputs[ACTIVATIONS[operator.code]]
    taken = types[activations.type](operator) if activations is not None and activations.type in types else ()
    for place in BIASES[operator.code]:
        bias = inputs[place] if place < len(inputs) else None
        if taken and bias is not None and bias.type not in taken:
            yield bias.type, taken[-1]
            return
