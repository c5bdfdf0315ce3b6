import importlib.util
import json

import pytest
from typer.testing import CliRunner

from arenite import zoo
from arenite.cli import app
from arenite.runtimes import process
from arenite.tflite.write import write_bytes

TFLM = importlib.util.find_spec("tflite_micro") is not None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    (folder / "a.tflite").write_bytes(write_bytes(zoo.build("paper")))
    (folder / "b.tflite").write_bytes(write_bytes(zoo.build("paper", seed=1)))
    (folder / "other.tflite").write_bytes(write_bytes(zoo.build("chain", length=1)))
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["verify", *map(str, arguments)], env={"COLUMNS": "80"})


def test_identical(folder):
    result = run(folder / "a.tflite", folder / "a.tflite", "--rounds", "1")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("LiteRT  identical in 2 rounds\n")
    assert result.stderr == ""


def test_different(folder):
    result = run(folder / "a.tflite", folder / "b.tflite", "--rounds", "1", "--seed", "7", "--json")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("arenite: error: ")
    assert "output 0 ('tensor7') differs" in line
    values = json.loads(result.stdout)
    assert values["identical"] is False
    assert values["verified"]["litert"] == "different"
    assert values["differences"]["litert"].keys() == {
        "output",
        "name",
        "round",
        "elements",
        "total",
        "position",
        "largest",
    }
    assert values["differences"]["litert"]["name"] == "tensor7"
    if TFLM:
        first, second = values["memory"]
        assert first["head_bytes"] == 5216
        assert first["arena_bytes"] == first["head_bytes"] + first["tail_bytes"]
        assert second["head_bytes"] == 5216


def test_models_of_different_form(folder):
    result = run(folder / "a.tflite", folder / "other.tflite")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "do not match" in result.stderr


def test_integer_ends_are_compared_only_if_asked_for(folder):
    made = folder / "uint8.tflite"
    arguments = ["optimize", folder / "a.tflite", "--io", "uint8", "-o", made, "--no-verify"]
    assert CliRunner().invoke(app, list(map(str, arguments))).exit_code == 0
    assert "do not match" in run(folder / "a.tflite", made).stderr
    result = run(folder / "a.tflite", made, "--integer-ends", "--rounds", "2")
    assert result.exit_code == 0, result.output
    assert run(folder / "b.tflite", made, "--integer-ends", "--rounds", "2").exit_code == 1


def test_without_runtimes_nothing_is_known(folder, monkeypatch):
    monkeypatch.setattr(process, "absent", lambda runtime: f"{runtime} is not installed")
    result = run(folder / "a.tflite", folder / "b.tflite", "--json")
    assert result.exit_code == 1
    assert "no runtime" in result.stderr
    values = json.loads(result.stdout)
    assert values["verified"] == {
        "litert": "unavailable: litert is not installed",
        "tflm": "unavailable: tflm is not installed",
    }
    assert (values["identical"], values["memory"]) == (False, [None, None])


def test_equal_files_are_identical_and_nothing_is_compared(folder, monkeypatch):
    result = run(folder / "a.tflite", folder / "a.tflite", "--rounds", "1")
    assert "Both files are the same bytes: nothing had to be compared" in result.stdout
    monkeypatch.setattr(process, "absent", lambda runtime: f"{runtime} is not installed")
    result = run(folder / "a.tflite", folder / "a.tflite", "--json")
    values = json.loads(result.stdout)
    assert (result.exit_code, values["identical"], values["equal_files"]) == (0, True, True)
    assert values["rounds"] == {"litert": 0, "tflm": 0}


def test_one_file_is_run_and_the_runtimes_compared(folder, monkeypatch):
    result = run(folder / "a.tflite", "--rounds", "1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("LiteRT  ran in 2 rounds\n")
    values = json.loads(run(folder / "a.tflite", "--rounds", "1", "--json").stdout)
    assert values["identical"] is None
    if TFLM:
        assert "LiteRT and TFLM do not agree on the source" in result.stdout
        assert values["agreement"]["runtimes"] == ["litert", "tflm"]
        assert 0 < values["agreement"]["elements"] < values["agreement"]["total"]
    monkeypatch.setattr(process, "absent", lambda runtime: f"{runtime} is not installed")
    result = run(folder / "a.tflite")
    assert result.exit_code == 1
    assert "no runtime could run" in result.stderr


@pytest.mark.parametrize("arguments", [("--rounds", "0"), ("--seed", "-1"), ("--rounds", "many")])
def test_bad_options(folder, arguments):
    assert run(folder / "a.tflite", folder / "a.tflite", *arguments).exit_code == 2
