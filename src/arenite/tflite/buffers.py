"""The buffers of the file to write: those of the source at their numbers, new ones after them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from arenite.tflite.flat import U32
from arenite.tflite.options import schema
from arenite.tflite.origin import origin_of, original_of
from arenite.tflite.sheet import ALIGNMENT, refuse_unknown
from arenite.tflite.slots import BufferField, MetadataField, ModelField, SubGraphField, TensorField

if TYPE_CHECKING:
    from arenite.model import Data
    from arenite.tflite.flat import Image, Table
    from arenite.tflite.sheet import Sheet


class Buffers:
    """Numbers for contents. Number 0 is the empty buffer, as the schema wants it."""

    def __init__(self, sheet: Sheet, root: Table | None) -> None:
        self._sheet = sheet
        self._root = root
        self._positions = root.tables(ModelField.BUFFERS) if root else ()
        self._references: list[int | None] = [sheet.reference(position) for position in self._positions]
        self._numbers: dict[int, int] = {}
        self._new: dict[int, Data] = {}
        self._users: Counter[int] | None = None
        for position in self._positions:
            sheet.absolute(sheet.reference(position), BufferField.OFFSET)

    @property
    def changed(self) -> bool:
        """Whether there is anything to build."""
        return bool(self._new) or len(self._references) != len(self._positions)

    def number(self, data: Data | None) -> int:
        """Number of the buffer with this content, a new one where the source has none."""
        if data is None:
            return self._empty()
        origin = origin_of(data)
        if origin and origin.image is self._sheet.source and origin.position and original_of(data) is data:
            return origin.index
        if id(data) not in self._numbers:
            if not self._references:
                self._empty()
            self._numbers[id(data)] = self._append()
            self._new[self._numbers[id(data)]] = data
        return self._numbers[id(data)]

    def _empty(self) -> int:
        """Number of an empty buffer: 0, unless the source breaks that rule."""
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
        """Content of a buffer of the source in the flatbuffer itself, None where it is empty or stored elsewhere."""
        if number >= len(self._positions):
            return None
        assert self._root is not None
        return self._root.image.table(self._positions[number]).content(BufferField.DATA) or None

    def renew(self, number: int, data: Data) -> bool:
        """Put another content into a buffer of the source; False where something else uses the buffer too."""
        if self._root is None or self._uses(number) != 1 or self._positions.count(self._positions[number]) != 1:
            return False
        table = self._root.image.table(self._positions[number])
        place = table.target(BufferField.DATA)
        content = self._content(number)
        alone = [self._root.image.table(p).target(BufferField.DATA) for p in self._positions].count(place) == 1
        if content is not None and len(content) == len(data) and alone and not (place + 4) % ALIGNMENT:
            self._sheet.patch(place + 4, bytes(data.content))
        else:
            refuse_unknown(self._root.image, table.position, BufferField.COUNT, f"buffer {number}")
            self._new[number] = data
        return True

    def _uses(self, number: int) -> int:
        if self._users is None:
            assert self._root is not None
            self._users = Counter(_users(self._root))
        return self._users[number]

    def build(self) -> int | None:
        """Build what is new; return the reference of the vector of all buffers, None where the source's serves.

        Contents that are not aligned in the source are stored anew, because some kernels depend on it.
        """
        references = [
            self._new_table(number) if reference is None or number in self._new else self._aligned(number, reference)
            for number, reference in enumerate(self._references)
        ]
        if self._root is not None and references == [self._sheet.reference(p) for p in self._positions]:
            return None
        return self._sheet.tables(references)

    def _aligned(self, number: int, reference: int) -> int:
        content = self._content(number)
        assert self._root is not None
        image: Image = self._root.image
        table = image.table(self._positions[number])
        if content is None or not (table.target(BufferField.DATA) + 4) % ALIGNMENT:
            return reference
        refuse_unknown(image, table.position, BufferField.COUNT, f"buffer {number}")
        return self._table(content)

    def _new_table(self, number: int) -> int:
        return self._table(self._new[number].content if number in self._new else b"")

    def _table(self, content: bytes | memoryview) -> int:
        data = self._sheet.content(content) if len(content) else None
        schema().BufferStart(self._sheet.builder)
        if data is not None:
            schema().BufferAddData(self._sheet.builder, data)
        return int(schema().BufferEnd(self._sheet.builder))


def _users(root: Table) -> list[int]:
    """Buffer numbers that the source mentions, once per mention."""
    image = root.image
    users = list(root.numbers(ModelField.METADATA_BUFFER, "i"))
    users += [image.table(entry).number(MetadataField.BUFFER, U32) for entry in root.tables(ModelField.METADATA)]
    for graph in root.tables(ModelField.SUBGRAPHS):
        for tensor in image.table(graph).tables(SubGraphField.TENSORS):
            users.append(image.table(tensor).number(TensorField.BUFFER, U32))
    return users
