"""What a notebook shows of a model, a plan, an inspection and an exploration: short, small, and harmless."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hand_made import chain
from page_samples import long_chain

from arenite import Options, explore, inspect, optimize, zoo
from arenite.report.notebook import MOST_BYTES, html_of

QUICK = Options(effort="low", verify=False)
HOSTILE = "</td><script>alert('x')</script>\n\x1b[31m\u202e&\"" * 40


def hostile():
    """A model whose every name tries to leave its place."""
    made = chain([16] * 6, name=HOSTILE)
    for number, tensor in enumerate(made.main.tensors):
        object.__setattr__(tensor, "name", f"{HOSTILE}{number}")
    return made


def shown(model):
    return [model, optimize(model, QUICK), inspect(model), explore(model, QUICK)]


class Parsed(HTMLParser):
    """Tags that are open, all that were met, and the text between them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.met, self.text = [], set(), ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.met.add(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            assert "url(" not in (value or "")
            assert "//" not in (value or "")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


ALLOWED = {
    *("div", "strong", "table", "thead", "tbody", "tr", "th", "td", "span", "figure", "figcaption"),
    *("svg", "g", "path"),
}


@pytest.mark.parametrize(
    "model", [zoo.build("densenet"), hostile(), chain([4, 4])], ids=["densenet", "hostile", "tiny"]
)
def test_html_is_well_formed_small_and_harmless(model):
    for each in shown(model):
        html = each._repr_html_()
        assert len(html.encode()) < MOST_BYTES
        assert Parsed(html).met <= ALLOWED
        assert html.isprintable()
        assert "background" not in html, "notebooks are light or dark"


@pytest.mark.parametrize("model", [zoo.build("densenet"), hostile()], ids=["densenet", "hostile"])
def test_a_repr_is_a_line_or_two(model):
    for each in shown(model):
        text = repr(each)
        assert text.startswith(f"{type(each).__name__}(")
        assert len(text) < 250
        assert text.isprintable()
    assert len(repr(model.main)) < 250
    assert all(len(repr(tensor.data)) < 40 for tensor in model.main.tensors)


def test_thousands_of_operators_stay_small():
    model = long_chain(3000)
    for each in (model, inspect(model), optimize(model, replace(QUICK, reorder=False))):
        assert len(each._repr_html_().encode()) < MOST_BYTES
        assert len(repr(each)) < 250


def test_a_plan_shows_before_and_after_and_both_maps():
    plan = optimize(zoo.build("densenet"), QUICK)
    page = Parsed(html_of(plan))
    before, after = plan.arenas
    assert f"{before.declare_bytes:,}" in page.text
    assert f"{after.declare_bytes:,}" in page.text
    assert f"Addresses over time, before: {plan.maps[0].head_bytes:,} bytes" in page.text
    assert f"Addresses over time, after: {plan.maps[1].head_bytes:,} bytes" in page.text
    assert "Not verified" in page.text


def test_an_inspection_shows_what_pins_the_peak():
    found = inspect(zoo.build("densenet"))
    page = Parsed(html_of(found))
    assert f"The peak is at operator {found.peak_operator}" in page.text
    assert f"{found.arena.declare_bytes:,} bytes" in page.text
    assert f"at most {found.peak_bytes:,} bytes" in page.text


def test_an_exploration_shows_every_point():
    found = explore(zoo.build("resnet8", resolution=16), QUICK)
    page = Parsed(html_of(found))
    for point in found.points:
        assert f"{point.arena_bytes:,}" in page.text
        assert f"{point.macs:,}" in page.text


def test_a_model_shows_its_kinds_of_operators():
    page = Parsed(html_of(zoo.build("mobilenet-v1")))
    assert re.search(r"\d+ DEPTHWISE_CONV_2D", page.text)
    assert "memory plannone" in page.text


def test_other_objects_have_no_html():
    with pytest.raises(TypeError, match="no HTML is known for int"):
        html_of(7)
