import importlib.util
import json
import re

import pytest
from refusals import refused
from typer.testing import CliRunner

from arenite import zoo
from arenite.backends.target import find_target
from arenite.bundle.tflm import model_source
from arenite.cli import app
from arenite.errors import VerificationError
from arenite.search import optimization
from arenite.search.inspection import inspect
from arenite.tflite.files import beside
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

TFLM = importlib.util.find_spec("tflite_micro") is not None
KEYS = {"before", "after", "lower_bound_bytes", "optimal", "gap", "order", "verified", "seconds"}


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "paper.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["optimize", *map(str, arguments), "--rounds", "1"], env={"COLUMNS": "80"})


def test_the_papers_example(model, tmp_path):
    before, out = model.read_bytes(), tmp_path / "out.tflite"
    result = run(model, "-o", out, "--no-overlap", "--verbose")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert re.match(
        r"Declare an arena of [0-9,]+ bytes instead of [0-9,]+: paper.tflite for target tflm\n", result.stdout
    )
    assert "Peak        5,216  4,960   -4.9 %" in result.stdout
    assert "Optimal" in result.stdout
    assert "Verified in LiteRT: outputs identical" in result.stdout
    assert f"Wrote {out}" in result.stdout
    assert model.read_bytes() == before
    written = inspect(read_model(out))
    assert (written.peak_bytes, written.head_bytes) == (4960, 4960)


def test_json(model, tmp_path):
    result = run(model, "-o", tmp_path / "out.tflite", "--json", "--no-overlap")
    assert (result.exit_code, result.stderr) == (0, "")
    values = json.loads(result.stdout)
    assert values.keys() >= KEYS
    costs = {"peak_bytes": 5216, "head_bytes": 5216}
    assert {key: values["before"][key] for key in costs} == costs
    assert values["after"]["head_bytes"] == values["lower_bound_bytes"] == 4960
    assert (values["optimal"], values["gap"]) == (True, 0)
    assert sorted(values["order"]) == list(range(7))
    assert values["verified"]["litert"] == "identical"
    assert isinstance(values["seconds"], float)
    if TFLM:
        assert values["verified"]["tflm"] == "identical"
        assert values["after"]["arena_bytes"] < values["before"]["arena_bytes"]


@pytest.mark.parametrize("target", ["tflm", "tflm-reference", "tflm-cmsis-nn/cortex-m4"])
def test_the_arena_of_a_target(model, tmp_path, target):
    out = tmp_path / "out.tflite"
    result = run(model, "-o", out, "--json", "--target", target)
    assert (result.exit_code, result.stderr) == (0, "")
    values = json.loads(result.stdout)
    assert values["target"] == target
    assert values["arena"] == values["after"]["arena"]
    for side, path in (("before", model), ("after", out)):
        expected = inspect(read_model(path), target=find_target(target)).arena
        assert values[side]["arena"]["declare_bytes"] == expected.declare_bytes
        assert values[side]["arena"]["total_bytes"] == expected.head_bytes + expected.tail_bytes


def test_a_target_that_is_not_there(model, tmp_path):
    out = tmp_path / "out.tflite"
    assert "tflm-cmsis-nn/cortex-m4" in refused(run(model, "-o", out, "--target", "tflm-cmsis-nn"))
    assert not out.exists()


def test_options_reach_the_optimizer(model, tmp_path):
    def figures(name, *options):
        result = run(model, "-o", tmp_path / name, "--json", "--no-overlap", *options)
        assert result.exit_code == 0, result.output
        values = json.loads(result.stdout)
        return values["after"]["peak_bytes"], values["after"]["head_bytes"], values["order"] == list(range(7))

    assert figures("a.tflite", "--no-reorder") == (5216, 5216, True)
    assert figures("b.tflite", "--no-layout")[0] == 4960
    # The input stays to the end, so both ends of the graph are alive together with the largest tensor.
    assert figures("c.tflite", "--keep-inputs")[1] > 4960
    assert figures("d.tflite", "--time-limit", "0")[1] <= 5216


def test_the_output_must_be_another_file(model, tmp_path):
    before = model.read_bytes()
    assert "file that is read" in refused(run(model, "-o", model, "--force"))
    link = tmp_path / "link.tflite"
    link.symlink_to(model)
    refused(run(model, "-o", link, "--force"))
    assert model.read_bytes() == before
    assert link.is_symlink()


def test_existing_files_are_kept_without_force(model, tmp_path):
    out = tmp_path / "out.tflite"
    out.write_text("mine")
    assert "--force" in refused(run(model, "-o", out))
    assert out.read_text() == "mine"
    assert run(model, "-o", out, "--force").exit_code == 0
    assert read_model(out).main.operators


def test_outputs_that_cannot_be_written(model, tmp_path):
    assert "does not exist" in refused(run(model, "-o", tmp_path / "none" / "out.tflite"))
    assert "folder" in refused(run(model, "-o", tmp_path))


def test_a_failed_check_writes_nothing(model, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise VerificationError("LiteRT: output 0 ('y')\ndiffers")

    monkeypatch.setattr(optimization, "optimize", fail)
    out = tmp_path / "out.tflite"
    assert refused(run(model, "-o", out), code=1) == r"arenite: error: LiteRT: output 0 ('y')\ndiffers"
    assert not out.exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--time-limit", "-1"],
        ["--time-limit", "nan"],
        ["--time-limit", "soon"],
        ["--plan", "ignore"],
        ["--seed", "-1"],
        ["--no-layout", "--keep-inputs"],
        ["--unknown"],
        ["second.tflite"],
    ],
)
def test_bad_options(model, tmp_path, options):
    out = tmp_path / "out.tflite"
    result = run(model, "-o", out, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert isinstance(result.exception, SystemExit)
    assert not out.exists()


def test_rounds_must_be_positive(model, tmp_path):
    result = CliRunner().invoke(app, ["optimize", str(model), "-o", str(tmp_path / "x.tflite"), "--rounds", "0"])
    assert result.exit_code == 2


def test_an_offline_plan_is_replaced_or_respected(model, tmp_path):
    first = tmp_path / "first.tflite"
    assert run(model, "-o", first, "--no-reorder", "--keep-inputs").exit_code == 0
    kept = run(first, "-o", tmp_path / "kept.tflite", "--plan", "respect")
    assert kept.exit_code == 0, kept.output
    assert (tmp_path / "kept.tflite").read_bytes() == first.read_bytes()
    assert run(first, "-o", tmp_path / "new.tflite", "--no-overlap").exit_code == 0
    assert inspect(read_model(tmp_path / "new.tflite")).head_bytes == 4960


def test_the_report_says_how_often_and_where_it_was_verified(model, tmp_path):
    lines = run(model, "-o", tmp_path / "out.tflite", "-v").stdout.splitlines()
    assert "Verified in LiteRT: outputs identical in 2 rounds" in lines
    if TFLM:
        assert "Verified in TFLM: outputs identical in 2 rounds" in lines
        assert any(line.startswith("LiteRT and TFLM do not agree on the source: ") for line in lines)


def test_without_verification_nothing_is_run_and_that_is_said(model, tmp_path, monkeypatch):
    from arenite.runtimes import process

    monkeypatch.setattr(process, "run_in_turn", None)
    out = tmp_path / "out.tflite"
    assert "\nNot verified: not asked for\n" in run(model, "-o", out, "--no-verify").stdout
    assert out.exists()
    values = json.loads(run(model, "-o", out, "--no-verify", "--force", "--json").stdout)
    assert values["verified"] == dict.fromkeys(("litert", "tflm"), "unavailable: not asked for")
    assert (values["rounds"], values["agreement"]) == ({"litert": 0, "tflm": 0}, None)
    assert "arena_bytes" not in values["after"]


def test_a_result_that_is_its_source_was_not_compared(model, tmp_path):
    once, again = tmp_path / "once.tflite", tmp_path / "again.tflite"
    run(model, "-o", once)
    printed = run(once, "-o", again).stdout.replace("\n", " ")
    assert "The result is the source, byte for byte, so nothing was compared" in printed
    assert "Verified in" not in printed
    assert once.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("net.cc", "net.arenite.tflite"),
        ("net.tflite.H", "net.arenite.tflite"),
        ("NET.TFLITE", "NET.arenite.tflite"),
        ("net.bin", "net.bin.arenite.tflite"),
        (".c", ".c.arenite.tflite"),
    ],
)
def test_the_file_beside_a_model_is_named_after_it(tmp_path, name, written):
    assert beside(tmp_path / name, "arenite") == tmp_path / written


def test_a_model_in_a_c_source_is_written_as_a_file_beside_it(model, tmp_path):
    source = tmp_path / "net.cc"
    source.write_text(model_source("net", model.read_bytes()))
    result = run(source, "--no-verify")
    assert (result.exit_code, result.stderr) == (0, "")
    run(model, "--no-verify")
    assert (tmp_path / "net.arenite.tflite").read_bytes() == (tmp_path / "paper.arenite.tflite").read_bytes()
