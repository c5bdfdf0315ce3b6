"""docs/json.md is an interface: every key that a command prints is named there."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from arenite import zoo
from arenite.cli import app
from arenite.tflite.write import write_bytes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "json.md"


def keys(values):
    """All keys of an object and of what is in it; the names of runtimes are values that are used as keys."""
    if isinstance(values, list):
        return {key for value in values for key in keys(value)}
    if not isinstance(values, dict):
        return set()
    return (values.keys() | {key for value in values.values() for key in keys(value)}) - {"litert", "tflm"}


def section(command):
    """Names in code quotes of the section about a command."""
    (text,) = re.findall(rf"^## `arenite {command}.*?(?=^## |\Z)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([a-z_]+)`", text))


@pytest.mark.parametrize(
    "command", ["inspect", "optimize", "explore", "check", "fit", "boards", "targets", "layout", "verify", "zoo"]
)
def test_every_key_is_documented(command, tmp_path):
    models = [tmp_path / "a.tflite", tmp_path / "b.tflite"]
    for seed, path in enumerate(models):
        path.write_bytes(write_bytes(zoo.build("paper", seed=seed)))
    arguments = {
        "inspect": [models[0]],
        "optimize": [models[0], "-o", tmp_path / "c.tflite", "--rounds", "1"],
        "explore": [models[0], "--minimize", "head"],
        "check": [models[0], "--arena", "16"],
        "fit": [models[0]],
        "boards": [],
        "targets": [],
        "layout": [Path(__file__).resolve().parents[2] / "benchmarks" / "minimalloc" / "A.1048576.csv"],
        "verify": [*models, "--rounds", "1"],
        "zoo": [],
    }[command]
    result = CliRunner().invoke(app, [command, *map(str, arguments), "--json"])
    printed = keys(json.loads(result.stdout))
    assert len(printed) > 1, result.output
    assert printed <= section(command)


def test_every_key_of_frames_is_documented(tmp_path):
    path = tmp_path / "a.tflite"
    path.write_bytes(write_bytes(zoo.build("tcn", layers=2)))
    arguments = ["optimize", path, "--stream", 1, "-o", tmp_path / "b.tflite", "--rounds", 1, "--json"]
    printed = json.loads(CliRunner().invoke(app, [*map(str, arguments)]).stdout)["frames"]
    assert {"window", "first_run"} < printed.keys() <= section("optimize")


def test_every_key_of_several_checks_is_documented(tmp_path):
    (tmp_path / "a.tflite").write_bytes(write_bytes(zoo.build("paper")))
    arguments = [
        "check",
        str(tmp_path),
        "--arena",
        "16",
        "--compare",
        str(tmp_path.parent),
        "--max-growth",
        "0",
        "--json",
    ]
    printed = keys(json.loads(CliRunner().invoke(app, arguments).stdout))
    assert {"models", "base", "failures", "rule"} <= printed <= section("check")


def test_exit_codes_are_documented():
    text = PAGE.read_text("utf-8")
    for code in (0, 1, 2, 130, 141, 143):
        assert f"\n| {code} | " in text
