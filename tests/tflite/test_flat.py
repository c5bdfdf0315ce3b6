"""The lowest layer: nothing outside of the file, or of its table, is ever read."""

from __future__ import annotations

import struct

import pytest

from arenite.tflite.flat import I32, U64, DamageError, Image, within


def image(*slots: int, length: int = 8, rest: bytes = b"") -> Image:
    """A table of 8 bytes at byte 12, before it a vtable with these slots; `rest` follows."""
    vtable = struct.pack(f"<2H{len(slots)}H", 4 + 2 * len(slots), length, *slots).rjust(12, b"\0")
    return Image(vtable + struct.pack("<ii", 4 + 2 * len(slots), 4) + rest)


def test_a_number_is_read_or_its_default():
    table = image(4).table(12)
    assert table.number(0, I32) == 4
    assert table.number(1, I32, 77) == 77


def test_a_field_that_leaves_its_table_is_refused():
    table = image(4, rest=bytes(8)).table(12)
    with pytest.raises(DamageError, match="field 0 runs past the end of the table"):
        table.number(0, U64)


@pytest.mark.parametrize("slot", [2, 8, 200])
def test_a_vtable_that_places_a_field_outside_is_refused(slot):
    with pytest.raises(DamageError, match="places a field outside"):
        image(slot).table(12)


def test_a_table_that_the_end_cuts_off_is_refused():
    with pytest.raises(DamageError, match="cut off by the end of the file"):
        image(4, length=9).table(12)


@pytest.mark.parametrize("position", [-4, 17, 10**9])
def test_positions_outside_are_refused(position):
    with pytest.raises(DamageError, match="lies outside of the 20 bytes"):
        image(4).table(position)


def test_a_string_needs_its_terminator():
    text = struct.pack("<I", 3) + b"abc"
    assert image(4, rest=text + b"\0").table(12).text(0) == "abc"
    with pytest.raises(DamageError, match="the string at byte 20 is cut off"):
        image(4, rest=text).table(12).text(0)


def test_a_vector_may_end_with_the_file_but_not_after():
    table = image(4, rest=struct.pack("<I2i", 2, -5, 9)).table(12)
    assert table.numbers(0, "i") == (-5, 9)
    with pytest.raises(DamageError, match="a vector of 3 elements"):
        image(4, rest=struct.pack("<I2i", 3, -5, 9)).table(12).numbers(0, "i")


def test_text_that_is_no_utf8_is_escaped():
    assert image(4, rest=struct.pack("<I", 2) + b"a\xff\0").table(12).text(0) == "a\\xff"


def test_places_are_put_in_front():
    with pytest.raises(DamageError, match=r"^outer: inner: broken$"), within("outer"), within("inner"):
        raise DamageError("broken")
