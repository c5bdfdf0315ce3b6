"""`arenite sweep`: what the models of a folder cost, as CSV."""

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import arenite
from arenite import zoo
from arenite.cli import app
from arenite.search.sweep.record import CostRecord
from arenite.tflite.write import write_bytes

PROCESSES = Path("/proc")


def run(*arguments):
    return CliRunner().invoke(app, ["sweep", *map(str, arguments), "--workers", "1"], env={"COLUMNS": "80"})


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path):
    """Models in a folder and below it, and what is no model."""
    folder = tmp_path / "models"
    (folder / "more").mkdir(parents=True)
    (folder / "folder.tflite").mkdir()
    (folder / "more" / "paper.tflite").write_bytes(write_bytes(zoo.build("paper")))
    (folder / "small.tflite").write_bytes(write_bytes(zoo.build("resnet8")))
    (folder / "notes.txt").write_text("no model")
    return folder


def test_every_model_is_a_row(folder, tmp_path):
    result = run(folder, "--csv", tmp_path / "out.csv", "--target", "tflm-reference")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == ["2 models", f"Wrote {tmp_path / 'out.csv'}"]
    paths = [folder / "more" / "paper.tflite", folder / "small.tflite"]
    expected = arenite.costs(paths, target="tflm-reference")
    found = rows(tmp_path / "out.csv")
    assert [row["model"] for row in found] == ["more/paper.tflite", "small.tflite"]
    assert list(found[0]) == list(CostRecord.__dataclass_fields__)
    for row, record in zip(found, expected, strict=True):
        for name in ("target", "operators", "peak_bytes", "least_peak_bytes", "head_bytes", "arena_bytes", "macs"):
            assert row[name] == str(getattr(record, name))
        assert row["error"] == ""


def test_only_some_columns(folder, tmp_path):
    assert run(folder, "--csv", tmp_path / "out.csv", "--columns", "peak_bytes, macs").exit_code == 0
    assert {(row["peak_bytes"], row["macs"], row["head_bytes"]) for row in rows(tmp_path / "out.csv")} >= {
        ("5216", "656384", "")
    }


def test_a_model_that_fails_is_a_row_with_its_error(folder, tmp_path):
    (folder / "a\x1b.tflite").write_bytes(b"nothing like a model")
    result = run(folder, "--csv", tmp_path / "out.csv")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == [
        "3 models",
        f"1 failed; the first: a\\x1b.tflite: {rows(tmp_path / 'out.csv')[0]['error']}",
    ]
    first, *others = rows(tmp_path / "out.csv")
    assert first["error"].startswith("a\\x1b.tflite has no TFL3 identifier")
    assert (first["model"], first["peak_bytes"]) == ("a\\x1b.tflite", "")
    assert all(row["peak_bytes"] and not row["error"] for row in others)


def test_if_no_model_can_be_read_nothing_is_written(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "a.tflite").write_bytes(b"")
    result = run(folder, "--csv", tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "no model can be read; the first: a.tflite: " in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_what_cannot_be_swept_or_written_is_one_line(folder, tmp_path):
    taken = tmp_path / "taken.csv"
    taken.write_text("mine")
    (tmp_path / "empty").mkdir()
    for arguments, message in (
        ([tmp_path / "none", "--csv", tmp_path / "out.csv"], "none: no such folder"),
        ([taken, "--csv", tmp_path / "out.csv"], "taken.csv is not a folder"),
        ([tmp_path / "empty", "--csv", tmp_path / "out.csv"], "no .tflite file is in it"),
        ([folder, "--csv", taken], "taken.csv exists; pass --force to overwrite"),
        ([folder, "--csv", folder / "small.tflite", "--force"], "is the file that is read"),
        ([folder, "--csv", tmp_path / "out.csv", "--columns", "peak"], "no column is called 'peak'"),
        ([folder, "--csv", tmp_path / "out.csv", "--target", "nix"], "no target is called 'nix'"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2, arguments
        assert message in result.stderr
        assert result.stderr.count("\n") == 1
    (tmp_path / "empty" / "broken.tflite").write_bytes(b"")
    assert "taken.csv exists" in run(tmp_path / "empty", "--csv", taken).stderr  # before any model is read
    assert taken.read_text() == "mine"
    assert not (tmp_path / "out.csv").exists()
    assert run(folder, "--csv", taken, "--force").exit_code == 0
    assert len(rows(taken)) == 2


def test_workers_are_counted():
    result = CliRunner().invoke(app, ["sweep", ".", "--csv", "x.csv", "--workers", "0"])
    assert result.exit_code == 2
    assert "--workers: '0' is not a whole number from 1 to 1,024" in result.stderr


@pytest.mark.skipif(not (PROCESSES / "self" / "task").is_dir(), reason="finds processes in /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_no_process_outlives_the_program(tmp_path, number, code):
    for seed in range(40):
        (tmp_path / f"{seed}.tflite").write_bytes(write_bytes(zoo.build("darts", seed=seed)))
    command = [sys.executable, "-m", "arenite", "sweep", tmp_path, "--csv", tmp_path / "out.csv", "--workers", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        children = wait_for(lambda: [each for each in descendants(program.pid) if "spawn_main" in each[1]])
        program.send_signal(number)
        program.communicate(timeout=60)
    assert program.returncode == code
    assert children
    assert wait_for(lambda: not any(alive(each) for each in children))
    assert not (tmp_path / "out.csv").exists()


def wait_for(condition):
    """What a condition gives once it gives something, or after a minute."""
    for _ in range(600):
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    return condition()


def descendants(number):
    """The child processes of a process, with their command lines."""
    found = []
    for children in (PROCESSES / str(number) / "task").glob("*/children"):
        found += [(int(child), command_line(child)) for child in children.read_text().split()]
    return found


def command_line(number):
    try:
        return (PROCESSES / str(number) / "cmdline").read_text()
    except OSError:
        return ""


def alive(process):
    number, line = process
    return line != "" and command_line(number) == line
