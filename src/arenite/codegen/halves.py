"""float16 constants as floats: DEQUANTIZE of a constant becomes a constant, for twice the flash and no work.

    file:   w float16 --DEQUANTIZE--> v float32 --CONV_2D--> y        in C:   v constant --CONV_2D--> y

A float has every value of a float16, so results stay the same. TFLM has no kernel for this DEQUANTIZE.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.tflm.head import memory_plan, planned_offsets
from arenite.model import Data, ElementType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Graph, Model, Operator, Tensor


def with_floats(model: Model) -> Model:
    """The model without DEQUANTIZE of float16 constants, and a plan without their results; else the same object."""
    graphs = tuple(map(_with_floats, model.graphs))
    if graphs == model.graphs:
        return model
    result = replace(model, graphs=graphs)
    if model.plan is None:
        return result
    return result.with_plan(memory_plan(result, planned_offsets(model, model.plan)), model.target)


def _with_floats(graph: Graph) -> Graph:
    floats = floats_of(graph)
    if not floats:
        return graph
    left = (operator for operator in graph.operators if not {*operator.outputs} & floats.keys())
    return replace(
        graph,
        operators=tuple(operator.reading(floats) for operator in left),
        tensors=tuple(floats.get(tensor, tensor) for tensor in graph.tensors),
    )


def floats_of(graph: Graph) -> Mapping[Tensor, Tensor]:
    """Results of DEQUANTIZE of float16 constants, each with the constant that it is; outputs of the graph stay."""
    return {
        operator.outputs[0]: replace(operator.outputs[0], data=_as_floats(operator.input(0)))
        for operator in graph.operators
        if _is_constant_half(operator) and operator.outputs[0] not in graph.outputs
    }


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


def _as_floats(tensor: Tensor) -> Data:
    import numpy as np

    assert tensor.data is not None  # it is a constant
    return Data(np.frombuffer(bytes(tensor.data.content)[: tensor.bytes], "<f2").astype("<f4").tobytes())
