import builtins
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from report_samples import empty, odd

from arenite import zoo
from arenite.errors import MissingDependencyError, OptionError
from arenite.report.inspect_plot import MOST_NAMES, chart, draw
from arenite.report.picture import PictureFile, check_plot
from arenite.search.inspection import inspect
from arenite.search.memory_map import memory_map

PNG = b"\x89PNG\r\n\x1a\n"
SVG = "{http://www.w3.org/2000/svg}"


def make(family, **parameters):
    return zoo.build(family, **parameters)


def drawn(model, name="x.svg", **look):
    return draw(chart(inspect(model)), memory_map(model), PictureFile(Path(name), **look))


def svg_texts(content):
    root = ET.fromstring(content)
    assert root.tag == f"{SVG}svg"
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_the_chart_is_the_inspection():
    inspection = inspect(zoo.build("paper"))
    data = chart(inspection)
    assert data.title == "paper\npeak 5,216 bytes at operator 2 CONV_2D"
    assert data.parts["bystanders"] == (0, 0, 3136, 512, 512, 256, 0)
    assert [sum(column) for column in zip(*data.parts.values(), strict=True)] == [
        operator.working_set_bytes for operator in inspection.main.operators
    ]
    assert data.labels[6] == "CONCATENATION  6"
    assert (data.peak, data.pinned) == (5216, 2)


@pytest.mark.parametrize(("length", "named"), [(MOST_NAMES - 8, True), (100, False), (799, False), (4000, False)])
def test_labels_are_thinned_where_there_are_many_operators(length, named):
    data = chart(inspect(make("chain", length=length, channels=1, resolution=8)))
    assert data.named is named
    assert len(data.ticks) == len(data.labels) <= MOST_NAMES
    if not named:
        assert 8 <= len(data.ticks) <= 26
        assert data.ticks[1] in {1, 2, 5, 10, 20, 50, 100, 200, 500}


@pytest.mark.parametrize("operators", [1, 5, 200])
def test_png(operators):
    content = drawn(make("chain", length=operators, channels=1, resolution=8), "x.png")
    assert content.startswith(PNG)
    width, height = struct.unpack(">II", content[16:24])
    assert 900 <= width <= 2100
    assert 900 <= height <= 1500


def test_small_models_count_bytes():
    texts = svg_texts(drawn(make("chain", length=2, channels=1, resolution=8)))
    assert {"address, bytes", "working set, bytes"} <= set(texts)


def test_dots_per_inch():
    sizes = [struct.unpack(">II", drawn(make("paper"), "x.png", dots_per_inch=dots)[16:24]) for dots in (60, 120)]
    assert sizes[1] == tuple(2 * size for size in sizes[0])


def test_svg_names_the_peak_the_parts_and_the_operators():
    texts = svg_texts(drawn(make("paper"), "x.SVG"))
    for expected in (
        "activation",
        "address, KiB",
        "peak 5,216 bytes at operator 2 CONV_2D",
        "inputs",
        "outputs",
        "bystanders",
        "peak",
        "CONV_2D  3",
    ):
        assert expected in texts


def test_the_line_of_the_map_has_a_name_and_both_axes_have_the_same_ticks():
    texts = svg_texts(drawn(make("chain", length=9, channels=1, resolution=8)))
    assert "head" in texts
    operators = chart(inspect(make("chain", length=9, channels=1, resolution=8))).operators
    assert [each for each in texts if each.isdecimal()][:operators] == list(map(str, range(operators)))


def test_equal_charts_give_equal_files():
    model = make("paper")
    assert drawn(model) == drawn(model)
    assert drawn(model, "x.png") == drawn(model, "x.png")
    assert b"<dc:date>" not in drawn(model)


@pytest.mark.parametrize("model", [empty, odd])
def test_odd_models_can_be_drawn(model):
    svg_texts(drawn(model()))
    assert drawn(model(), "x.png").startswith(PNG)


@pytest.mark.parametrize("name", ["plot.gif", "plot", "svg", ".png"])
def test_other_suffixes_are_refused(name):
    with pytest.raises(OptionError, match=r"\.png, \.svg or \.pdf"):
        check_plot(Path(name))


def test_matplotlib_missing(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **keywords):
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match="pip install matplotlib"):
        check_plot(Path("x.svg"))
