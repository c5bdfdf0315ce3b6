"""Custom options: the integers that the stock reader of flexbuffers finds, and linear work whatever the bytes are."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from flatbuffers import flexbuffers
from hypothesis import given
from hypothesis import strategies as st
from tflite_samples import pack, rich

from arenite.tflite.custom_options import custom_options
from arenite.tflite.read import read_bytes

VALUES = (
    st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(width=32)
    | st.text(max_size=5)
    | st.lists(st.integers(0, 9), max_size=3)
    | st.none()
)


def options_of(content: bytes) -> dict[str, int]:
    model = rich()
    model.subgraphs[0].operators[1].customOptions = np.frombuffer(content, np.uint8)
    return dict(custom_options(read_bytes(pack(model), "m").main.operators[1]))


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,40}", fullmatch=True), VALUES, max_size=8))
def test_what_the_stock_reader_finds(values):
    content = bytes(flexbuffers.Dumps(values))
    assert options_of(content) == {name: int(value) for name, value in values.items() if isinstance(value, int)}


@given(st.binary(max_size=60), st.data())
def test_damage_is_no_error(content, data):
    whole = bytearray(flexbuffers.Dumps({"a": 1, "b": 70_000, "c": True}))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place : place + len(content)] = content
    assert all(isinstance(value, int) for value in options_of(bytes(whole)).values())


def nested(depth: int, fan: int) -> bytes:
    """A map whose one value is a vector of vectors of vectors, each of them `fan` times the same one."""
    content = bytearray()

    def vector(children: list[int], kind: int) -> int:
        content.extend(struct.pack("<I", len(children)))
        start = len(content)
        for child in children:
            content.extend(struct.pack("<I", len(content) - child))
        content.extend(bytes([kind]) * len(children))
        return start

    vector_kind, map_kind = 10 << 2 | 2, 9 << 2 | 2
    content += b"a\0\0\0"
    inner = vector([0] * fan, 1 << 2 | 2)
    for _ in range(depth):
        inner = vector([inner] * fan, vector_kind)
    keys = len(content) + 4
    content += struct.pack("<II", 1, keys)
    at = len(content)
    content += struct.pack("<III", at - keys, 4, 1)
    values = len(content)
    content += struct.pack("<I", values - inner) + bytes([vector_kind]) + bytes(3)
    return bytes(content) + struct.pack("<I", len(content) - values) + bytes([map_kind, 4])


def test_what_is_nested_is_not_looked_at():
    assert flexbuffers.Loads(nested(1, 2))["a"]  # it is a proper map
    assert options_of(nested(12, 16)) == {}  # 16 ** 13 values when it is unrolled


@pytest.mark.parametrize("count", [3, 2**31])
def test_many_names_at_one_place(count):
    """A map of so many values whose names are all the same long text."""
    content = b"x" * 4000 + struct.pack("<III", 4, 4, count) + b"\x07" * 100 + b"\x6c\x26\x04"
    assert options_of(content) == {}
