"""The page in Debian's chromium: no error, no request, and what a person does with it."""

import pytest
from hand_made import add, graph, model, tensor
from page_samples import long_chain, values_of, values_of_files
from playwright.sync_api import expect
from report_samples import planned
from test_page import HOSTILE, hostile

from arenite import hardware
from arenite.names import printable
from arenite.report.page import page

WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture
def show(chromium, tmp_path):
    """Opens a page; after the test nothing may have been reported or requested but the page itself."""
    faults, requests, contexts, files = [], [], [], []

    def opened(text, size="desktop", scheme="light", script=True):
        path = tmp_path / f"page{len(files)}.html"
        path.write_text(text, encoding="utf-8")
        files.append(path.as_uri())
        width, height = WIDTHS[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on("dialog", lambda dialog: faults.append(dialog.message))
        context.on("request", lambda request: requests.append(request.url))
        tab.goto(path.as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
    assert requests == files


def picture(tab, which):
    """What a canvas shows."""
    return tab.locator(f"#{which} canvas").first.evaluate("canvas => canvas.toDataURL()")


def point(tab, which, across, down):
    """A point of a map as shares of its size from the left and from the top."""
    box = tab.locator(f"#{which}").bounding_box()
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def to_map(tab, which="map-before"):
    tab.locator(f"#{which}").evaluate("map => map.scrollIntoView({ block: 'center' })")


def tab_to(tab, which):
    """Press Tab until an element has the focus."""
    for _ in range(40):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.id") == which:
            return
    raise AssertionError(f"Tab does not lead to {which}")


def facts(tab):
    return dict(
        zip(tab.locator("#detail dt").all_inner_texts(), tab.locator("#detail dd").all_inner_texts(), strict=True)
    )


@pytest.fixture
def split():
    return page(
        values_of("mobilenet-v1", split=True, minimize="head"), hardware.find_board("arduino-nano-33-ble-sense")
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", WIDTHS)
def test_it_fits_the_screen_and_draws_both_maps(show, split, size, scheme):
    tab = show(split, size, scheme)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    blank = tab.evaluate("document.createElement('canvas').toDataURL()")
    for which in ("map-before", "map-after", "sets-before", "sets-after"):
        assert tab.locator(f"#{which}").is_visible()
        assert len(picture(tab, which)) > 2 * len(blank)
    dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 30)"
    assert dark == (scheme == "dark")


def test_both_maps_have_one_scale(show):
    tab = show(page(values_of("densenet")))
    boxes = [tab.locator(f"#map-{side}").bounding_box() for side in ("before", "after")]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["height"] == boxes[1]["height"]
    tab.locator("#kept").uncheck()
    top = tab.evaluate(
        """() => ["before", "after"].map(side => {
            const canvas = document.querySelector(`#map-${side} canvas`), pen = canvas.getContext("2d");
            const mark = getComputedStyle(document.documentElement).getPropertyValue("--mark").trim();
            const wanted = [1, 3, 5].map(at => parseInt(mark.slice(at, at + 2), 16));
            const strip = pen.getImageData(canvas.width - 30, 0, 20, canvas.height).data;
            for (let at = 0; at < strip.length; at += 4) {
                if (wanted.every((value, part) => Math.abs(strip[at + part] - value) < 40)) return Math.floor(at / 80);
            }
        })"""
    )
    heads = [values_of("densenet")[side]["head_bytes"] for side in ("before", "after")]
    bottom = boxes[0]["height"] - 6
    assert (bottom - top[1]) / (bottom - top[0]) == pytest.approx(heads[1] / heads[0], abs=0.02)


@pytest.mark.parametrize("size", WIDTHS)
def test_hovering_tells_all_of_a_tensor(show, size):
    made = planned()
    tab = show(page(values_of_files(made, made)), size)
    to_map(tab)
    assert not tab.locator("#tip").is_visible()
    tab.mouse.move(*point(tab, "map-before", 0.3, 0.3))
    told = tab.locator("#tip").inner_text()
    assert told.splitlines()[0] == "x"
    for words in ("input", "16 int8", "16 to 31", "operator 0, RELU", "before the first operator to operator 0, RELU"):
        assert words in told
    tab.mouse.move(*point(tab, "map-before", 0.8, 0.8))
    assert tab.locator("#tip").inner_text().splitlines()[0] == "y"
    tab.mouse.move(2, 2)
    assert not tab.locator("#tip").is_visible()


def test_a_click_keeps_what_is_told(show):
    made = planned()
    tab = show(page(values_of_files(made, made)))
    to_map(tab)
    assert "reached at operator 0, RELU" in tab.locator("#detail").inner_text()
    tab.mouse.click(*point(tab, "map-before", 0.8, 0.8))
    tab.mouse.move(2, 2)
    told = facts(tab)
    assert (told["kind"], told["bytes"], told["producer"]) == ("output", "16", "operator 0, RELU")
    assert tab.locator("#option-before").inner_text().startswith("y: kind output")


@pytest.mark.parametrize("size", WIDTHS)
def test_the_keyboard_goes_through_the_buffers(show, split, size):
    tab = show(split, size)
    tab_to(tab, "map-after")
    option = tab.locator("#option-after")
    assert tab.locator("#map-after").get_attribute("aria-activedescendant") == "option-after"
    tab.keyboard.press("Home")
    assert option.get_attribute("aria-posinset") == "1"
    first = option.inner_text()
    assert "kind input" in first
    tab.keyboard.press("ArrowRight")
    assert option.get_attribute("aria-posinset") == "2"
    tab.keyboard.press("ArrowLeft")
    assert option.inner_text() == first
    tab.keyboard.press("End")
    assert option.get_attribute("aria-posinset") == option.get_attribute("aria-setsize")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Escape")
    assert option.inner_text() == ""
    assert tab.locator("#map-after").get_attribute("aria-activedescendant") is None


def test_a_buffer_of_a_strip_tells_of_what(show, split):
    tab = show(split)
    tab_to(tab, "map-after")
    tab.keyboard.press("Home")
    told = []
    for _ in range(20):
        tab.keyboard.press("ArrowRight")
        told.append(facts(tab))
    strips = [each["strip"] for each in told if "strip" in each]
    assert strips[0].startswith("part 1 of ")
    assert "of operator 0, " in strips[0]
    assert any("bytes with" in each.get("overlap", "") for each in told)


def test_the_toggles(show, split):
    tab = show(split)
    tab.get_by_role("group", name="Show").get_by_text("After").click()
    assert [tab.locator(f"#map-{side}").is_visible() for side in ("before", "after")] == [False, True]
    tab.get_by_role("group", name="Show").get_by_text("Both").click()
    assert tab.locator("#map-before").is_visible()
    by_kind = picture(tab, "map-after")
    tab.get_by_label("Color").select_option("part")
    assert picture(tab, "map-after") != by_kind
    assert "not in strips" in tab.locator("#legend").inner_text()
    with_board = picture(tab, "map-after")
    tab.get_by_label("RAM").uncheck()
    assert picture(tab, "map-after") != with_board
    light = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.get_by_role("button", name="Dark").click()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != light
    tab.get_by_role("button", name="Light", exact=True).click()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == light
    assert tab.get_by_role("button", name="Dark", exact=True).is_visible()


@pytest.mark.parametrize("size", WIDTHS)
def test_zoom(show, split, size):
    tab = show(split, size)
    to_map(tab)
    whole = picture(tab, "map-before"), picture(tab, "sets-before")
    tab.get_by_role("button", name="Zoom in").click()
    near = picture(tab, "map-before"), picture(tab, "sets-before")
    assert near[0] != whole[0]
    assert near[1] != whole[1]
    tab.get_by_role("button", name="Zoom out").click()
    assert (picture(tab, "map-before"), picture(tab, "sets-before")) == whole
    to_map(tab)
    tab.mouse.move(*point(tab, "map-before", 0.3, 0.3))
    tab.mouse.down()
    tab.mouse.move(*point(tab, "map-before", 0.6, 0.9), steps=3)
    tab.mouse.up()
    assert picture(tab, "map-before") != whole[0]
    tab.mouse.move(2, 2)
    tab.get_by_role("button", name="Fit").click()
    assert (picture(tab, "map-before"), picture(tab, "sets-before")) == whole
    tab_to(tab, "map-before")
    for key, same in (("+", False), ("Shift+ArrowRight", False), ("0", True)):
        tab.keyboard.press(key)
        assert (picture(tab, "map-before") == whole[0]) == same


def column(tab, place):
    return tab.locator(f"#table tbody td:nth-child({place})").all_inner_texts()


def test_the_table_sorts(show):
    tab = show(page(values_of("densenet")))
    sets = [step["working_set_bytes"] for step in values_of("densenet")["memory"]["after"]["steps"]]
    assert column(tab, 3) == [f"{each:,}" for each in sets]
    head = tab.get_by_role("columnheader", name="Working set")
    head.get_by_role("button").click()
    assert column(tab, 3) == [f"{each:,}" for each in sorted(sets, reverse=True)]
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").click()
    assert column(tab, 3) == [f"{each:,}" for each in sorted(sets)]
    assert head.get_attribute("aria-sort") == "ascending"
    tab.get_by_role("columnheader", name="Operator").get_by_role("button").press("Enter")
    assert column(tab, 2) == sorted(column(tab, 2))
    assert head.get_attribute("aria-sort") is None


def test_the_table_filters_and_leads_to_the_map(show):
    tab = show(page(values_of("densenet")))
    names = [step["name"] for step in values_of("densenet")["memory"]["after"]["steps"]]
    tab.get_by_label("Filter").fill("concat")
    assert column(tab, 2) == ["CONCATENATION"] * names.count("CONCATENATION")
    assert tab.locator("#count").inner_text() == f"{names.count('CONCATENATION')} of {len(names)} operators"
    first = names.index("CONCATENATION")
    tab.get_by_role("button", name=f"# {first}: show in the map").click()
    assert tab.locator("#detail h3").inner_text() == f"operator {first}, CONCATENATION (after)"
    assert facts(tab)["MACs"] == "0"
    tab.get_by_label("Filter").fill("no such operator")
    assert column(tab, 2) == []
    tab.get_by_label("Filter").fill("")
    tab.get_by_role("group", name="Of").get_by_text("Before").click()
    assert column(tab, 2) == [step["name"] for step in values_of("densenet")["memory"]["before"]["steps"]]


def test_buffers_are_a_table_too(show):
    tab = show(page(values_of("densenet")))
    tab.get_by_text("Buffers as a table").click()
    buffers = values_of("densenet")["memory"]["after"]["buffers"]
    rows = tab.locator("#buffers tbody tr")
    expect(rows).to_have_count(len(buffers))
    assert rows.nth(0).locator("td").nth(4).inner_text() == f"{buffers[0]['address']:,}"
    rows.nth(1).get_by_role("button").click()
    assert facts(tab)["bytes"].startswith(f"{buffers[1]['bytes']:,}")


def test_3000_operators(show):
    made = long_chain(3000)
    tab = show(page(values_of_files(made, made)))
    assert len(column(tab, 1)) == 100
    tab.get_by_label("Filter").fill("add")
    assert tab.locator("#count").inner_text() == "3,000 of 3,000 operators"
    tab.get_by_role("button", name="Show all 3,000").click()
    assert len(column(tab, 1)) == 3000
    to_map(tab)
    tab.mouse.move(*point(tab, "map-before", 0.5, 0.8))
    assert tab.locator("#tip").is_visible()


@pytest.mark.parametrize("size", WIDTHS)
def test_hostile_names_are_text(show, size):
    tab = show(page(values_of_files(hostile(), hostile())), size)
    tab_to(tab, "map-before")
    assert printable(HOSTILE) in tab.locator("#option-before").inner_text()
    tab.get_by_text("Buffers as a table").click()
    expect(tab.locator("#buffers tbody tr")).to_have_count(3)
    assert tab.locator("script").count() == 2
    assert tab.locator("img").count() == 0
    assert tab.evaluate("window.hurt") is None


def test_what_shares_bytes_by_a_wrong_plan_is_told(show):
    from arenite.model import MemoryPlan

    x, y, z = (tensor(name) for name in "xyz")
    made = model(graph([x], [z], [add(x, x, y), add(x, y, z)])).with_plan(MemoryPlan(((0, 0, 16),)))
    tab = show(page(values_of_files(made, made)))
    tab_to(tab, "map-before")
    tab.keyboard.press("Home")
    assert facts(tab)["overlap"] == "16 bytes with y"


def test_the_frontier_is_shown(show):
    point = {
        "head_bytes": 10,
        "declare_bytes": 100,
        "macs": 1000,
        "strips": [],
        "command": "arenite explore a --pick 0",
    }
    tab = show(page({**values_of("densenet"), "frontier": {"before": point, "points": [point, point]}}))
    section = tab.get_by_role("region", name="Less memory for more work")
    commands = ["arenite optimize --split", *["arenite explore a --pick 0"] * 2]
    assert section.locator("code").all_inner_texts() == commands


def test_commands_can_be_copied(show):
    tab = show(page(values_of("densenet")))
    tab.locator(".command").first.get_by_role("button").click()
    assert tab.evaluate("getSelection().toString()").startswith("arenite optimize densenet_3x4 -o OUT")


def test_controls_and_regions_have_names(show, split):
    tab = show(split)
    nameless = tab.evaluate(
        """() => [...document.querySelectorAll("button, select, input, [tabindex='0']")].filter(each => !each.hidden &&
            !(each.textContent.trim() || each.getAttribute("aria-label") || (each.labels && each.labels.length)))
            .map(each => each.outerHTML)"""
    )
    assert nameless == []
    for name in ("Addresses over time", "Operators", "Proof and verification", "The same again"):
        assert tab.get_by_role("region", name=name, exact=True).count() == 1
    assert tab.get_by_role("listbox", name="After").count() == 1


def test_it_prints_and_follows_the_system(show, split):
    tab = show(split)
    before = picture(tab, "map-after")
    tab.emulate_media(color_scheme="dark")
    expect(tab.locator("#theme")).to_have_text("Light")
    assert picture(tab, "map-after") != before
    tab.emulate_media(media="print")
    assert not tab.locator("#theme").is_visible()


def test_without_scripts_the_prose_is_there(show, split):
    tab = show(split, script=False)
    assert tab.locator("h1").inner_text().startswith("Declare ")
    assert "switched off" in tab.locator("main").inner_text()
