"""`arenite boards` and `arenite fit`."""

import json

import pytest
from typer.testing import CliRunner

from arenite import hardware, zoo
from arenite.backends.target import find_target
from arenite.cli import app
from arenite.search.optimization import Options, preview
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "80"})


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "random.tflite"
    path.write_bytes(write_bytes(zoo.build("random-wired")))
    return path


def test_all_boards():
    result = run("boards")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[1 : len(hardware.boards()) + 1]] == [
        each.name for each in hardware.boards()
    ]
    assert max(map(len, lines[:-1])) <= 80
    assert lines[-1].endswith("boards.csv")


def test_one_board():
    result = run("boards", "Nucleo_F767ZI")
    board = hardware.find_board("nucleo-f767zi")
    assert result.exit_code == 0
    for text in (board.title, board.mcu, board.core, f"{board.region_bytes:,}", board.target, board.source):
        assert text in result.stdout


def test_boards_as_json():
    (one,) = json.loads(run("boards", "bluepill", "--json").stdout)["boards"]
    assert one["sram_bytes"] == hardware.find_board("bluepill").sram_bytes
    everything = json.loads(run("boards", "--json").stdout)["boards"]
    assert len(everything) == len(hardware.boards())
    assert one in everything


def test_every_boards_target_exists():
    for board in hardware.boards():
        assert find_target(board.target).name == board.target


def test_a_board_that_is_not_there():
    result = run("boards", "nucleo-f767")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean nucleo-f767zi?" in result.stderr


def test_fit_agrees_with_the_arenas(model):
    result = run("fit", model, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    values = json.loads(result.stdout)
    source = read_model(model)
    better = preview(source, Options())
    assert values["file_bytes"] == model.stat().st_size
    assert [row["name"] for row in values["boards"]] == [board.name for board in hardware.boards()]
    for row, board in zip(values["boards"], hardware.boards(), strict=True):
        target = find_target(board.target)
        before, after = target.arena(source), target.arena(better)
        assert (row["declare_bytes"], row["declare_bytes_after"]) == (before.declare_bytes, after.declare_bytes)
        flash = model.stat().st_size <= board.flash_bytes
        assert row["fits"] == (flash and before.declare_bytes <= board.region_bytes)
        assert row["fits_after"] == (flash and after.declare_bytes <= board.region_bytes)
        assert row["exact"]
    assert {row["fits"] for row in values["boards"]} == {True, False}


def test_fit_in_words(model):
    result = run("fit", model)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.partition("Next:")[0].splitlines())) <= 80  # commands to paste stay whole
    rows = json.loads(run("fit", model, "--json").stdout)["boards"]
    held = sum(row["fits"] for row in rows)
    assert f"Fits {held} of {len(hardware.boards())} boards" in result.stdout
    assert "tflm-esp-nn/esp32s3" in result.stdout
    row = next(row for row in rows if row["fits"])
    left = [row["available_bytes"] - row[key] for key in ("declare_bytes", "declare_bytes_after")]
    shown = next(line for line in result.stdout.splitlines() if line.startswith(f"{row['name']} "))
    assert shown.split()[-4:] == [f"{left[0]:,}", "left", f"{left[1]:,}", "left"]


def test_fit_of_what_is_no_model(tmp_path):
    result = run("fit", tmp_path / "none.tflite")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no such file" in result.stderr
