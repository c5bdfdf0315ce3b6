"""Evaluates computations of shapes at plan time: SHAPE, operators on its result, and the RESHAPE that uses them.

Converters leave these operators where the batch size was unknown. Each operator costs TFLM a structure in the tail, and
each tensor 16 bytes of head. In TFLM every inference computes the same numbers, since TFLM's shapes are those of the
file.

LiteRT may resize inputs whose `shape_signature` has a -1. The constants are exact for the shapes of the file, which are
the shapes that the plan is for and that TFLM runs; after a resize the constants do not adapt. The shape of a tensor
inside the graph counts as known only if LiteRT must find the one of the file. That is so if its signature leaves no
length open, or only the batch size, and all operators from an input to the tensor preserve the batch size.

A RESHAPE with a computed shape is removed if its only readers are FULLY_CONNECTED that do not keep dimensions: they
read any input as a matrix with as many columns as their weights (FullyConnected in TFLM's and LiteRT's
reference/integer_ops/fully_connected.h).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType, readers_of
from arenite.operators.constants import integers
from arenite.operators.quantization import steps
from arenite.operators.state import PURE
from arenite.rewrite.edits import edited, with_operators
from arenite.rewrite.evaluate import LIMITS, UnknownError, evaluate
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import gone, number
from arenite.tflite.shape_signature import open_axes

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    import numpy as np
    from numpy.typing import NDArray

    from arenite.model import Graph, Model, Operator, Tensor

    Array = NDArray[np.int64]

_CODES = """
    ABS ADD AVERAGE_POOL_2D CAST CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE DIV ELU EXP FULLY_CONNECTED GELU
    HARD_SWISH L2_NORMALIZATION L2_POOL_2D LEAKY_RELU LOG LOGISTIC LOG_SOFTMAX MAXIMUM MAX_POOL_2D MINIMUM MUL NEG PRELU
    QUANTIZE RELU RELU6 RELU_N1_TO_1 RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR RSQRT SOFTMAX SPACE_TO_DEPTH SQRT SQUARE
    SUB TANH
"""
_HANDS_ON_BATCH = frozenset(_CODES.split())
"""Operators whose output has the batch size of their non-constant inputs."""


@dataclass(frozen=True)
class FoldShapes(Pass):
    """Replace computed shapes by constants.

    Outputs stay the same bit for bit, in TFLM, and in LiteRT for inputs of the file's shapes.
    """

    def _apply(self, model: Model) -> Model:
        fed = frozenset(model.main.inputs)
        return edited(model, lambda graph, interface: _Folding(graph, interface, fed).result())

    def sentence(self, before: Model, after: Model) -> str:
        """Number of removed operators."""
        count = number(gone(before, after), "operator is", "operators are")
        return f"{count} left out that computed shapes: those of the file are known"


class _Folding:
    """One pass over the operators of a graph, in file order."""

    def __init__(self, graph: Graph, interface: Set[Tensor], fed: Set[Tensor]) -> None:
        self._graph = graph
        self._interface = interface
        self._settled = {tensor for tensor in graph.tensors if tensor in fed or not open_axes(tensor)}
        self._readers = readers_of(graph.operators)
        self._constants: dict[Tensor, Tensor] = {}
        self._copies: dict[Tensor, Tensor] = {}

    def result(self) -> Graph:
        operators = []
        for operator in self._graph.operators:
            inputs = tuple(tensor and self._now(tensor) for tensor in operator.inputs)
            changed = inputs != operator.inputs
            now = replace(operator, inputs=inputs) if changed else operator
            constant = self._constant(now)
            if constant is not None:
                self._constants[operator.outputs[0]] = constant
            elif changed and self._is_needless(now):
                assert inputs[0] is not None
                self._copies[operator.outputs[0]] = inputs[0]
            else:
                operators.append(now)
            if self._hands_on(now):
                self._settled.update(operator.outputs)
        return with_operators(self._graph, operators) if self._constants else self._graph

    def _now(self, tensor: Tensor) -> Tensor:
        return self._constants.get(tensor) or self._copies.get(tensor) or tensor

    def _constant(self, operator: Operator) -> Tensor | None:
        """The operator's output as a constant; None if its value is unknown or must be computed at run time."""
        if operator.code not in PURE or len(operator.outputs) != 1 or operator.outputs[0] in self._interface:
            return None
        (target,) = operator.outputs
        if target.variable or any(reader.code not in PURE for reader in self._readers[target]):
            return None
        values = self._values(operator)
        if values is None:
            return None
        data = Data(values.astype({ElementType.INT32: "<i4", ElementType.INT64: "<i8"}[target.type]).tobytes())
        return replace(target, data=data)

    def _values(self, operator: Operator) -> Array | None:
        import numpy as np

        target, source = operator.outputs[0], operator.inputs[0] if operator.inputs else None
        if operator.code in ("SHAPE", "RANK"):
            if source is None or source not in self._settled or target.type not in LIMITS:
                return None
            shape = np.array(source.shape, np.int64)
            return shape if operator.code == "SHAPE" else np.array(len(shape), np.int64)
        inputs = [_array(tensor) for tensor in operator.inputs]
        known = [array for array in inputs if array is not None]
        try:
            return evaluate(operator, known) if known and len(known) == len(inputs) else None
        except UnknownError:
            return None

    def _hands_on(self, operator: Operator) -> bool:
        """Whether LiteRT must find the file's shape for the operator's output, whatever its signature leaves open."""
        varying = [tensor for tensor in operator.inputs if tensor is not None and tensor.data is None]
        if len(operator.outputs) != 1 or not varying or not all(tensor in self._settled for tensor in varying):
            return False
        (target,) = operator.outputs
        if operator.code == "RESHAPE":
            return len(operator.inputs) == 2 and _says(integers(operator.inputs[1]), target.shape)
        batches = {tensor.shape[:1] for tensor in (*varying, target)}
        return operator.code in _HANDS_ON_BATCH and len(batches) == 1 and open_axes(target) == (0,)

    def _is_needless(self, operator: Operator) -> bool:
        """Whether the operator is a RESHAPE whose readers all take its input unchanged."""
        source = operator.inputs[0] if operator.inputs else None
        if operator.code != "RESHAPE" or source is None or source.data is not None or source.variable:
            return False
        (target,) = operator.outputs
        readers = self._readers[target]
        return (
            target not in self._interface
            and (source.type, steps(source)) == (target.type, steps(target))
            and bool(readers)
            and all(_flattens(reader, target) for reader in readers)
        )


def _array(tensor: Tensor | None) -> Array | None:
    """The integers of a constant; None for other tensors."""
    import numpy as np

    values = integers(tensor) if tensor is not None and tensor.type in LIMITS and not tensor.variable else None
    return None if values is None or tensor is None else np.array(values, np.int64).reshape(tensor.shape)


def _says(numbers: Sequence[int] | None, shape: Sequence[int]) -> bool:
    """Whether the numbers given to a RESHAPE are `shape`, except at most one -1 for a length to be computed."""
    if numbers is None or len(numbers) != len(shape) or numbers.count(-1) > 1:
        return False
    return all(one in (-1, other) for one, other in zip(numbers, shape, strict=True))


def _flattens(reader: Operator, matrix: Tensor) -> bool:
    """Whether a reader of a matrix accepts any shape with the same elements."""
    if reader.code != "FULLY_CONNECTED" or reader.options.get("keep_num_dims") or len(matrix.shape) != 2:
        return False
    weights = reader.inputs[1] if len(reader.inputs) > 1 else None
    return (
        reader.inputs.count(matrix) == 1
        and reader.inputs[0] is matrix
        and weights is not None
        and len(weights.shape) == 2
        and weights.shape[1] == matrix.shape[1]
        and len(reader.outputs[0].shape) == 2
        and not reader.options.get("weights_format")
    )
