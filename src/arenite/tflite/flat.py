"""Flatbuffers at the level of tables, with bounds checks on every access.

A file may be truncated or hostile, so each position is checked before it is read. Positions are bytes from the start
of the file. Layout rules: https://flatbuffers.dev/internals.
"""

from __future__ import annotations

import math
import struct
from contextlib import contextmanager
from functools import lru_cache
from operator import add
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

I8, U8, BOOL = struct.Struct("<b"), struct.Struct("<B"), struct.Struct("<?")
U16, I32, U32, U64 = struct.Struct("<H"), struct.Struct("<i"), struct.Struct("<I"), struct.Struct("<Q")
_COUNT = U32.unpack_from
_SIZES = {code: struct.calcsize("<" + code) for code in "bBhHiIfqQ"}
"""Bytes of a number by its letter of `struct`."""
READ_AGAIN = 16
"""Budget of reads as a multiple of the file size. Files whose tables share equal parts stay below 3."""
SMALL = 1 << 16
"""Additional bytes in the budget of every file, so that tiny files may share parts more often."""
HEADER = 8
"""Bytes of the root table's offset and the file identifier."""


class DamageError(Exception):
    """The file is inconsistent; the message says how, and `within` adds where."""

    def within(self, place: str) -> DamageError:
        """The same error, with the place before its message."""
        return type(self)(f"{place}: {self}")


class NewerError(DamageError):
    """The file has a part that this version does not know; it need not be damaged."""


class UselessError(DamageError):
    """The file is consistent, but no runtime can run it."""


class within:  # noqa: N801 (reads like the context managers of contextlib; as a function it takes three times as long)
    """Prefix the message of a DamageError with a place."""

    __slots__ = ("_place",)

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DamageError):
            raise error.within(self._place) from None


class Image:
    """Bytes of a flatbuffer file, with bounds-checked reads."""

    __slots__ = ("_layouts", "data", "left", "size", "view")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left: float = math.inf
        self.view = memoryview(data).toreadonly()
        self.size = len(data)
        self._layouts: dict[int, tuple[int, tuple[int, ...]]] = {}

    def __reduce__(self) -> tuple[object, ...]:
        return Image, (self.data,)

    def u32(self, position: int) -> int:
        """Unsigned 32-bit number at a position."""
        if not 0 <= position <= self.size - 4:
            raise DamageError(f"a number at byte {position} lies outside of the {self.size} bytes of the file")
        value: int = U32.unpack_from(self.data, position)[0]
        return value

    def indirect(self, position: int) -> int:
        """Target of the offset at `position`."""
        return position + self.u32(position)

    def table(self, position: int) -> Table:
        """Table at a position; checks that its vtable and fields lie inside the file."""
        length, slots = self.layout(self.vtable(position))
        if position + length > self.size:
            raise DamageError(f"the table at byte {position} is cut off by the end of the file")
        return Table(self, position, length, slots)

    def vtable(self, position: int) -> int:
        """Position of the vtable of the table at a position; not checked."""
        if not 0 <= position <= self.size - 4:
            raise DamageError(f"a table at byte {position} lies outside of the {self.size} bytes of the file")
        offset: int = I32.unpack_from(self.data, position)[0]
        return position - offset

    def layout(self, vtable: int) -> tuple[int, tuple[int, ...]]:
        """Bytes of the tables with a vtable, and in their order of slots the places of their fields; 0 if absent."""
        return self._layouts.get(vtable) or self._read_vtable(vtable)

    def _read_vtable(self, position: int) -> tuple[int, tuple[int, ...]]:
        if not 0 <= position <= self.size - 4:
            raise DamageError(f"a vtable at byte {position} lies outside of the {self.size} bytes of the file")
        bytes_, length = struct.unpack_from("<2H", self.data, position)
        if bytes_ < 4 or bytes_ % 2 or position + bytes_ > self.size or length < 4:
            raise DamageError(f"the vtable at byte {position} makes no sense")
        slots = struct.unpack_from(f"<{bytes_ // 2 - 2}H", self.data, position + 4)
        if any(slot and not 4 <= slot < length for slot in slots):
            raise DamageError(f"the vtable at byte {position} places a field outside of its table")
        self._layouts[position] = length, slots
        return length, slots

    def vector(self, position: int, element: int) -> tuple[int, int]:
        """(position of the first element, number of elements) of the vector at a position; `element` in bytes."""
        try:
            count: int = _COUNT(self.data, position)[0]
        except struct.error:
            count = self.u32(position)  # says what is wrong
        length = count * element
        if position + 4 + length > self.size:
            raise DamageError(f"a vector of {count} elements at byte {position} runs past the end of the file")
        self.left = left = self.left - length
        if left < 0:
            self.spend(0)
        return position + 4, count

    def numbers(self, position: int, code: str) -> tuple[Any, ...]:
        """Elements of the vector at a position; `code` is the `struct` letter of an element. Position 0 has none."""
        if not position:
            return ()
        start, count = self.vector(position, _SIZES[code])
        return _elements(count, code)(self.data, start)

    def tables(self, position: int) -> tuple[int, ...]:
        """Positions of the tables in the vector at a position; position 0 has none."""
        if not position:
            return ()
        start, count = self.vector(position, 4)
        offsets = _elements(count, "I")(self.data, start)
        return tuple(map(add, offsets, range(start, start + 4 * count, 4)))

    def content(self, position: int) -> memoryview | None:
        """Content of the vector of bytes at a position, not copied; None at position 0."""
        if not position:
            return None
        start, count = self.vector(position, 1)
        return self.view[start : start + count]

    def text(self, position: int) -> str | None:
        """String at a position, None at position 0; bytes that are not UTF-8 are escaped."""
        if not position:
            return None
        start, count = self.vector(position, 1)
        if start + count >= self.size:
            raise DamageError(f"the string at byte {position} is cut off by the end of the file")
        return self.data[start : start + count].decode("utf-8", "backslashreplace")

    @contextmanager
    def budget(self) -> Iterator[None]:
        """Limit the bytes read: in a small file, many offsets to the same place can make a walk endless."""
        self.left = READ_AGAIN * self.size + SMALL
        try:
            yield
        finally:
            self.left = math.inf

    def spend(self, bytes_: int) -> None:
        """Charge bytes against the budget, if there is one."""
        self.left -= bytes_
        if self.left < 0:
            raise DamageError(f"its offsets lead to the same bytes again and again, on average {READ_AGAIN} times")


@lru_cache(maxsize=1024)  # a file has some dozen lengths of vectors, damaged files may hold any
def _elements(count: int, code: str) -> Callable[[bytes, int], tuple[Any, ...]]:
    """Reads so many numbers, of the file's bytes and their position."""
    return struct.Struct(f"<{count}{code}").unpack_from


class Table:
    """One table. Fields are addressed by slot, the field's number in the schema."""

    __slots__ = ("_length", "image", "position", "slots")

    def __init__(self, image: Image, position: int, length: int, slots: tuple[int, ...]) -> None:
        self.image = image
        self.position = position
        self.slots = slots
        self._length = length

    @property
    def vtable(self) -> int:
        """Position of the vtable, which has the offsets of the fields."""
        return self.image.vtable(self.position)

    @property
    def extents(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """(start, end) of the table and of its vtable."""
        vtable = self.vtable
        length = U16.unpack_from(self.image.data, vtable)[0]
        return (self.position, self.position + self._length), (vtable, vtable + length)

    def fields_content(self, beyond: int) -> bytes:
        """Bytes of all fields, and as many bytes after them as `beyond` says and the file has."""
        return self.image.data[self.position + 4 : self.position + self._length + beyond]

    def field(self, slot: int, size: int = 4) -> int:
        """Position of a field of `size` bytes; 0 if it is absent."""
        slots = self.slots
        offset = slots[slot] if slot < len(slots) else 0
        if not offset:
            return 0
        if offset + size > self._length:
            raise DamageError(f"field {slot} runs past the end of the table at byte {self.position}")
        return self.position + offset

    def number(self, slot: int, kind: struct.Struct, default: int = 0) -> int:
        """Number in a field; `default`, as in the schema, if it is absent."""
        slots = self.slots
        offset = slots[slot] if slot < len(slots) else 0
        if not offset:
            return default
        # As `field` does.
        if offset + kind.size > self._length:
            raise DamageError(f"field {slot} runs past the end of the table at byte {self.position}")
        value: int = kind.unpack_from(self.image.data, self.position + offset)[0]
        return value

    def target(self, slot: int) -> int:
        """Target of an offset field; 0 if it is absent."""
        slots = self.slots
        offset = slots[slot] if slot < len(slots) else 0
        if not offset:
            return 0
        # As `field` does: most fields are offsets.
        if offset + 4 > self._length:
            raise DamageError(f"field {slot} runs past the end of the table at byte {self.position}")
        at = self.position + offset
        target: int = at + U32.unpack_from(self.image.data, at)[0]
        return target

    def table(self, slot: int) -> Table | None:
        """Table that a field points to."""
        at = self.target(slot)
        return self.image.table(at) if at else None

    def tables(self, slot: int) -> tuple[int, ...]:
        """Positions of the tables in a vector field."""
        return self.image.tables(self.target(slot))

    def numbers(self, slot: int, code: str) -> tuple[Any, ...]:
        """Elements of a vector of numbers; `code` is the `struct` letter of an element."""
        return self.image.numbers(self.target(slot), code)

    def content(self, slot: int) -> memoryview | None:
        """Content of a vector of bytes, not copied; None if it is absent."""
        return self.image.content(self.target(slot))

    def text(self, slot: int) -> str | None:
        """String in a field; bytes that are not UTF-8 are escaped."""
        return self.image.text(self.target(slot))

    def fields_beyond(self, known: int) -> bool:
        """Whether the table has a field beyond the first `known` fields of the schema."""
        return any(self.slots[known:])
