"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR; positions and weights are computed at export time."""

from __future__ import annotations

import math

from arenite.codegen.quantized import rounded, single
from arenite.codegen.types import FLOAT, INT16, TYPES
from arenite.codegen.unit import Unit, require, same_types, tensors
from arenite.model import ElementType, Operator, Tensor

LARGEST = 32767
"""Most rows or columns: their positions are stored in 16 bits."""


def resize_nearest(unit: Unit, operator: Operator) -> None:
    """RESIZE_NEAREST_NEIGHBOR (GetNearestNeighbor, in single precision)."""
    source, output = _images(operator)
    require(source.type is output.type, "there is no kernel for these types")
    corners, centers = _options(operator)
    axes = [
        [_nearest(i, source.shape[axis], output.shape[axis], corners, centers) for i in range(output.shape[axis])]
        for axis in (1, 2)
    ]
    pixel = source.shape[3] * source.type.bytes
    layer = unit.parameters(
        "resize_nearest",
        rows=output.shape[1],
        columns=output.shape[2],
        pixel=pixel,
        line=pixel * source.shape[2],
        row=unit.numbers(INT16, axes[0], "row"),
        column=unit.numbers(INT16, axes[1], "column"),
    )
    for places in unit.images(source, output):
        unit.call_with(layer, *places)


def _nearest(position: int, length: int, outputs: int, corners: bool, centers: bool) -> int:
    aligned = corners and outputs > 1
    scale = single((length - 1) / single(outputs - 1)) if aligned else single(length / single(outputs))
    place = single((position + (0.5 if centers else 0.0)) * scale)
    found = min(rounded(place) if corners else math.floor(place), length - 1)
    return max(0, found) if centers else found


def resize_bilinear(unit: Unit, operator: Operator) -> None:
    """RESIZE_BILINEAR: int8 with 10 fractional bits (ResizeBilinearInteger), floats in single precision."""
    source, output = _images(operator)
    kind = same_types((source.type, output.type), (ElementType.INT8, ElementType.FLOAT32))
    corners, centers = _options(operator)
    between = _between_floats if kind is ElementType.FLOAT32 else _between_integers
    weight = FLOAT if kind is ElementType.FLOAT32 else INT16
    rows, columns = (between(source.shape[axis], output.shape[axis], corners, centers) for axis in (1, 2))
    layer = unit.parameters(
        f"resize_bilinear_{TYPES[kind].suffix}",
        rows=output.shape[1],
        columns=output.shape[2],
        depth=output.shape[3],
        line=source.shape[2] * source.shape[3],
        row=unit.numbers(INT16, [number for low, high, _ in rows for number in (low, high)], "row"),
        column=unit.numbers(INT16, [number for low, high, _ in columns for number in (low, high)], "column"),
        row_weight=unit.numbers(weight, [share for *_, share in rows], "row weight"),
        column_weight=unit.numbers(weight, [share for *_, share in columns], "column weight"),
    )
    for places in unit.images(source, output):
        unit.call_with(layer, *places)


def _between_integers(length: int, outputs: int, corners: bool, centers: bool) -> list[tuple[int, int, float]]:
    """For each output, both positions of the input, and the weight of the second one times 1024."""
    if corners and outputs > 1:
        scale = (1024 * (length - 1) + (outputs - 1) // 2) // (outputs - 1)
    else:
        scale = (1024 * length + outputs // 2) // outputs
    result: list[tuple[int, int, float]] = []
    for position in range(outputs):
        place = position * scale + (scale // 2 - 512 if centers else 0)
        low = max(place // 1024 if place >= 0 else -(-place // 1024), 0)
        above = place + 1023
        high = min(above // 1024 if above >= 0 else -(-above // 1024), length - 1)
        result.append((low, high, place - 1024 * low))
    return result


def _between_floats(length: int, outputs: int, corners: bool, centers: bool) -> list[tuple[int, int, float]]:
    """For each output, both positions of the input, and the weight of the second one."""
    scale = single((length - 1) / (outputs - 1)) if corners and outputs > 1 else single(length / outputs)
    result: list[tuple[int, int, float]] = []
    for position in range(outputs):
        place = single(single((position + 0.5) * scale) - 0.5) if centers else single(position * scale)
        low = max(math.floor(place), 0)
        result.append((low, min(math.ceil(place), length - 1), single(place - low)))
    return result


def _images(operator: Operator) -> tuple[Tensor, Tensor]:
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(len(source.shape) == len(output.shape) == 4, "input and output must have four dimensions")
    require(source.shape[0] == output.shape[0] and source.shape[3] == output.shape[3], "the shapes do not fit")
    require(max(*source.shape[1:3], *output.shape[1:3]) <= LARGEST, f"more than {LARGEST:,} rows or columns")
    return source, output


def _options(operator: Operator) -> tuple[bool, bool]:
    return bool(operator.options.get("align_corners")), bool(operator.options.get("half_pixel_centers"))
