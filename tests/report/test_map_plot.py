"""The picture of two memory maps."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from arenite import Options, optimize, zoo
from arenite.report.map_plot import COLOURS, draw, shared_bytes
from arenite.report.picture import PictureFile
from arenite.search.memory_map import memory_map

BEGINNINGS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
PLAN = optimize(zoo.build("densenet"), Options(verify=False))


@pytest.mark.parametrize("suffix", BEGINNINGS)
def test_equal_maps_give_equal_files(suffix):
    content = draw(*PLAN.maps, PictureFile(Path(f"x{suffix}")))
    assert content.startswith(BEGINNINGS[suffix])
    assert content == draw(*PLAN.maps, PictureFile(Path(f"x{suffix}")))


def test_the_picture_tells_sizes_and_names():
    root = ET.fromstring(draw(*PLAN.maps, PictureFile(Path("x.svg"))))
    texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"shared", "input", "output", "head"} <= set(texts)
    assert "densenet_3x4 for target tflm" in texts
    assert "before: tensors and scratch in 122,880 bytes" in texts
    assert "after: tensors and scratch in 74,000 bytes" in texts


def test_tensors_that_no_operator_uses_are_shown():
    """TFLM reserves bytes for them, and without them nothing would reach up to the head."""
    source = zoo.build("chain", length=2)
    dead = replace(source.main.tensors[0], name="dead", shape=(1, 500_000))
    bloated = replace(source, graphs=(replace(source.main, tensors=(*source.main.tensors, dead)),))
    for model, shown in ((source, False), (bloated, True)):
        found = memory_map(model)
        root = ET.fromstring(draw(found, found, PictureFile(Path("x.svg"))))
        texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert ("unused" in texts) is shown
    assert found.head_bytes >= 500_000


def test_a_title_of_ones_own_is_no_markup():
    root = ET.fromstring(draw(*PLAN.maps, PictureFile(Path("x.svg"), title="$x$ & <y>")))
    texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "$x$ & <y>" in texts
    assert "densenet_3x4 for target tflm" not in texts


def test_a_kind_has_the_color_that_it_has_on_the_page():
    style = (files("arenite.report.page") / "page.css").read_text(encoding="utf-8")
    light = style.partition("}")[0]
    assert {kind: re.search(f"--{kind}: (#[0-9a-f]{{6}})", light)[1] for kind in COLOURS} == COLOURS


def test_shared_bytes_are_those_that_two_buffers_have():
    found = PLAN.maps[1]
    drawn = set()
    for first, last, low, high in shared_bytes(found):
        drawn |= {(scope, address) for scope in range(first, last + 1) for address in range(low, high, 16)}
    count = {}
    for buffer in found.buffers:
        for scope in range(buffer.first, buffer.last + 1):
            for address in range(buffer.address, buffer.end, 16):
                count[scope, address] = count.get((scope, address), 0) + 1
    assert drawn
    assert drawn == {place for place, times in count.items() if times > 1}


def test_a_map_of_many_operators():
    many = memory_map(zoo.build("random-wired"))
    assert draw(many, many, PictureFile(Path("x.png"))).startswith(BEGINNINGS[".png"])
