"""Buffers of the file to write: the source's buffers keep their numbers, new ones follow."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from arenite.tflite.flat import U32
from arenite.tflite.options import schema
from arenite.tflite.origin import origin_of, original_of
from arenite.tflite.sheet import ALIGNMENT, refuse_unknown
from arenite.tflite.slots import BufferField, MetadataField, ModelField, SubGraphField, TensorField

if TYPE_CHECKING:
    from arenite.model import Data
    from arenite.tflite.flat import Table
    from arenite.tflite.sheet import Sheet


class Buffers:
    """Assigns buffer numbers to contents. Number 0 is the empty buffer, as the schema requires."""

    def __init__(self, sheet: Sheet, root: Table | None) -> None:
        self._sheet = sheet
        self._root = root
        self._positions = root.tables(ModelField.BUFFERS) if root else ()
        self._references: list[int | None] = [sheet.reference(position) for position in self._positions]
        self._numbers: dict[int, int] = {}
        self._new: dict[int, Data] = {}
        # A list of buffers with metadata from old files is not part of Model: these buffers always stay.
        self._kept = set(root.numbers(ModelField.METADATA_BUFFER, "i")) if root else set()
        for position in self._positions:
            sheet.absolute(sheet.reference(position), BufferField.OFFSET)

    def number(self, data: Data | None) -> int:
        """Number of the buffer with this content; a new number if the source has no such buffer."""
        if data is None:
            return self._empty()
        origin = origin_of(data)
        if origin and origin.image is self._sheet.source and origin.position and original_of(data) is data:
            self.keep(origin.index)
            return origin.index
        if id(data) not in self._numbers:
            if not self._references:
                self._empty()
            self._numbers[id(data)] = self._append()
            self._new[self._numbers[id(data)]] = data
        return self._numbers[id(data)]

    def keep(self, number: int) -> None:
        """Record that an unchanged part of the source uses a buffer."""
        self._kept.add(number)

    def _empty(self) -> int:
        """Number of an empty buffer: 0, unless buffer 0 of the source is not empty."""
        if not self._references:
            return self._append()
        if 0 not in self._new and self._content(0) is None:
            return 0
        if -1 not in self._numbers:
            self._numbers[-1] = self._append()
        return self._numbers[-1]

    def _append(self) -> int:
        self._references.append(None)
        return len(self._references) - 1

    def _content(self, number: int) -> memoryview | None:
        """Content of a source buffer inside the flatbuffer; None if it is empty or stored elsewhere."""
        if number >= len(self._positions):
            return None
        assert self._root is not None
        return self._root.image.table(self._positions[number]).content(BufferField.DATA) or None

    def renew(self, number: int, data: Data) -> bool:
        """Replace the content of a source buffer in place; False if something else uses the buffer too."""
        if self._root is None or self._uses[number] != 1 or self._listed[self._positions[number]] != 1:
            return False
        table = self._root.image.table(self._positions[number])
        place = table.target(BufferField.DATA)
        content = self._content(number)
        alone = self._places[place] == 1
        if content is not None and len(content) == len(data) and alone and not (place + 4) % ALIGNMENT:
            self._sheet.patch(place + 4, bytes(data.content))
        else:
            refuse_unknown(self._root.image, table.position, BufferField.COUNT, f"buffer {number}")
            self._new[number] = data
        self.keep(number)
        return True

    @cached_property
    def _listed(self) -> Counter[int]:
        """How often the source lists each buffer table, by position of the table."""
        return Counter(self._positions)

    @cached_property
    def _places(self) -> Counter[int]:
        """How many source buffers have their content at each position."""
        assert self._root is not None
        return Counter(self._root.image.table(p).target(BufferField.DATA) for p in self._positions)

    @cached_property
    def _uses(self) -> Counter[int]:
        """How often the source refers to each of its buffers."""
        return Counter(_users(self._root) if self._root is not None else ())

    def build(self, *, copy_misplaced: bool) -> int | None:
        """Build new buffers; returns the reference of the vector of all buffers, None if the source's vector can stay.

        A buffer that the source used and that has no user any more becomes empty; its number stays. With
        `copy_misplaced`, misaligned contents of the source are stored again, for files in which no part can be moved.
        """
        dropped = self._dropped()
        references = []
        for number, reference in enumerate(self._references):
            if reference is None or number in self._new or number in dropped:
                references.append(self._table(self._new[number].content if number in self._new else b""))
            elif copy_misplaced and self._misplaced(number):
                references.append(self._table(self._content(number) or b""))
            else:
                references.append(reference)
        if self._root is not None and references == [self._sheet.reference(p) for p in self._positions]:
            return None
        return self._sheet.tables(references)

    def _dropped(self) -> set[int]:
        return {n for n in range(len(self._positions)) if self._uses[n] and n not in self._kept and self._content(n)}

    def _misplaced(self, number: int) -> bool:
        if self._content(number) is None or self._root is None:
            return False
        table = self._root.image.table(self._positions[number])
        if not (table.target(BufferField.DATA) + U32.size) % ALIGNMENT:
            return False
        refuse_unknown(table.image, table.position, BufferField.COUNT, f"buffer {number}")
        return True

    def _table(self, content: bytes | memoryview) -> int:
        data = self._sheet.content(content) if len(content) else None
        schema().BufferStart(self._sheet.builder)
        if data is not None:
            schema().BufferAddData(self._sheet.builder, data)
        return int(schema().BufferEnd(self._sheet.builder))


def _users(root: Table) -> list[int]:
    """Buffer numbers to which the source refers, once per reference."""
    image = root.image
    users = list(root.numbers(ModelField.METADATA_BUFFER, "i"))
    users += [image.table(entry).number(MetadataField.BUFFER, U32) for entry in root.tables(ModelField.METADATA)]
    for graph in root.tables(ModelField.SUBGRAPHS):
        for tensor in image.table(graph).tables(SubGraphField.TENSORS):
            users.append(image.table(tensor).number(TensorField.BUFFER, U32))
    return users
