"""Flatbuffers at the level of tables, every access checked against the end of the file.

A file may be truncated or hostile, so nothing is read before its position is known to lie inside. Positions are bytes
from the start of the file. Layout rules: https://flatbuffers.dev/internals.
"""

from __future__ import annotations

import math
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

I8, U8, BOOL = struct.Struct("<b"), struct.Struct("<B"), struct.Struct("<?")
U16, I32, U32, U64 = struct.Struct("<H"), struct.Struct("<i"), struct.Struct("<I"), struct.Struct("<Q")
READ_AGAIN = 16
"""How often the bytes of a file may be read, on average; files in which tables share what is equal stay below 3."""
SMALL = 1 << 16
"""Bytes beyond that which are read of any file, so that the tiniest may share as it likes."""
HEADER = 8
"""Bytes of the offset of the root table and the file identifier."""


class DamageError(Exception):
    """The file contradicts itself; the message says how, and `within` adds where."""


class NewerError(DamageError):
    """The file holds something that this version does not know; it need not be damaged."""


class UselessError(DamageError):
    """The file holds together, but says what no runtime can run."""


@contextmanager
def within(place: str) -> Iterator[None]:
    """Put a place in front of the complaint about what lies inside of it."""
    try:
        yield
    except DamageError as damage:
        raise type(damage)(f"{place}: {damage}") from None


class Image:
    """The bytes of a file that holds a flatbuffer, with checked reads."""

    __slots__ = ("_vtables", "data", "left", "size", "view")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left: float = math.inf
        self.view = memoryview(data).toreadonly()
        self.size = len(data)
        self._vtables: dict[int, tuple[int, tuple[int, ...]]] = {}

    def u32(self, position: int) -> int:
        """Unsigned 32-bit number at a position."""
        if not 0 <= position <= self.size - 4:
            raise DamageError(f"a number at byte {position} lies outside of the {self.size} bytes of the file")
        value: int = U32.unpack_from(self.data, position)[0]
        return value

    def indirect(self, position: int) -> int:
        """Position that the offset at `position` points to."""
        return position + self.u32(position)

    def table(self, position: int) -> Table:
        """Table at a position, its vtable and fields checked to be inside of the file."""
        if not 0 <= position <= self.size - 4:
            raise DamageError(f"a table at byte {position} lies outside of the {self.size} bytes of the file")
        vtable = position - I32.unpack_from(self.data, position)[0]
        length, slots = self._vtables.get(vtable) or self._read_vtable(vtable)
        if position + length > self.size:
            raise DamageError(f"the table at byte {position} is cut off by the end of the file")
        return Table(self, position, length, slots)

    def _read_vtable(self, position: int) -> tuple[int, tuple[int, ...]]:
        if not 0 <= position <= self.size - 4:
            raise DamageError(f"a vtable at byte {position} lies outside of the {self.size} bytes of the file")
        bytes_, length = struct.unpack_from("<2H", self.data, position)
        if bytes_ < 4 or bytes_ % 2 or position + bytes_ > self.size or length < 4:
            raise DamageError(f"the vtable at byte {position} makes no sense")
        slots = struct.unpack_from(f"<{bytes_ // 2 - 2}H", self.data, position + 4)
        if any(slot and not 4 <= slot < length for slot in slots):
            raise DamageError(f"the vtable at byte {position} places a field outside of its table")
        self._vtables[position] = length, slots
        return length, slots

    def vector(self, position: int, element: int) -> tuple[int, int]:
        """Position of the first element and number of elements of the vector at a position; `element` in bytes."""
        count = self.u32(position)
        if position + 4 + count * element > self.size:
            raise DamageError(f"a vector of {count} elements at byte {position} runs past the end of the file")
        self.spend(count * element)
        return position + 4, count

    @contextmanager
    def budget(self) -> Iterator[None]:
        """Limit how much is read: a small file in which many offsets lead to one place can be endless to walk."""
        self.left = READ_AGAIN * self.size + SMALL
        try:
            yield
        finally:
            self.left = math.inf

    def spend(self, bytes_: int) -> None:
        """Count bytes that were read against the budget, if there is one."""
        self.left -= bytes_
        if self.left < 0:
            raise DamageError(f"its offsets lead to the same bytes again and again, on average {READ_AGAIN} times")


class Table:
    """One table: fields are addressed by their slot, the number of the field in the schema."""

    __slots__ = ("_length", "image", "position", "slots")

    def __init__(self, image: Image, position: int, length: int, slots: tuple[int, ...]) -> None:
        self.image = image
        self.position = position
        self.slots = slots
        self._length = length

    @property
    def vtable(self) -> int:
        """Position of the vtable, which says where the fields are."""
        offset: int = I32.unpack_from(self.image.data, self.position)[0]
        return self.position - offset

    @property
    def extents(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Start and end of the table itself and of its vtable."""
        vtable = self.vtable
        length = U16.unpack_from(self.image.data, vtable)[0]
        return (self.position, self.position + self._length), (vtable, vtable + length)

    def field(self, slot: int, size: int = 4) -> int:
        """Position of a field of `size` bytes, 0 where it is absent."""
        slots = self.slots
        offset = slots[slot] if slot < len(slots) else 0
        if not offset:
            return 0
        if offset + size > self._length:
            raise DamageError(f"field {slot} runs past the end of the table at byte {self.position}")
        return self.position + offset

    def number(self, slot: int, kind: struct.Struct, default: int = 0) -> int:
        """Number in a field, or the schema's default."""
        at = self.field(slot, kind.size)
        if not at:
            return default
        value: int = kind.unpack_from(self.image.data, at)[0]
        return value

    def target(self, slot: int) -> int:
        """Position of what an offset field points to, 0 where it is absent."""
        at = self.field(slot)
        return self.image.indirect(at) if at else 0

    def table(self, slot: int) -> Table | None:
        """Table that a field points to."""
        at = self.target(slot)
        return self.image.table(at) if at else None

    def tables(self, slot: int) -> tuple[int, ...]:
        """Positions of the tables of a vector."""
        at = self.target(slot)
        if not at:
            return ()
        start, count = self.image.vector(at, 4)
        offsets = struct.unpack_from(f"<{count}I", self.image.data, start)
        return tuple(start + 4 * i + offset for i, offset in enumerate(offsets))

    def numbers(self, slot: int, code: str) -> tuple[int, ...]:
        """Elements of a vector of numbers; `code` is the letter of `struct` for one of them."""
        at = self.target(slot)
        if not at:
            return ()
        start, count = self.image.vector(at, struct.calcsize("<" + code))
        return struct.unpack_from(f"<{count}{code}", self.image.data, start)

    def content(self, slot: int) -> memoryview | None:
        """Bytes of a vector of bytes, not copied; None where it is absent."""
        at = self.target(slot)
        if not at:
            return None
        start, count = self.image.vector(at, 1)
        return self.image.view[start : start + count]

    def text(self, slot: int) -> str | None:
        """String in a field; bytes that are not UTF-8 come out escaped."""
        at = self.target(slot)
        if not at:
            return None
        start, count = self.image.vector(at, 1)
        if start + count >= self.image.size:
            raise DamageError(f"the string at byte {at} is cut off by the end of the file")
        return self.image.data[start : start + count].decode("utf-8", "backslashreplace")

    def fields_beyond(self, known: int) -> bool:
        """Whether the table has a field that a schema of `known` fields does not know."""
        return any(self.slots[known:])
