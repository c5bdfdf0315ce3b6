"""Replaces 4-bit weights by 8-bit weights, so that TFLM need not unpack them into scratch.

TFLM's reference kernels of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED (conv.cc, depthwise_conv.cc and
fully_connected.cc) request a byte of head per weight. In every inference they unpack the weights into it, then run the
same loops as for int8 weights. With int8 weights in the file the results are the same and the scratch is gone, for half
a byte of flash per weight. CMSIS-NN computes with packed weights (its `_s4` functions) without such scratch, so there
the additional flash saves nothing. LiteRT unpacks weights too; its reference kernels compute the same with both types.
Its optimized kernels may round int8 and int4 weights differently, by one step.

FULLY_CONNECTED is rewritten only with one scale for all weights: TFLM accepts several scales with int8, but refuses
them with int4. Weights with zero points other than 0 are left alone, since some kernels ignore zero points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.model import ElementType, readers_of
from arenite.operators.quantization import as_int8, packed_weights
from arenite.rewrite.edits import edited, exchanged
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import fewer, flash, number

if TYPE_CHECKING:
    from collections.abc import Set

    from arenite.model import Graph, Model, Operator, Tensor


@dataclass(frozen=True)
class UnpackInt4(Pass):
    """Store int4 weights as int8.

    Outputs stay the same bit for bit, in TFLM and in LiteRT.
    """

    def _apply(self, model: Model) -> Model:
        return edited(model, _unpacked)

    def sentence(self, before: Model, after: Model) -> str:
        """Number of operators with changed weights, and the cost in flash."""
        which = number(fewer(before, after, packed_weights), "operator are", "operators are")
        return f"the int4 weights of {which} int8 now, for {flash(before, after):,} bytes of flash"


def _unpacked(graph: Graph, interface: Set[Tensor]) -> Graph:
    readers = readers_of(graph.operators)
    packed = [tensor for tensor in readers if tensor.type is ElementType.INT4 and tensor not in interface]
    instead = {
        tensor: as_int8(tensor) for tensor in packed if all(_may_read_int8(each, tensor) for each in readers[tensor])
    }
    if not instead:
        return graph
    operators = (
        operator.reading(instead) if packed_weights(operator) in instead else operator for operator in graph.operators
    )
    return exchanged(graph, instead, operators)


def _may_read_int8(operator: Operator, weights: Tensor) -> bool:
    """Whether an operator computes the same results with int8 weights of the same values."""
    source, steps = operator.inputs[0], weights.quantization
    if packed_weights(operator) is not weights or operator.inputs.count(weights) != 1:
        return False
    if source is None or source.type is not ElementType.INT8 or steps is None or any(steps.zero_point):
        return False
    if operator.code == "FULLY_CONNECTED" and len(steps.scale) != 1:
        return False
    return not weights.variable and weights.data is not None and len(weights.data) == -(-weights.bytes // 2)
