"""The walk along the described tables finds what the walk along the tree of the object API finds."""

from __future__ import annotations

import pytest
from tflite_samples import outside, pack, rich, schema, scratch

from arenite import zoo
from arenite.tflite.flat import Image
from arenite.tflite.links import FIELDS, Links, _walk_tree, find_links
from arenite.tflite.read_operator import unpack
from arenite.tflite.write import write_bytes

FILES = {
    "rich": lambda: pack(rich()),
    "outside": outside,
    "scratch": lambda: write_bytes(scratch()),
    "paper": lambda: write_bytes(zoo.build("paper")),
    "mobilenet": lambda: write_bytes(zoo.build("mobilenet-v2", resolution=32)),
}


@pytest.mark.parametrize("name", FILES)
def test_both_walks_find_the_same_links(name):
    image = Image(FILES[name]())
    root = image.table(image.indirect(0))
    expected = Links()
    expected.forward[0] = root.position
    _walk_tree(root, unpack("Model", root), expected)
    assert find_links(image, root.position) == expected
    assert len(expected.vtables) > 10


@pytest.mark.parametrize("name", FIELDS)
def test_the_description_has_every_offset_of_the_schema(name):
    count, references = FIELDS[name]
    fields = list(vars(getattr(schema, name + "T")()).values())
    assert len(fields) == count
    assert {slot for slot, value in enumerate(fields) if value is None} == set(references)
