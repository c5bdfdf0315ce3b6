"""`arenite report`: a page of a model, of two models, or of a saved plan."""

import html
import json
import re
import shlex

import pytest
from refusals import refused
from typer.testing import CliRunner

import arenite
from arenite import zoo
from arenite.cli import app
from arenite.tflite.write import write_bytes

QUICK = ("--effort", "low", "--no-verify")


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "80"})


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(write_bytes(zoo.build("densenet", blocks=1, layers=3)))
    return path


@pytest.fixture
def written(tmp_path):
    return tmp_path / "report.html"


def title(page):
    return re.search("<h1>(.*)</h1>", page.read_text("utf-8"))[1]


def data(page):
    return json.loads(re.search('id="data">(.*)</script>', page.read_text("utf-8"))[1])


def test_a_model_is_shown_with_what_optimize_finds(model, written):
    result = run("report", model, "-o", written, "--effort", "low")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"Wrote {written}\n", "")
    plan = arenite.optimize(arenite.read(model), arenite.Options(effort="low", verify=False))
    before, after = (arena.declare_bytes for arena in plan.arenas)
    assert after < before
    assert title(written) == f"Declare {after:,} bytes instead of {before:,}."
    assert (data(written)["before"]["head"], data(written)["after"]["head"]) == (plan.before.head, plan.after.head)
    assert "Outputs are identical in LiteRT" in written.read_text("utf-8")


def test_two_models_are_shown_as_before_and_after(model, tmp_path, written):
    smaller = tmp_path / "smaller.tflite"
    saved = run("optimize", model, "-o", smaller, *QUICK, "--json")
    plan = json.loads(saved.stdout)
    assert run("report", model, smaller, "-o", written).exit_code == 0
    values = data(written)
    assert [values[side]["head"] for side in ("before", "after")] == [
        plan[side]["head_bytes"] for side in ("before", "after")
    ]
    assert values["bound"] is None
    text = written.read_text("utf-8")
    assert "bit for bit" in text


def commands(page):
    return [shlex.split(html.unescape(each)) for each in re.findall("<pre>(.*?)</pre>", page.read_text("utf-8"))]


def test_the_commands_of_two_models_run_where_the_page_was_made(model, tmp_path, written, monkeypatch):
    (tmp_path / "a b").mkdir()
    monkeypatch.chdir(tmp_path)
    run("optimize", model, "-o", "a b/smaller.tflite", *QUICK, "--target", "tflm-cmsis-nn/cortex-m7")
    asked = ("net.tflite", "a b/smaller.tflite", "--no-verify", "--board", "nucleo-f767zi")
    assert run("report", *asked, "-o", written).exit_code == 0
    listed = commands(written)
    assert [each[1] for each in listed] == ["verify", "check", "report"]
    for program, *words in listed:
        assert program == "arenite"
        assert run(*["again.html" if word == "OUT" else word for word in words]).exit_code == 0
    assert (tmp_path / "again.html").read_bytes() == written.read_bytes()


def test_a_saved_plan_gives_the_page_of_its_model(model, tmp_path, written):
    saved, other = tmp_path / "plan.json", tmp_path / "other.html"
    saved.write_text(run("optimize", model, "-o", tmp_path / "smaller.tflite", *QUICK, "--json").stdout)
    assert run("report", saved, "-o", written).exit_code == 0
    assert run("report", model, "-o", other, *QUICK).exit_code == 0
    assert written.read_bytes() == other.read_bytes()


def test_a_board_decides_the_target_and_is_drawn(model, written):
    assert run("report", model, "-o", written, *QUICK, "--board", "nucleo-f767zi").exit_code == 0
    assert data(written)["board"]["name"] == "nucleo-f767zi"
    assert "tflm-cmsis-nn/cortex-m7" in written.read_text("utf-8")


def test_the_frontier_is_explored_where_it_is_asked_for(model, written):
    assert run("report", model, "-o", written, *QUICK, "--explore").exit_code == 0
    assert "arenite explore net.tflite --pick 0 -o OUT" in written.read_text("utf-8")


def test_models_that_differ_are_not_shown_as_before_and_after(model, tmp_path, written):
    other = tmp_path / "other.tflite"
    other.write_bytes(write_bytes(zoo.build("densenet", blocks=1, layers=3, seed=1)))
    assert "is not equal to net.tflite" in refused(run("report", model, other, "-o", written), code=1)
    assert not written.exists()


def test_what_exists_is_not_overwritten(model, written):
    written.write_text("mine")
    assert "exists; pass --force" in refused(run("report", model, "-o", written, *QUICK))
    assert written.read_text() == "mine"
    assert run("report", model, "-o", written, *QUICK, "--force").exit_code == 0
    assert "is the file that is read" in refused(run("report", model, "-o", model, "--force"))


@pytest.mark.parametrize("more", [["net.tflite"], ["--explore"], ["--split"], ["--effort", "low"]])
def test_a_saved_plan_takes_nothing_of_a_search(more, tmp_path, written):
    saved = tmp_path / "plan.json"
    saved.write_text("{}")
    assert "a saved plan is shown as it is" in refused(run("report", saved, *more, "-o", written))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.json"], "no such file"),
        (["missing.tflite"], "no such file"),
        (["missing.tflite", "--board", "nothing-like-it"], "no board is called"),
        (["missing.tflite", "--target", "esp33"], "no target is called"),
        (["missing.tflite", "--max-extra-macs", "10%"], "are for strips; add --split"),
    ],
)
def test_bad_input_is_one_line(arguments, words, written):
    assert words in refused(run("report", *arguments, "-o", written))
    assert not written.exists()


def test_a_model_with_hostile_names(tmp_path, written):
    each, hurt = zoo.build("paper"), "</script><script>alert(1)</script>"
    object.__setattr__(each.main.inputs[0], "name", hurt)
    path = tmp_path / "<b>.tflite"
    path.write_bytes(write_bytes(each))
    assert run("report", path, "-o", written, *QUICK).exit_code == 0
    text = written.read_text("utf-8")
    assert hurt not in text
    assert hurt in data(written)["strings"]
    assert "<b>" not in text
