"""A new flatbuffer in front of the bytes of an old one.

A flatbuffer is built from its end to its start, and every offset points toward the end. So the old file, byte for byte,
can be the part that is already built: unchanged objects are referred to where they are, changed ones are built in front
of it. The file grows by a multiple of 16, so aligned objects stay aligned, and the last bytes of the file stay last.

     new: | root, TFL3 | new tables -> ...  | old root, TFL3 | old tables ... weights ... | zip |
                              \\______________________________^
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from arenite.errors import ModelError
from arenite.tflite.flat import U32, U64, Image
from arenite.tflite.slots import ModelField, SubGraphField

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIGNMENT = 16
"""Alignment in bytes of buffer contents in the file: `force_align: 16` in the schema."""
_ROOM = 4096
"""Bytes in front of the source at the start; the builder's buffer grows when they are used up."""


class Sheet:
    """A flatbuffer builder on top of a source image, or without one.

    A `reference` is what the `flatbuffers` builder calls an offset: the distance of an object from the end of the file.
    """

    def __init__(self, source: Image | None) -> None:
        import flatbuffers

        data = source.data if source else b""
        self.source = source
        self._padding = -len(data) % ALIGNMENT
        self._base = len(data) + self._padding
        self._absolute: list[tuple[int, int]] = []
        self.builder: Any = flatbuffers.Builder(0)
        self.builder.Bytes = bytearray(_ROOM) + data + bytes(self._padding)
        self.builder.head = _ROOM
        self.builder.minalign = ALIGNMENT

    def reference(self, position: int) -> int:
        """Reference to an object of the source."""
        return self._base - position

    @cached_property
    def operator_vectors(self) -> Counter[int]:
        """How many subgraphs of the source use each vector of operators, by position of its first element."""
        assert self.source is not None
        image = self.source
        graphs = image.table(image.indirect(0)).tables(ModelField.SUBGRAPHS)
        return Counter(image.table(position).target(SubGraphField.OPERATORS) + U32.size for position in graphs)

    def patch(self, position: int, content: bytes) -> None:
        """Overwrite bytes in the source's part of the file."""
        start = len(self.builder.Bytes) - self._base + position
        self.builder.Bytes[start : start + len(content)] = content

    def tables(self, references: Sequence[int]) -> int:
        """Build a vector of tables."""
        self.builder.StartVector(4, len(references), 4)
        for reference in reversed(references):
            self.builder.PrependUOffsetTRelative(reference)
        return int(self.builder.EndVector())

    def numbers(self, values: Sequence[int]) -> int:
        """Build a vector of int32."""
        self.builder.StartVector(4, len(values), 4)
        for value in reversed(values):
            self.builder.PrependInt32(value)
        return int(self.builder.EndVector())

    def content(self, content: bytes | memoryview) -> int:
        """Build a vector of bytes with an aligned first byte, which the schema's own `Pack` does not align."""
        builder = self.builder
        builder.StartVector(1, len(content), ALIGNMENT)
        builder.head -= len(content)
        builder.Bytes[builder.head : builder.head + len(content)] = content
        return int(builder.EndVector())

    def absolute(self, reference: int, slot: int) -> None:
        """Record a field with a position in the whole file, which grows with the file."""
        self._absolute.append((reference, slot))

    def finish(self, root: int) -> bytes:
        """The bytes of the whole file, with the root table at this reference.

        Raises:
            ModelError: the file would exceed 2 GB, the limit of flatbuffers.
        """
        if self.builder.Offset() != self._base or self.source is None:
            self.builder.Finish(root, b"TFL3")
        end = len(self.builder.Bytes)
        output = self.builder.Bytes[self.builder.head : end - self._padding]
        grown = len(output) - (self.source.size if self.source else 0)
        if self._absolute and grown:
            self._shift(output, grown)
        return bytes(output)

    def _shift(self, output: bytearray, grown: int) -> None:
        image = Image(bytes(output))
        places = set()
        for reference, slot in self._absolute:
            place = image.table(len(output) + self._padding - reference).field(slot, U64.size)
            if place and U64.unpack_from(output, place)[0] > 1:
                places.add(place)
        for place in places:
            U64.pack_into(output, place, U64.unpack_from(output, place)[0] + grown)


def refuse_unknown(image: Image, position: int, known: int, what: str) -> None:
    """Check that a table to be rebuilt has no fields newer than the schema, since they would be lost.

    Raises:
        ModelError: the table has such fields; the message names the table.
    """
    if image.table(position).fields_beyond(known):
        raise ModelError(f"{what} holds fields newer than the schema of the installed ai-edge-litert; update it")
