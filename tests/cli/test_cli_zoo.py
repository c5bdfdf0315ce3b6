import json

import pytest
from typer.testing import CliRunner

from arenite import zoo
from arenite.cli import app
from arenite.cli.zoo import parse_settings
from arenite.errors import OptionError
from arenite.tflite.read import read_model


def run(*arguments):
    return CliRunner().invoke(app, ["zoo", *map(str, arguments)], env={"COLUMNS": "80"})


def test_list():
    result = run()
    assert result.exit_code == 0
    for name, family in zoo.MODELS.items():
        assert f"\n{name} " in result.stdout
        for key, value in family.parameters.items():
            assert f"{key}={value}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_list_as_json():
    families = json.loads(run("--json").stdout)["families"]
    assert [family["name"] for family in families] == list(zoo.MODELS)
    for family in families:
        defaults = {parameter["name"]: parameter["default"] for parameter in family["parameters"]}
        assert defaults == zoo.MODELS[family["name"]].parameters
        assert all(len(parameter["limits"]) == 2 for parameter in family["parameters"])


def test_build(tmp_path):
    path = tmp_path / "m.tflite"
    result = run("chain", "-o", path, "--set", "length=3", "--set", "resolution = 16")
    assert result.exit_code == 0, result.output
    assert (
        result.stdout
        == f"Wrote {path}: chain, {len(read_model(path).main.operators)} operators, {path.stat().st_size:,} bytes\n"
    )
    assert read_model(path).main.inputs[0].shape[1:3] == (16, 16)
    first = path.read_bytes()
    assert run("chain", "-o", path, "--set", "length=3", "--set", "resolution=16", "--force", "--json").exit_code == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing", "-o", "x.tflite"], "choose from"),
        (["chain"], "-o chain.tflite"),
        (["-o", "x.tflite"], "which model"),
        (["--set", "length=1"], "which model"),
        (["chain", "-o", "x.tflite", "--set", "length"], "PARAMETER=VALUE"),
        (["chain", "-o", "x.tflite", "--set", "=3"], "PARAMETER=VALUE"),
        (["chain", "-o", "x.tflite", "--set", "length=1", "--set", "length=2"], "already"),
        (["chain", "-o", "x.tflite", "--set", "size=1"], "choose from"),
        (["chain", "-o", "x.tflite", "--set", "length=1e99"], "whole number"),
        (["chain", "-o", "x.tflite", "--set", "length=0"], "from 1 to"),
        (["chain", "-o", "missing/x.tflite"], "does not exist"),
    ],
)
def test_bad_requests(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("arenite: error: ")
    assert message in line
    assert not list(tmp_path.iterdir())


def test_existing_files_are_kept(tmp_path):
    path = tmp_path / "m.tflite"
    path.write_text("mine")
    assert run("paper", "-o", path).exit_code == 2
    assert path.read_text() == "mine"


def test_settings():
    assert parse_settings(["a=1", "b = x=y"]) == {"a": "1", "b": "x=y"}
    with pytest.raises(OptionError):
        parse_settings(["a=1", "a=1"])


def test_an_unknown_family_is_named_before_a_missing_output():
    result = run("nope")
    assert result.exit_code == 2
    assert "no model 'nope'" in result.stderr
