"""Options of custom operators, which TFLM's own library of them keeps in a flexbuffer, as a map.

Only the map at the root is read, and of that only integers: whatever a hostile file nests in it, the work is linear.
Format: https://flatbuffers.dev/internals#flexbuffers. It is read from its end:

    | names | keys | offset of the keys, their width, number of values | values, types | root | type, width |
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from arenite.tflite.origin import origin_of
from arenite.tflite.slots import OperatorField

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.model import Operator

_INT, _UINT, _INDIRECT_INT, _INDIRECT_UINT, _MAP, _BOOL = 1, 2, 6, 7, 9, 26
_SIGNED = frozenset({_INT, _INDIRECT_INT})
_INDIRECT = frozenset({_INDIRECT_INT, _INDIRECT_UINT})
_WIDTHS = (1, 2, 4, 8)
_LONGEST_NAME = 64
"""Bytes of a name that is read; TFLM's kernels ask for names of at most 40."""


class _DamagedError(Exception):
    """An offset leads outside of the flexbuffer."""


@lru_cache(maxsize=256)
def custom_options(operator: Operator) -> Mapping[str, int]:
    """The integers and booleans among an operator's custom options, by name; none where they are no such map."""
    origin = origin_of(operator)
    content = origin.table.content(OperatorField.CUSTOM_OPTIONS) if origin is not None else None
    if not content:
        return {}
    try:
        return dict(_entries(_Flexbuffer(bytes(content))))
    except _DamagedError:
        return {}


class _Flexbuffer(NamedTuple):
    """The bytes of a flexbuffer, with checked reads."""

    content: bytes

    def number(self, position: int, width: int, *, signed: bool = False) -> int:
        """Number of `width` bytes at a position."""
        if width not in _WIDTHS or not 0 <= position <= len(self.content) - width:
            raise _DamagedError
        return int.from_bytes(self.content[position : position + width], "little", signed=signed)

    def target(self, position: int, width: int) -> int:
        """Position that the offset at `position` leads back to."""
        return position - self.number(position, width)

    def name(self, position: int) -> str | None:
        """Name that begins at a position; None where it is longer than any that is asked for."""
        end = self.content.find(0, position, position + _LONGEST_NAME + 1) if position >= 0 else -1
        return None if end < 0 else self.content[position:end].decode("utf-8", "backslashreplace")


def _entries(buffer: _Flexbuffer) -> Iterator[tuple[str, int]]:
    """Name and value of the integers in the map at the root."""
    end = len(buffer.content)
    kind, width = buffer.number(end - 2, 1), buffer.number(end - 1, 1)
    if kind >> 2 != _MAP:
        return
    values, width = buffer.target(end - 2 - width, width), 1 << (kind & 3)
    count = buffer.number(values - width, width)
    keys, keys_width = buffer.target(values - 3 * width, width), buffer.number(values - 2 * width, width)
    for place in range(count):
        name = buffer.name(buffer.target(keys + place * keys_width, keys_width))
        value = _integer(buffer, values + place * width, width, buffer.number(values + count * width + place, 1))
        if name is not None and value is not None:
            yield name, value


def _integer(buffer: _Flexbuffer, position: int, width: int, packed: int) -> int | None:
    """An integer or boolean of a map, None for a value of another type."""
    kind = packed >> 2
    if kind in _INDIRECT:
        return buffer.number(buffer.target(position, width), 1 << (packed & 3), signed=kind in _SIGNED)
    if kind in (_INT, _UINT, _BOOL):
        return buffer.number(position, width, signed=kind in _SIGNED)
    return None
