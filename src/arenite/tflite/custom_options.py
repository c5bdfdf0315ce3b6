"""Options of custom operators, which TFLM's own library of them keeps in a flexbuffer, as a map."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

from arenite.tflite.origin import origin_of
from arenite.tflite.slots import OperatorField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Operator


@lru_cache(maxsize=256)
def custom_options(operator: Operator) -> Mapping[str, int]:
    """The integers and booleans among an operator's custom options, by name; none where they are no such map."""
    origin = origin_of(operator)
    content = origin.table.content(OperatorField.CUSTOM_OPTIONS) if origin is not None else None
    if not content:
        return {}
    from flatbuffers import flexbuffers

    try:
        options = flexbuffers.Loads(bytes(content))
    except (ValueError, IndexError, TypeError, UnicodeDecodeError, OverflowError, RecursionError, struct.error):
        return {}
    if not isinstance(options, dict):
        return {}
    return {str(name): int(value) for name, value in options.items() if isinstance(value, int)}
