"""`arenite.toml` and `[tool.arenite]`: what they say for each model, and what they may not say."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from arenite import hardware, zoo
from arenite.cli import app
from arenite.cli.configuration import configuration
from arenite.errors import OptionError
from arenite.tflite.write import write_bytes

OWN = """
board = "nucleo-f767zi"
reserve = "24K"

[models."audio/*"]
arena = 65536

[models."audio/small.tflite"]
arena = "32K"
target = "tflm-reference"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "audio").mkdir()
    for name in ("big.tflite", "audio/small.tflite", "audio/other.tflite"):
        (tmp_path / name).write_bytes(write_bytes(zoo.build("paper")))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)], env={"COLUMNS": "200"})


def found(*arguments):
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return {each["path"]: (each["available_bytes"], each["target"]) for each in json.loads(result.stdout)["models"]}


@pytest.mark.parametrize("file", ["arenite.toml", "pyproject.toml"])
def test_options_for_each_model(folder, file):
    shared = OWN.replace("[models", "[tool.arenite.models")
    (folder / file).write_text(OWN if file == "arenite.toml" else f"[tool.other]\nx = 1\n[tool.arenite]\n{shared}")
    board = hardware.find_board("nucleo-f767zi")
    assert found(".") == {
        "big.tflite": (board.region_bytes - 24 * 1024, board.target),
        "audio/other.tflite": (65536, board.target),
        "audio/small.tflite": (32 * 1024, "tflm-reference"),
    }


def test_the_command_line_wins(folder):
    (folder / "arenite.toml").write_text(OWN)
    assert set(found(".", "--arena", "48K", "--target", "tflm").values()) == {(48 * 1024, "tflm")}


def test_without_files_there_are_no_options(folder):
    assert configuration(folder).of(Path("big.tflite")) == {}
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert configuration(folder).of(Path("big.tflite")) == {}
    result = run("big.tflite")
    assert result.exit_code == 2
    assert "check against what?" in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("boardd = 'x'", "unknown key 'boardd'"),
        ("[models.'*']\nroom = '1K'", "unknown key 'room'"),
        ("[models.'*']\nmodels = {}", "unknown key 'models'"),
        ("board = 1", "'board' is not a name"),
        ("arena = true", "'arena' is not a size"),
        ("arena = 1.5", "'arena' is not a size"),
        ("models = 1", "'models' is not a table"),
        ("[models]\n'*' = 1", "is not a table"),
        ("board =", "not TOML"),
        ("arena = '64X'", "'64X' is not a size"),
        ("arena = -1", "'-1' is not a size"),
    ],
)
def test_what_a_file_may_not_say(folder, text, message):
    (folder / "arenite.toml").write_text(text)
    result = run(".")
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_two_files_contradict_each_other(folder):
    (folder / "arenite.toml").write_text(OWN)
    (folder / "pyproject.toml").write_text("[tool.arenite]\narena = '1M'\n")
    with pytest.raises(OptionError, match="both have options"):
        configuration(folder)
    (folder / "arenite.toml").unlink()
    (folder / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(OptionError, match="is not TOML"):
        configuration(folder)


def test_the_example_of_the_documentation(folder):
    page = (Path(__file__).resolve().parents[2] / "docs" / "ci.md").read_text("utf-8")
    (folder / "arenite.toml").write_text(page.split("```toml\n")[1].split("```")[0])
    small = hardware.find_board("nucleo-f446re")
    rooms = found(".")
    assert rooms["audio/small.tflite"] == (min(64 * 1024, small.region_bytes - 16 * 1024), small.target)
    assert rooms["big.tflite"][1] == hardware.find_board("nucleo-f767zi").target
