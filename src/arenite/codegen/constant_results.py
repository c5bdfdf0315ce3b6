"""Operators whose results are constants: computed at export, for more flash and no work in an inference.

    file:   w float16 --DEQUANTIZE--> v float32 --CONV_2D--> y        in C:   v constant --CONV_2D--> y
            packed --TFLM_DECODE--> w int8 --CONV_2D--> y                     w constant --CONV_2D--> y

A float has every value of a float16, and TFLM_DECODE makes the same values in every inference, so results stay the
same. TFLM has no kernel for this DEQUANTIZE.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.reference.decode import NAME
from arenite.backends.tflm.head import memory_plan, planned_offsets
from arenite.codegen.packed_constants import decoded
from arenite.model import Data, ElementType, Graph, Model, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping


def with_constants(model: Model) -> Model:
    """The model without operators whose results are constants, and a plan without them; else the same object."""
    graphs = tuple(map(_with_constants, model.graphs))
    if graphs == model.graphs:
        return model
    result = replace(model, graphs=graphs)
    if model.plan is None:
        return result
    return result.with_plan(memory_plan(result, planned_offsets(model, model.plan)), model.target)


def _with_constants(graph: Graph) -> Graph:
    constants = constants_of(graph)
    if not constants:
        return graph
    left = (operator for operator in graph.operators if not {*operator.outputs} & constants.keys())
    return replace(
        graph,
        operators=tuple(operator.reading(constants) for operator in left),
        tensors=tuple(constants.get(tensor, tensor) for tensor in graph.tensors),
    )


def constants_of(graph: Graph) -> Mapping[Tensor, Tensor]:
    """Results that are constants, each with the constant that it is; outputs of the graph stay results."""
    found: dict[Tensor, Tensor] = {}
    for operator in graph.operators:
        contents = None if {*operator.outputs} & {*graph.outputs} else _contents(operator)
        for tensor, content in zip(operator.outputs, contents or (), strict=False):
            found[tensor] = replace(tensor, data=Data(content))
    return found


def _contents(operator: Operator) -> list[bytes] | None:
    """The contents of all outputs; None if they are not known."""
    if operator.label == NAME:
        return decoded(operator)
    return [_as_floats(operator.input(0))] if _is_constant_half(operator) else None


def _is_constant_half(operator: Operator) -> bool:
    if operator.code != "DEQUANTIZE" or len(operator.inputs) != 1 or len(operator.outputs) != 1:
        return False
    source, output = operator.inputs[0], operator.outputs[0]
    return (
        source is not None
        and source.type is ElementType.FLOAT16
        and output.type is ElementType.FLOAT32
        and source.data is not None
        and source.shape == output.shape
        and len(source.data) >= source.bytes
    )


def _as_floats(tensor: Tensor) -> bytes:
    import numpy as np

    assert tensor.data is not None  # it is a constant
    return np.frombuffer(bytes(tensor.data.content)[: tensor.bytes], "<f2").astype("<f4").tobytes()
