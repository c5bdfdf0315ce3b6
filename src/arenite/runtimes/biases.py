"""Biases that a runtime's kernels read with another width than they have.

A kernel that takes int32 values for int64 ones reads past the end of its bias, so what it computes depends on the bytes
that follow in the file: two files that mean the same give different results, and neither is right.

    bias, int32    | -182 | 2867 | -4819 | -2860 |  what follows in the file
    read as int64  |  2867 * 2^32 - 182  |  ...                  | ?         | ?         |
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.runtimes.process import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arenite.model import Model, Operator

    Types = Mapping[ElementType, Callable[[Operator], tuple[ElementType, ...]]]

ACTIVATIONS: Mapping[str, int] = MappingProxyType(
    {
        "CONV_2D": 0,
        "DEPTHWISE_CONV_2D": 0,
        "FULLY_CONNECTED": 0,
        "TRANSPOSE_CONV": 2,
        "UNIDIRECTIONAL_SEQUENCE_LSTM": 0,
    }
)
"""Which input holds the activations, by kind of operator."""

BIASES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "CONV_2D": (2,),
        "DEPTHWISE_CONV_2D": (2,),
        "FULLY_CONNECTED": (2,),
        "TRANSPOSE_CONV": (3,),
        "UNIDIRECTIONAL_SEQUENCE_LSTM": (12, 13, 14, 15),
    }
)
"""Which inputs hold biases."""


def _always(*types: ElementType) -> Callable[[Operator], tuple[ElementType, ...]]:
    return lambda _: types


def _by_option(operator: Operator) -> tuple[ElementType, ...]:
    """The type that the option names, and int64 where it names none: not the type that the bias has."""
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
"""For each runtime, kind of operator and type of activations the types of biases that are read as they are; the kernel
takes any other for the last one. What is not named checks the type itself, and refuses it.

From tensorflow/lite/micro/kernels/ and LiteRT's tflite/kernels/: conv.cc, depthwise_conv.cc, fully_connected.cc,
transpose_conv.cc and unidirectional_sequence_lstm.cc; all but the last also run in both.
"""


@dataclass(frozen=True, slots=True)
class Misread:
    """An operator whose bias has the type `has`, and is read as if its type were `read_as`."""

    graph: int
    position: int
    label: str
    has: ElementType
    read_as: ElementType

    def by(self, *runtimes: str) -> str:
        """That these runtimes do so, in a sentence without the end of one."""
        where = f"operator {self.position}" + (f" of graph {self.graph}" if self.graph else "")
        has, read_as = self.has.name.lower(), self.read_as.name.lower()
        names = " and ".join(NAMES[runtime] for runtime in runtimes)
        return f"{names} read{'s' * (len(runtimes) == 1)} the {has} bias of {self.label} ({where}) as {read_as}"

    @property
    def repair(self) -> str:
        """What to do about the bias, in a sentence without the end of one."""
        if self.read_as is ElementType.INT64:
            how = "convert it with int64 biases (quantized_bias_type INT64), which LiteRT and TFLM read as they are"
            return f"{how}, or let `arenite optimize --widen-bias` do so" if self.label == "TRANSPOSE_CONV" else how
        return f"convert it with {self.read_as.name.lower()} biases"


def misread_biases(model: Model, runtime: str) -> tuple[Misread, ...]:
    """The biases of a model that a runtime reads with a wrong width."""
    return tuple(
        Misread(number, position, operator.label, has, read_as)
        for number, graph in enumerate(model.graphs)
        for position, operator in enumerate(graph.operators)
        for has, read_as in misread(operator, runtime)
    )


def misread(operator: Operator, runtime: str) -> Iterator[tuple[ElementType, ElementType]]:
    """The type that a bias of an operator has, and the one that it is read as."""
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
