"""The page without a browser: what it says, and that no text becomes markup."""

import copy
import json
import re
from html.parser import HTMLParser

import pytest
from hand_made import add, chain, graph, model, tensor
from page_samples import long_chain, values_of, values_of_files

from arenite import hardware, zoo
from arenite.errors import ModelError
from arenite.names import printable
from arenite.report.page import page, read_plan
from arenite.report.page.page import as_script

HOSTILE = (
    "</script><script>window.hurt=1</script><img src=x onerror=window.hurt=1>\u2028\u202e&amp;\"'`${window.hurt=1}"
)


class Tags(HTMLParser):
    """Counts start tags, and collects the text of the data, the title and the headings."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.names, self.texts, self.open = [], set(), {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.names.update(name for name, _ in attrs)
        self.open = dict(attrs).get("id") if tag == "script" else tag

    def handle_data(self, data):
        self.texts.setdefault(self.open, data)


def data_of(text):
    return json.loads(Tags(text).texts["data"])


def hostile():
    """A model whose every name is hostile."""
    x, y, z = (tensor(f"{HOSTILE}{name}") for name in "xyz")
    return model(graph([x], [z], [add(x, x, y), add(y, y, z)], name=HOSTILE), name=HOSTILE)


def test_the_title_says_what_to_declare():
    values = values_of("densenet")
    before, after = (values[side]["arena"]["declare_bytes"] for side in ("before", "after"))
    assert Tags(page(values)).texts["h1"] == f"Declare {after:,} bytes instead of {before:,}."
    same = values_of("mobilenet-v1")
    assert Tags(page(same)).texts["h1"] == f"Declare {same['before']['arena']['declare_bytes']:,} bytes."


def test_an_arena_that_is_not_known_is_at_least_what_is_told():
    values = copy.deepcopy(values_of("densenet"))
    values["after"]["arena"]["exact"] = False
    assert Tags(page(values)).texts["h1"].startswith("Declare at least ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"optimal": True}, "Proven optimal: no plan of what was asked for has a head below"),
        ({"notes": ["tflm cannot run FlexStack (operator 0): it is not there"]}, "tflm cannot run this model."),
        (
            {"optimal": True, "command": "arenite optimize net.tflite --split --arena 65536"},
            "Fits without strips, so none were looked for; no other order or layout has a head below",
        ),
        ({"optimal": False, "gap": 0.25}, "up to 25.0 % of the head may be left"),
        ({"optimal": False, "unknown_scratch": ["CUSTOM"]}, "as far as scratch is known"),
        ({"optimal": False, "lower_bound_bytes": 0}, "Nothing was searched, so nothing is proven"),
        ({"lower_bound_bytes": None}, "no search ran, so nothing is proven"),
        (
            {"verified": {"litert": "identical"}, "rounds": {"litert": 6}},
            "LiteRT: outputs identical, bit for bit, in 6",
        ),
        ({"verified": {"tflm": "unavailable: not installed"}}, "Not verified in TFLM: not installed."),
        ({"valid_with": ["reference"]}, "Right with: reference."),
        ({"valid_with": []}, "Right with: no kernels known."),
        ({"valid_with": [], "target": "c"}, "Right with: the kernels of c alone."),
        ({"notes": ["the sky is blue"]}, "<li>the sky is blue</li>"),
    ],
)
def test_the_proof_is_what_the_values_say(changes, words):
    assert words in page({**values_of("densenet"), **changes})


def test_equal_values_give_the_same_page():
    assert page(values_of("densenet")) == page(copy.deepcopy(values_of("densenet")))


def test_a_board_is_named_with_what_is_missing():
    text = page(values_of("densenet"), hardware.find_board("arduino-uno-r4"))
    arena = values_of("densenet")["after"]["arena"]["declare_bytes"]
    assert f"lacks {arena - hardware.find_board('arduino-uno-r4').region_bytes:,} bytes of RAM for it" in text
    assert data_of(text)["board"] == {
        "name": "arduino-uno-r4",
        "bytes": hardware.find_board("arduino-uno-r4").region_bytes,
    }
    assert "arenite check OUT --board arduino-uno-r4" in text


def test_commands_reproduce_the_plan():
    values = values_of("densenet", target="tflm-reference")
    text = page(values)
    for command in (
        "arenite optimize densenet_3x4 -o OUT --effort low --no-verify --target tflm-reference",
        "arenite verify densenet_3x4 OUT",
        f"arenite check OUT --arena {values['after']['arena']['declare_bytes']} --target tflm-reference",
    ):
        assert f"<pre>{command}</pre>" in text


def test_hostile_names_inject_nothing():
    clean, text = page(values_of_files(chain([4, 4, 4]), chain([4, 4, 4]))), page(values_of_files(hostile(), hostile()))
    assert Tags(text).tags == Tags(clean).tags
    assert Tags(text).names == Tags(clean).names
    assert printable(f"{HOSTILE}y") in data_of(text)["strings"]
    assert "\u2028" not in text


def test_no_name_turns_the_text_after_it_around():
    """Characters such as the right-to-left override are shown as escapes, in the data that the script draws as well."""
    strings = data_of(page(values_of_files(hostile(), hostile())))["strings"]
    assert any("\\u202e" in each for each in strings)
    assert all(map(str.isprintable, strings))


def test_data_in_a_script_element_is_json_without_what_could_end_it():
    written = as_script({"a": "</script><!--&\u2028\u2029é"})
    assert not set("<>&\u2028\u2029é") & set(written)
    assert json.loads(written) == {"a": "</script><!--&\u2028\u2029é"}


def test_the_policy_allows_this_script_and_this_style_only():
    text = page(values_of("densenet"))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"https?://", text)


def test_strips_are_named_in_both_tables():
    values = values_of("mobilenet-v1", split=True, minimize="head")
    data = data_of(page(values))
    why = {side: [data["strings"][each] for each in data[side]["steps"]["why"]] for side in ("before", "after")}
    (first, *_) = values["strips"]
    assert why["before"][first["operators"][0]] == f"in {first['strips']} strips"
    assert f"part 1 of {first['strips']} of operator {first['operators'][0]}" in why["after"]
    assert any(each.startswith("no: ") for each in why["before"])
    assert "could be; whole is what the search chose" in why["before"]
    plain = data_of(page(values_of("densenet")))
    assert "could be; --split was not asked for" in plain["strings"]
    files = data_of(page(values_of_files(zoo.build("paper"), zoo.build("paper"))))
    assert "could be; no search ran for this page" in files["strings"]


def test_the_data_holds_the_map():
    values = values_of("densenet")
    data = data_of(page(values))
    for side in ("before", "after"):
        buffers = values["memory"][side]["buffers"]
        assert data[side]["buffers"]["address"] == [each["address"] for each in buffers]
        assert [data["strings"][name] for name in data[side]["buffers"]["name"]] == [each["name"] for each in buffers]
        assert sum(len(each["shares"]) for each in buffers) == 2 * len(data[side]["shares"])


def test_a_page_of_3000_operators_is_below_3_mb():
    made = long_chain(3000)
    assert len(page(values_of_files(made, made)).encode()) < 3_000_000


def test_a_saved_plan_gives_the_same_page(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(values_of("densenet")))
    assert page(read_plan(path)) == page(values_of("densenet"))


STRIPS = {"kind": "strips", "strips": 2, "operators": [], "extra_macs": 0}


def buffer_of(values):
    return values["memory"]["after"]["buffers"][0]


def broken(change):
    values = copy.deepcopy(values_of("densenet"))
    change(values)
    return json.dumps(values)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "cannot be read as JSON"),
        ("[1]", "it is not an object"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("{}", "it lacks model"),
        (broken(lambda values: values.pop("memory")), "it lacks memory"),
        (broken(lambda values: values.update(model=3)), "model is not a text"),
        (broken(lambda values: values.update(lower_bound_bytes=True)), "lower_bound_bytes is not a whole number"),
        (broken(lambda values: buffer_of(values).update(address="0")), "address is not a whole number"),
        (broken(lambda values: values["memory"]["after"]["steps"][0].update(part=[])), "part is not an object"),
        (
            broken(lambda values: buffer_of(values).update(kind="<b>")),
            "kind is not one of those known",
        ),
        (
            broken(lambda values: buffer_of(values).update(last=10**9)),
            "memory.after names a buffer",
        ),
        (broken(lambda values: values["memory"]["after"]["steps"][0].update(first=-2)), "memory.after names a buffer"),
        (broken(lambda values: values["strips"].append({"kind": "strips"})), "it lacks strips[0].strips"),
        (broken(lambda values: values["strips"].append(STRIPS)), "strips names no operators"),
        (broken(lambda values: values.update(shared_pairs=1 << 53)), "shared_pairs is not a whole number"),
        (broken(lambda values: values["verified"].update(tflm=1)), "verified.tflm is not a text"),
        (broken(lambda values: values["memory"]["after"]["pins"].append(10**6)), "memory.after names a buffer"),
        (broken(lambda values: values["memory"]["before"]["end_bytes"].pop()), "lists of different lengths"),
        (
            broken(lambda values: values["memory"]["before"]["buffers"][1]["consumers"].append(-1)),
            "memory.before names",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_refused_with_what_is_wrong(content, words, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(content)
    with pytest.raises(ModelError, match=re.escape(words)):
        read_plan(path)


def test_a_command_that_no_shell_takes_is_text(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(broken(lambda values: values.update(command="arenite optimize it's")))
    assert "<pre>arenite optimize it&#x27;s</pre>" in page(read_plan(path))


def test_a_frontier_has_a_command_for_each_point():
    point = {"head_bytes": 10, "declare_bytes": 100, "macs": 1000, "strips": [], "command": "arenite explore a.tflite"}
    better = {**point, "declare_bytes": 50, "macs": 1100, "command": "arenite explore '<b>' --pick 1"}
    text = page({**values_of("densenet"), "frontier": {"before": point, "points": [point, better]}})
    assert "<code>arenite explore &#x27;&lt;b&gt;&#x27; --pick 1</code>" in text
    assert "1,100 (+10.0 %)" in text
    assert re.findall('class="label"[^>]*>([^<]*)<', text) == ["0", "1"]
    assert Tags(text).tags.count("circle") == 2


def test_bars_above_the_lower_bound_are_explained():
    values = values_of("densenet")
    assert "; a bar above it counts shared bytes once for each buffer" in data_of(page(values))["boundWords"]
    high = {**values, "lower_bound_bytes": 10**6}
    assert data_of(page(high))["boundWords"] == "no plan has a head below 1,000,000"


def test_labels_of_a_frontier_do_not_lie_on_each_other():
    point = {"head_bytes": 10, "declare_bytes": 100, "macs": 1000, "strips": [], "command": "arenite explore a.tflite"}
    points = [point, {**point, "declare_bytes": 99, "macs": 1001}, {**point, "declare_bytes": 50, "macs": 1100}]
    text = page({**values_of("densenet"), "frontier": {"before": point, "points": points}})
    assert re.findall('class="label"[^>]*>([^<]*)<', text) == ["0, 1", "2"]
