"""Options of custom operators, which TFLM's own operators store in a flexbuffer, as a map.

Reads only numbers in the map at the root: the work is linear in the file, even for hostile nesting. Format:
https://flatbuffers.dev/internals#flexbuffers. A flexbuffer is read from its end:

    | names | keys | offset of the keys, their width, number of values | values, types | root | type, width |
"""

from __future__ import annotations

from struct import unpack_from
from typing import TYPE_CHECKING, NamedTuple

from arenite.tflite.origin import origin_of
from arenite.tflite.slots import OperatorField

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.model import Operator

_INT, _UINT, _INDIRECT_INT, _INDIRECT_UINT, _MAP, _BOOL = 1, 2, 6, 7, 9, 26
_FLOAT, _INDIRECT_FLOAT = 3, 8
_SIGNED = frozenset({_INT, _INDIRECT_INT})
_INDIRECT = frozenset({_INDIRECT_INT, _INDIRECT_UINT, _INDIRECT_FLOAT})
_FLOATS = {4: "<f", 8: "<d"}
"""Formats of floats by their width."""
_WIDTHS = (1, 2, 4, 8)
_LONGEST_NAME = 64
"""Most bytes of an option name that is read; TFLM's kernels use names of at most 40."""


class _DamagedError(Exception):
    """An offset leads outside the flexbuffer."""


def custom_options(operator: Operator) -> Mapping[str, int]:
    """Integers and booleans among an operator's custom options, by name; empty if the options are not such a map."""
    return {name: value for name, value in custom_numbers(operator).items() if isinstance(value, int)}


def custom_numbers(operator: Operator) -> Mapping[str, int | float]:
    """Integers, booleans and floats among an operator's custom options, by name; empty if they are not such a map."""
    return operator.once(custom_numbers, _custom_numbers)


def _custom_numbers(operator: Operator) -> Mapping[str, int | float]:
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

    def real(self, position: int, width: int) -> float | None:
        """Float of `width` bytes at a position; None for widths that floats do not have."""
        if width not in _FLOATS:
            return None
        if not 0 <= position <= len(self.content) - width:
            raise _DamagedError
        value: float = unpack_from(_FLOATS[width], self.content, position)[0]
        return value

    def target(self, position: int, width: int) -> int:
        """Target of the backward offset at `position`."""
        return position - self.number(position, width)

    def name(self, position: int) -> str | None:
        """Name that starts at a position; None if it is longer than `_LONGEST_NAME`."""
        end = self.content.find(0, position, position + _LONGEST_NAME + 1) if position >= 0 else -1
        return None if end < 0 else self.content[position:end].decode("utf-8", "backslashreplace")


def _entries(buffer: _Flexbuffer) -> Iterator[tuple[str, int | float]]:
    """Name and value of each number in the map at the root."""
    end = len(buffer.content)
    kind, width = buffer.number(end - 2, 1), buffer.number(end - 1, 1)
    if kind >> 2 != _MAP:
        return
    values, width = buffer.target(end - 2 - width, width), 1 << (kind & 3)
    count = buffer.number(values - width, width)
    keys, keys_width = buffer.target(values - 3 * width, width), buffer.number(values - 2 * width, width)
    for place in range(count):
        name = buffer.name(buffer.target(keys + place * keys_width, keys_width))
        value = _number(buffer, values + place * width, width, buffer.number(values + count * width + place, 1))
        if name is not None and value is not None:
            yield name, value


def _number(buffer: _Flexbuffer, position: int, width: int, packed: int) -> int | float | None:
    """A number or boolean of a map; None for values of other types."""
    kind = packed >> 2
    if kind in _INDIRECT:
        position, width = buffer.target(position, width), 1 << (packed & 3)
    if kind in (_FLOAT, _INDIRECT_FLOAT):
        return buffer.real(position, width)
    if kind in (_INT, _UINT, _BOOL, _INDIRECT_INT, _INDIRECT_UINT):
        return buffer.number(position, width, signed=kind in _SIGNED)
    return None
