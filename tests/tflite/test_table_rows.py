"""Fields that are read together are those that are read one by one, and nothing outside of the table is read."""

from __future__ import annotations

import struct

import pytest

from arenite.tflite.flat import DamageError, Image
from arenite.tflite.rows import OFFSET, Rows

START = 20
"""Position of the table in bytes."""
WANTED = ((3, OFFSET), (0, "b"), (1, "I"), (2, "?"), (9, "Q"))


def image(*slots: int, fields: bytes) -> Image:
    """A table with these fields, before it a vtable with these slots."""
    vtable = struct.pack(f"<2H{len(slots)}H", 4 + 2 * len(slots), 4 + len(fields), *slots)
    return Image(vtable.rjust(START, b"\0") + struct.pack("<i", len(vtable)) + fields)


def test_fields_come_in_the_order_in_which_they_are_wanted():
    table = image(12, 8, 13, 4, fields=struct.pack("<IIb?", 100, 7, -3, True))
    assert [*Rows(table, WANTED).read(START)] == [4 + 100, -3, 7, 1, 0]


def test_an_absent_field_is_zero():
    assert [*Rows(image(0, 4, 0, 0, fields=struct.pack("<I", 9)), WANTED).read(START)] == [0, 0, 9, 0, 0]
    assert [*Rows(image(fields=b""), WANTED).read(START)] == [0, 0, 0, 0, 0]


def test_an_offset_to_itself_is_not_absent():
    assert next(Rows(image(0, 0, 0, 4, fields=bytes(4)), WANTED).read(START)) == 4


def test_fields_that_overlap_are_each_read():
    table = image(6, 4, 7, 5, fields=struct.pack("<IB", 0x01020304, 0))
    assert [*Rows(table, WANTED).read(START)] == [5 + 0x00010203, 0x02, 0x01020304, 1, 0]


def test_tables_with_other_vtables_are_read_by_their_own():
    first, second = image(4, fields=b"\5"), image(5, fields=b"\0\6")
    both = Image(first.data + second.data)
    rows = Rows(both, WANTED)
    assert [[*rows.read(at)][1] for at in (START, first.size + START)] == [5, 6]


@pytest.mark.parametrize("wanted", [(1, "I"), (3, OFFSET), (1, "Q")])
def test_a_field_that_leaves_its_table_is_refused(wanted):
    slot = wanted[0]
    table = image(*[0] * slot, 6, fields=bytes(5))
    with pytest.raises(DamageError, match=f"field {slot} runs past the end of the table at byte {START}"):
        Rows(table, ((0, "b"), wanted)).read(START)


def test_tables_outside_of_the_file_are_refused():
    table = image(4, fields=b"\1")
    with pytest.raises(DamageError, match="lies outside of the 25 bytes"):
        Rows(table, WANTED).read(22)
    with pytest.raises(DamageError, match="cut off by the end of the file"):
        Rows(Image(table.data[:-1]), WANTED).read(START)
