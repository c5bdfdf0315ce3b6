"""The options that say for which device a command works: --target, --board, --reserve, --arena."""

import json

import pytest
import typer
from typer.testing import CliRunner

from arenite import hardware, zoo
from arenite.cli import app
from arenite.cli.app import COMMANDS
from arenite.cli.options import device
from arenite.errors import OptionError
from arenite.tflite.write import write_bytes

KIB = 1024


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(write_bytes(zoo.build("densenet")))
    return path


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200"})


def test_a_board_gives_the_target_and_the_room():
    board = hardware.find_board("nucleo-f446re")
    found = device(None, "nucleo-f446re")
    assert (found.target.name, found.room, found.board) == (board.target, board.region_bytes, board)
    assert device(None, "nucleo-f446re", "24K").room == board.region_bytes - 24 * KIB
    assert device(None, "nucleo-f446re", "24K", "1K").room == KIB
    assert device("tflm", "nucleo-f446re").target.name == "tflm"
    assert device(None, None).room is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((None, None, "24K"), "reserve: goes with a board"),
        ((None, "nucleo-f446re", "128K"), "leave nothing"),
        ((None, "nucleo-f446re", "much"), "not a size"),
        (("abacus", None), "no target is called"),
    ],
)
def test_devices_that_make_no_sense(options, message):
    with pytest.raises(OptionError, match=message):
        device(*options)


def test_an_arena_to_fit_needs_no_other_option(model, tmp_path):
    unlimited = json.loads(run("optimize", model, "-o", tmp_path / "a.tflite", "--json", "--no-verify").stdout)
    room = unlimited["arena"]["declare_bytes"] - 16
    result = run("optimize", model, "-o", tmp_path / "b.tflite", "--json", "--no-verify", "--arena", room)
    assert (result.exit_code, result.stderr) == (0, "")
    values = json.loads(result.stdout)
    assert values["arena"]["declare_bytes"] <= room
    assert values["strips"]


def test_a_board_limits_the_arena(model, tmp_path):
    out = tmp_path / "out.tflite"
    result = run("optimize", model, "-o", out, "--no-verify", "--board", "microbit", "--effort", "low")
    assert result.exit_code == 1
    assert "arena" in result.stderr
    assert not out.exists()
    fitting = run("optimize", model, "-o", out, "--json", "--no-verify", "--board", "nucleo-f446re", "--reserve", "24K")
    assert fitting.exit_code == 0, fitting.stderr
    values = json.loads(fitting.stdout)
    assert values["target"] == "tflm-cmsis-nn/cortex-m4"
    assert values["arena"]["declare_bytes"] <= 104 * KIB


def test_the_output_lies_beside_the_model_by_default(model):
    result = run("optimize", model, "--no-verify")
    assert (result.exit_code, result.stderr) == (0, "")
    assert (model.parent / "net.arenite.tflite").is_file()
    again = run("optimize", model, "--no-verify")
    assert again.exit_code == 2
    assert "--force" in again.stderr


@pytest.mark.parametrize("command", ["inspect", "explore", "check", "fit"])
def test_commands_take_a_board(tmp_path, command):
    model = tmp_path / "small.tflite"
    model.write_bytes(write_bytes(zoo.build("paper")))
    result = run(command, model, "--board", "STM32F746NG", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    values = json.loads(result.stdout)
    (shown,) = values.get("boards", [values])
    assert shown["target"] == "tflm-cmsis-nn/cortex-m7"


OPTIONS = {
    name: {option.opts[0]: option for option in typer.main.get_command(app).commands[name].params} for name in COMMANDS
}


@pytest.mark.parametrize("command", [name for name, options in OPTIONS.items() if "--board" in options])
def test_a_board_comes_with_a_reserve_unless_only_its_kernels_count(command):
    options = OPTIONS[command]
    assert ("--reserve" in options) != ("only its kernels count" in options["--board"].help)
    assert ("--reserve" in options) == (command in {"optimize", "report", "check", "fit"})


def test_what_is_reserved_holds_no_arena(model):
    (whole,), (beside,), (nothing,) = (
        json.loads(run("fit", model, "--board", "nucleo-f446re", "--json", *reserve).stdout)["boards"]
        for reserve in ((), ("--reserve", "50K"), ("--reserve", "1M"))
    )
    assert (whole["available_bytes"], beside["available_bytes"]) == (128 * KIB, 78 * KIB)
    assert (nothing["available_bytes"], nothing["fits_after"]) == (0, False)
    assert (whole["fits_after"], beside["fits_after"]) == (True, False)
    shown = run("fit", model, "--board", "nucleo-f446re", "--reserve", "50K").stdout
    assert "Memory in KiB, without the 51,200 bytes to keep free. Fits 0 of 1 boards, 0 after optimize" in shown
    (row,) = (line for line in shown.splitlines() if line.startswith("nucleo-f446re "))
    assert row.split()[1] == "78"
    assert "keep free" not in run("fit", model, "--board", "nucleo-f446re").stdout


def test_targets_are_listed():
    values = json.loads(run("targets", "--json").stdout)
    found = {each["name"]: each for each in values["targets"]}
    assert found["tflm-cmsis-nn/cortex-m4"]["core"] == "cortex-m4"
    assert "m4" in found["tflm-cmsis-nn/cortex-m4"]["aliases"]
    text = run("targets").stdout
    assert all(name in text for name in found)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("arenite check x.tflite --board nucleo-f4", "nucleo-f446re"),
        ("arenite optimize x.tflite --target cortex-m", "cortex-m55"),
        ("arenite zoo mobile", "mobilenet-v2"),
    ],
)
def test_the_shell_completes_names(line, expected):
    words = {"_ARENITE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    result = CliRunner().invoke(app, [], prog_name="arenite", env=words)
    assert expected in result.stdout.split()
