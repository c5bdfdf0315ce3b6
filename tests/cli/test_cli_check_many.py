"""`arenite check` of several models: what is found, formats, the comparison with a base, and exit codes."""

import json
import os
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hand_made import graph, tensor
from hand_made import model as hand_made
from typer.testing import CliRunner

from arenite import zoo
from arenite.backends.target import find_target
from arenite.cli import app
from arenite.model import Operator
from arenite.report.gate.checked import Checked, Failure
from arenite.report.gate.ci import as_commands
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes

CONTENT = write_bytes(zoo.build("paper"))
LARGER = write_bytes(zoo.build("chain"))
HOSTILE = "a|`b`<i>@all&%\n::error::##[error]x,y\x1b[31m'\".tflite"


def own():
    """A model with an operator of which nobody knows what it allocates."""
    x, y = tensor("x"), tensor("y")
    return write_bytes(hand_made(graph([x], [y], [Operator("CUSTOM", (x,), (y,), custom_code="Own")])))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with `models/b.tflite` and `models/a/c.tflite`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "a").mkdir(parents=True)
    for name in ("b.tflite", "a/c.tflite"):
        (tmp_path / "models" / name).write_bytes(CONTENT)
    return tmp_path


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["check", *map(str, arguments)], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    assert len(result.stderr.splitlines()) == (code > 0)
    return result


def values(*arguments, code=0):
    return json.loads(run(*arguments, "--json", code=code).stdout)


def need(content=CONTENT):
    return find_target("tflm").arena(read_bytes(content, "x")).declare_bytes


def base_with(folder, content, name="models/b.tflite"):
    path = folder / "base" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_folder_is_all_models_below_it_each_once(folder):
    (folder / "models" / "no.txt").write_text("no model")
    found = values("models", "models/b.tflite", "--arena", "1M")["models"]
    assert [each["path"] for each in found] == ["models/a/c.tflite", "models/b.tflite"]
    assert all(each["holds"] and each["fits"] and each["failures"] == [] for each in found)


def test_a_folder_of_one_model_has_the_keys_of_several(folder):
    assert [each["path"] for each in values("models/a", "--arena", "1M")["models"]] == ["models/a/c.tflite"]
    assert "models" not in values("models/a/c.tflite", "--arena", "1M")


def test_what_cannot_be_read_does_not_end_the_check_of_the_others(folder):
    (folder / "models" / "a" / "a.tflite").write_bytes(b"no model")
    found = values("models", "--arena", "1K", "--no-hints", code=2)["models"]
    assert [each["holds"] for each in found] == [False, False, False]
    assert [each["failures"][0]["rule"] for each in found] == ["cannot-be-checked", *["arena-does-not-fit"] * 2]
    result = run("models", "--arena", "1K", "--no-hints", code=2)
    assert result.stderr == "arenite: error: 2 of 3 models do not hold, 1 of 3 models cannot be checked\n"
    assert result.stdout.count("Fails: ") == 3


def test_a_folder_without_models_never_passes(folder):
    (folder / "empty").mkdir()
    assert "no .tflite file" in run("empty", "models", "--arena", "1M", code=2).stdout
    run("empty", "--arena", "1M", code=2)


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_link_to_nothing_is_not_passed_over(folder):
    (folder / "models" / "z.tflite").symlink_to("nothing")
    assert values("models", "--arena", "1M", code=2)["models"][2]["holds"] is False


def test_one_that_fails_decides(folder):
    (folder / "models" / "b.tflite").write_bytes(own())
    found = values("models", "--arena", "1M", code=1)["models"]
    assert [each["holds"] for each in found] == [True, False]
    assert found[1]["failures"][0]["rule"] == "cannot-say"


def test_fits_says_what_is_left_and_flash_is_the_file_only(folder):
    printed = run("models/b.tflite", "--board", "nucleo-f767zi").stdout
    assert "Flash, file only" in printed
    assert f"fits, {2 * 1024 * 1024 - len(CONTENT):,} left" in printed
    assert f"fits, {1000 * 1024:,} left" in run("models/b.tflite", "--arena", need() + 1000 * 1024).stdout


def test_no_hints_searches_nothing_and_offers_nothing(folder, monkeypatch):
    from arenite.search import fitting

    assert "Next:" in run("models/b.tflite", "--arena", "1K", code=1).stdout
    monkeypatch.setattr(fitting, "preview", None)
    result = run("models/b.tflite", "--arena", "1K", "--no-hints", code=1)
    assert "Next:" not in result.stdout
    assert "optimize" not in result.stdout
    assert "bytes of arena are missing" in result.stderr
    assert values("models/b.tflite", "--arena", "1K", "--no-hints", code=1)["optimized"] is None


def test_quiet_prints_only_what_fails(folder):
    (folder / "models" / "b.tflite").write_bytes(LARGER)
    assert run("models", "--arena", "1M", "--quiet").output == ""
    assert run("models/b.tflite", "--arena", "1M", "-q").output == ""
    sizes = sorted([need(), need(LARGER)])
    result = run("models", "--arena", sizes[0], "--quiet", "--no-hints", code=1)
    assert ("models/b.tflite" in result.stdout) == (need(LARGER) == sizes[1])
    assert ("models/a/c.tflite" in result.stdout) == (need() == sizes[1])
    rows = run("models", "--arena", sizes[0], "--quiet", "--no-hints", "--format", "markdown", code=1).stdout
    assert len(rows.splitlines()) == 3
    assert len(values("models", "--arena", sizes[0], "--quiet", "--no-hints", code=1)["models"]) == 2


def test_the_change_against_the_base(folder):
    base_with(folder, LARGER)
    change = need() - need(LARGER)
    first, second = values("models", "--arena", "1M", "--compare", "base")["models"]
    assert first["base"] == {"declare_bytes": None, "exact": None, "change_bytes": None}
    assert second["base"] == {"declare_bytes": need(LARGER), "exact": True, "change_bytes": change}
    found = values("models/b.tflite", "--arena", "1M", "--compare", "base")
    assert (found["base"]["change_bytes"], found["holds"], found["failures"]) == (change, True, [])
    assert f"change: {change:+,} (" in run("models/b.tflite", "--arena", "1M", "--compare", "base").stdout
    head, _, new, changed = run(
        "models", "--arena", "1M", "--compare", "base", "--format", "markdown"
    ).stdout.splitlines()
    assert [cell.strip() for cell in head.split("|")[6:8]] == ["base", "change"]
    assert "| new |" in new
    assert f"| {need(LARGER):,} | {change:+,} (" in changed


def test_one_byte_of_growth_decides(folder):
    small, large = sorted([CONTENT, LARGER], key=need)
    grown = need(large) - need(small)
    (folder / "models" / "b.tflite").write_bytes(large)
    base_with(folder, small)
    compared = ("models/b.tflite", "--arena", "1M", "--compare", "base", "--max-growth")
    run(*compared, grown)
    assert f"the arena grew by {grown:,} bytes" in run(*compared, grown - 1, code=1).stderr
    run(*compared, f"{100 * grown // need(small) + 1}%")
    run(*compared, f"{100 * grown // need(small)}%" if 100 * grown % need(small) else "0%", code=1)
    base_with(folder, large)
    run(*compared, "0")


def test_growth_that_nobody_knows_does_not_pass(folder):
    (folder / "base").mkdir()
    compared = ("models/b.tflite", "--arena", "1M", "--compare", "base")
    run(*compared)
    assert "--allow-new" in run(*compared, "--max-growth", "2%", code=1).stderr
    run(*compared, "--max-growth", "2%", "--allow-new")
    base_with(folder, own())
    run(*compared)
    assert "not known how much" in run(*compared, "--max-growth", "1M", code=1).stderr
    base_with(folder, b"no model")
    assert "its base: " in run(*compared, code=2).stderr
    run("models/b.tflite", "--arena", "1M", "--compare", ".", code=2)


def test_a_base_below_a_folder_is_not_checked(folder):
    base_with(folder, b"not read")
    found = values(".", "--arena", "1M", "--compare", "base", code=2)["models"]
    assert [each["path"] for each in found] == ["models/a/c.tflite", "models/b.tflite"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--max-growth", "2%"], "--compare"),
        (["--compare", "none"], "no such folder"),
        (["--compare", ".", "--max-growth", "some"], "2% or 1K"),
        (["--compare", ".", "--allow-new"], "--max-growth"),
        (["--json", "--format", "sarif"], "--format sarif"),
        (["--format", "xml"], "--format"),
    ],
)
def test_requests_that_make_no_sense(folder, arguments, message):
    result = run("models", "--arena", "1M", *arguments, code=2)
    assert message in result.stderr
    assert result.stdout == ""


FORMATS = ("markdown", "github", "junit", "sarif")


@pytest.mark.parametrize("how", FORMATS)
def test_every_format_tells_what_fails(folder, how):
    (folder / "models" / "a" / "a.tflite").write_bytes(b"no model")
    result = run("models", "--arena", "1K", "--no-hints", "--format", how, code=2)
    assert result.stdout.count("bytes of arena are missing") == 2
    assert result.stdout.count("a/a.tflite") >= 1
    passing = run("models/b.tflite", "--arena", "1M", "--format", how)
    assert "missing" not in passing.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names that only Linux takes")
@pytest.mark.parametrize("limit", ["1K", "1M"])
def test_hostile_names(folder, limit):
    (folder / "models" / HOSTILE.replace("/", "")).write_bytes(CONTENT)
    code = int(limit == "1K")
    options = ("models", "--arena", limit, "--no-hints", "--format")
    table = run(*options, "markdown", code=code).stdout.splitlines()
    assert len(table) == 5
    assert {row.count("|") for row in table} == {7}
    assert not any(character in line for line in table for character in ("@", "`", "<i", "\x1b"))
    commands = run(*options, "github", code=code).stdout.splitlines()
    assert len(commands) == 3
    assert all(line.startswith(("::error file=models/", "::notice file=models/")) for line in commands)
    properties = [line[2:].split("::")[0].split(" ", 1)[1].split(",") for line in commands]
    assert all([each.split("=")[0] for each in pair] == ["file", "title"] for pair in properties)
    assert all(character.isprintable() for line in commands for character in line)
    suite = ElementTree.fromstring(run(*options, "junit", code=code).stdout)
    assert (suite.get("tests"), suite.get("failures"), len(list(suite.iter("testcase")))) == ("3", str(3 * code), 3)
    (log,) = json.loads(run(*options, "sarif", code=code).stdout)["runs"]
    assert len(log["results"]) == 3 * code
    for result in log["results"]:
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert place.startswith("models/")
        assert not set(place) & set('|`<>@\n ,:\x1b[]"')
        assert result["ruleId"] in {rule["id"] for rule in log["tool"]["driver"]["rules"]}


def test_workflow_commands_keep_what_has_a_meaning_there():
    failed = Checked(Path("50%,a:b.tflite"), None, (Failure("cannot-be-checked", "100%"),))
    assert as_commands([failed]) == (
        "::error file=50%25%2Ca%3Ab.tflite,title=arenite check::50%25,a:b.tflite: 100%25\n"
    )


def test_a_folder_that_cannot_be_listed_never_passes(folder, monkeypatch):
    listed = os.scandir

    def scandir(path):
        if str(path).endswith("a"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = values("models", "--arena", "1M", code=2)["models"]
    assert [(each["path"], each["holds"]) for each in found] == [("models/b.tflite", True), ("models/a", False)]
    assert found[1]["failures"][0]["message"] == "Permission denied"


def test_the_reason_of_one_names_the_file_once(folder):
    (folder / "models" / "b.tflite").write_bytes(b"no model")
    result = run("models/b.tflite", "--arena", "1M", code=2)
    assert result.stdout == ""
    assert result.stderr.startswith("arenite: error: models/b.tflite: has no TFL3")
