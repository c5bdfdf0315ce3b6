"""Widens the int32 bias of int16 TRANSPOSE_CONV to int64, the type that TFLM reads.

TFLM's kernel (tensorflow/lite/micro/kernels/transpose_conv.cc) reads every bias that is not int16 as int64. It reads
two values of an int32 bias as one and runs past the end, so its result depends on the bytes behind the bias. LiteRT
reads an int32 bias correctly if the option `quantized_bias_type` says int32, and otherwise misreads it like TFLM. With
an int64 bias and the option at int64, both read the same numbers and compute LiteRT's result for the declared int32
bias.

So this pass changes what TFLM computes, from an undefined result to the one that the file means. It is a repair and
runs only on request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType
from arenite.operators.constants import integers
from arenite.rewrite.edits import edited, with_operators
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import fewer, number
from arenite.runtimes.biases import BIASES, misread

if TYPE_CHECKING:
    from collections.abc import Set

    from arenite.model import Graph, Model, Operator, Tensor

(_BIAS,) = BIASES["TRANSPOSE_CONV"]
"""Position of the bias among the inputs."""


@dataclass(frozen=True)
class WidenBias(Pass):
    """Store as int64 the int32 biases that TFLM misreads.

    Outputs equal LiteRT's outputs for the model with declared biases (`DeclareBias`), bit for bit.
    """

    def _apply(self, model: Model) -> Model:
        return edited(model, _widened)

    def sentence(self, before: Model, after: Model) -> str:
        """Number of widened biases."""
        count = number(fewer(before, after, misread_bias), "bias is", "biases are")
        return f"{count} widened to int64, as which TFLM read the int32; what was compared is the source so repaired"


@dataclass(frozen=True)
class DeclareBias(Pass):
    """Declare as int32 every int32 bias that TFLM misreads, so that LiteRT reads it correctly."""

    def _apply(self, model: Model) -> Model:
        return edited(model, _declared)


def misread_bias(operator: Operator) -> Tensor | None:
    """The constant int32 bias that TFLM reads as int64; None if TFLM reads the bias correctly or there is none."""
    found = misread(operator, "tflm") if operator.code == "TRANSPOSE_CONV" else ()
    narrow = (ElementType.INT32, ElementType.INT64) in found
    return operator.inputs[_BIAS] if narrow else None


def _declared(graph: Graph, _: Set[Tensor]) -> Graph:
    misread_by = {operator for operator in graph.operators if misread_bias(operator) is not None}
    if not misread_by:
        return graph
    return with_operators(
        graph, (_with_type(each, ElementType.INT32) if each in misread_by else each for each in graph.operators)
    )


def _with_type(operator: Operator, element: ElementType) -> Operator:
    return replace(operator, options={**operator.options, "quantized_bias_type": element.code})


def _widened(graph: Graph, _: Set[Tensor]) -> Graph:
    wide: dict[Tensor, Tensor] = {}
    operators = []
    for operator in graph.operators:
        bias = misread_bias(operator)
        values = integers(bias)
        if bias is None or values is None:
            operators.append(operator)
            continue
        if bias not in wide:
            content = b"".join(value.to_bytes(8, "little", signed=True) for value in values)
            wide[bias] = replace(bias, name=f"{bias.name}/int64", type=ElementType.INT64, data=Data(content))
        inputs = (*operator.inputs[:_BIAS], wide[bias], *operator.inputs[_BIAS + 1 :])
        operators.append(_with_type(replace(operator, inputs=inputs), ElementType.INT64))
    return with_operators(graph, operators) if wide else graph
