"""BATCH_MATMUL."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from arenite.codegen.operators.binary import product_fields
from arenite.codegen.operators.copy import steps
from arenite.codegen.quantized import RANGES, fit_wide_sums, quantize_multiplier, scale_of
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit, require, same_types, tensors
from arenite.model import ElementType, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Field


_TYPES = (ElementType.INT8, ElementType.INT16, ElementType.FLOAT32)


def batch_matmul(unit: Unit, operator: Operator) -> None:
    """BATCH_MATMUL: one call per product. A batch of 1 is broadcast."""
    (first, second), output = tensors(operator, 2), operator.outputs[0]
    kind = same_types((first.type, second.type, output.type), _TYPES)
    require(min(len(first.shape), len(second.shape)) >= 2, "the inputs must be matrices")
    left = _matrix(first, transposed=bool(operator.options.get("adj_x")))
    right = _matrix(second, transposed=bool(operator.options.get("adj_y")))
    (rows, depth), (also_depth, columns) = left[0], right[0]
    require(depth == also_depth and output.shape[-2:] == (rows, columns), "the shapes do not fit")
    fields: dict[str, Field] = {
        **{"rows": rows, "depth": depth, "columns": columns},
        **dict(zip(("first_row", "first_step"), left[1], strict=True)),
        **dict(zip(("second_step", "second_column"), right[1], strict=True)),
    }
    if kind is not ElementType.FLOAT32:
        scale = quantize_multiplier(scale_of(first) * scale_of(second) / scale_of(output))
        if kind is ElementType.INT16:
            fit_wide_sums([scale])
        lowest, highest = RANGES[kind]
        fields |= product_fields(first, second, output, scale) | {"lowest": lowest, "highest": highest}
    layer = unit.parameters(f"matmul_{TYPES[kind].suffix}", **fields)
    batches = output.shape[:-2]
    for number, index in enumerate(product(*map(range, batches))):
        unit.call_with(
            layer,
            unit.pointer(first, extra=_place(first, index) * kind.bytes),
            unit.pointer(second, extra=_place(second, index) * kind.bytes),
            unit.target(output, extra=number * rows * columns * kind.bytes),
        )


def _matrix(tensor: Tensor, *, transposed: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns of the matrices as multiplied, and the element steps along both."""
    height, width = tensor.shape[-2:]
    return ((width, height), (1, width)) if transposed else ((height, width), (width, 1))


def _place(tensor: Tensor, index: Sequence[int]) -> int:
    """Position, in elements, of the matrix for one batch index of the output."""
    batches = tensor.shape[:-2]
    of_batch = steps(tensor.shape)[: len(batches)]
    own = index[len(index) - len(batches) :]
    fit = len(own) == len(batches) and all(n == 1 or i < n for i, n in zip(own, batches, strict=True))
    require(fit, "the batches cannot be broadcast")
    return sum(0 if n == 1 else i * step for i, n, step in zip(own, batches, of_batch, strict=True))
