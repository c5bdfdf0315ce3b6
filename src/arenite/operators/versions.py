"""Operator versions in files: the first versions that support the types which Arenite writes.

Source: TensorFlow's tools/versioning/op_version.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Mapping

_INT8: Mapping[str, int] = {
    **dict.fromkeys(("ADD", "AVERAGE_POOL_2D", "CONCATENATION", "MAX_POOL_2D", "MEAN", "PAD"), 2),
    **dict.fromkeys(("RESIZE_NEAREST_NEIGHBOR", "SLICE", "SOFTMAX"), 2),
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D"), 3),
    "FULLY_CONNECTED": 4,
}
_INT16: Mapping[str, int] = {"CONCATENATION": 3, "PAD": 3, "SLICE": 4}
_VERSIONS: Mapping[ElementType, Mapping[str, int]] = {ElementType.INT8: _INT8, ElementType.INT16: _INT16}


def version(code: str, element: ElementType) -> int:
    """First version of an operator that supports a type; 1 for types that were supported from the start."""
    return _VERSIONS.get(element, {}).get(code, 1)
