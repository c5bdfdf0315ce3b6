"""What goes wrong outside of the commands: the arguments, and the streams that the program writes to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from arenite import zoo
from arenite.cli import app
from arenite.tflite.write import write_bytes

ARENITE = [sys.executable, "-m", "arenite"]
FULL = Path("/dev/full")

posix = pytest.mark.skipif(os.name == "nt", reason="streams of POSIX")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "paper.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    return path


def start(*arguments, **streams):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run([*ARENITE, *map(str, arguments)], check=False, timeout=120, **streams)


def start_without(redirection, *arguments):
    command = ["sh", "-c", f'"$@" {redirection}', "sh", *ARENITE, *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, timeout=120)


@needs_full
@pytest.mark.parametrize("arguments", [["inspect", "MODEL"], ["inspect", "MODEL", "--json"], ["zoo", "--help"], ["-h"]])
def test_a_full_disk_behind_stdout(model, arguments):
    with FULL.open("wb") as full:
        result = start(*(model if argument == "MODEL" else argument for argument in arguments), stdout=full)
    assert result.stderr == b"arenite: error: the output cannot be written: No space left on device\n"
    assert result.returncode == 2


@needs_full
def test_a_full_disk_behind_stderr_keeps_the_exit_code():
    with FULL.open("wb") as full:
        result = start("inspect", "none.tflite", stderr=full)
    assert (result.returncode, result.stdout) == (2, b"")


@posix
def test_a_closed_stdout_is_no_error(model):
    result = start_without(">&-", "inspect", model)
    assert (result.returncode, result.stderr) == (0, b"")


@posix
def test_a_closed_stderr_keeps_output_and_exit_code(model):
    result = start_without("2>&-", "inspect", model)
    assert result.returncode == 0
    assert b"Peak" in result.stdout
    assert start_without("2>&-", "inspect", "none.tflite").returncode == 2


@posix
@pytest.mark.parametrize("arguments", [["inspect", "MODEL"], ["--help"]])
def test_a_reader_that_leaves_is_told_nothing(model, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = start(*(model if argument == "MODEL" else argument for argument in arguments), stdout=writer)
    finally:
        os.close(writer)
    assert (result.returncode, result.stderr) == (141, b"")


OPTIMIZE = ["optimize", "x.tflite", "-o", "y.tflite"]
VERIFY = ["verify", "x.tflite", "y.tflite"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "no such command 'nonsense'"),
        (["--nonsense"], "no such option: --nonsense"),
        (["inspect"], "missing argument"),
        (["optimize"], "missing argument"),
        (["inspect", "x.tflite", "--no"], "no such option: --no"),
        (["inspect", "x.tflite", "y.tflite"], "got unexpected extra argument"),
        ([*OPTIMIZE, "--plan", "ignore"], "invalid value for '--plan': 'ignore' is not"),
        ([*OPTIMIZE, "--time-limit", "nan"], "--time-limit: 'nan' is not a number of seconds; give 0 or more"),
        ([*OPTIMIZE, "--time-limit", "-1"], "--time-limit: '-1' is not a number of seconds; give 0 or more"),
        (["check", "x.tflite", "--time-limit", "soon"], "--time-limit: 'soon' is not a number of seconds"),
        ([*OPTIMIZE, "--rounds", "1001"], "--rounds: '1001' is not a whole number from 1 to 1,000"),
        ([*VERIFY, "--rounds", "1000000000"], "--rounds: '1000000000' is not a whole number from 1 to 1,000"),
        ([*VERIFY, "--seed", "1.5"], "--seed: '1.5' is not a whole number from 0 up"),
        (["explore", "x.tflite", "--pick", "-1"], "--pick: '-1' is not a whole number from 0 up"),
        (["inspect", ""], "the argument after 'inspect' is empty"),
        (["optimize", "x.tflite", "-o", ""], "the argument after '-o' is empty"),
        (["optimize", "x.tflite", "--output="], "the argument after '--output=' is empty"),
        ([""], "the argument after 'arenite' is empty"),
    ],
)
def test_wrong_usage_is_one_line(arguments, message):
    result = CliRunner().invoke(app, arguments, prog_name="arenite")
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.lower().startswith(f"arenite: error: {message}")


def test_wrong_usage_says_where_to_read():
    result = CliRunner().invoke(app, ["inspect", "x", "--nonsense"], prog_name="arenite")
    assert result.stderr.endswith("; see arenite inspect --help\n")


def test_without_arguments_the_help_is_shown():
    result = CliRunner().invoke(app, [], prog_name="arenite")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: arenite" in result.stderr
    assert "inspect" in result.stderr
