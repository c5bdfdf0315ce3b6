"""The commands below `Next:` run as they are printed, pasted into sh, and write beside what was just written."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arenite import zoo
from arenite.report.shell import COLUMNS
from arenite.tflite.write import write_bytes

LONG = "a folder with a name that makes the commands longer than a line"


def pasted(command, folder):
    """What sh prints for a command."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-e", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def steps_after(folder, *words):
    """What is printed below `Next:`."""
    _, _, steps = pasted(shlex.join(["arenite", *words]), folder).partition("\nNext:\n")
    assert max(map(len, steps.splitlines())) <= COLUMNS
    return steps


@pytest.fixture
def folder(tmp_path):
    for name in ("my models", "out", LONG):
        (tmp_path / name).mkdir()
    (tmp_path / "my models" / "net.tflite").write_bytes(write_bytes(zoo.build("paper")))
    return tmp_path


def made(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.name != "net.tflite"}


@pytest.mark.parametrize(("where", "broken"), [("out", 1), (LONG, 7)])
def test_steps_after_optimize_run_and_write_beside_its_output(folder, where, broken):
    steps = steps_after(folder, "optimize", "my models/net.tflite", "-o", f"{where}/small.tflite", "--rounds", "1")
    assert steps.count(" \\\n") == broken
    pasted(steps, folder)
    assert {
        f"{where}/{name}" for name in ("net.strips.tflite", "net.c.tflite", "net_c/Makefile", "small.html")
    } <= made(folder)
    assert [path.name for path in (folder / "my models").iterdir()] == ["net.tflite"]


def test_the_output_of_a_next_step_is_another_file(folder):
    device = ("--board", "microbit-v2", "--rounds", "1")
    steps = steps_after(folder, "optimize", "my models/net.tflite", *device, "-o", "out/net.strips.tflite")
    assert "-o out/new-net.strips.tflite" in steps
    pasted(steps, folder)
    assert {"out/net.strips_tflm/CMakeLists.txt", "out/new-net.strips.tflite"} <= made(folder)


@pytest.mark.skipif(not all(map(shutil.which, ("make", "gcc"))), reason="needs make and gcc, for the exported test")
def test_steps_after_an_export_run_and_write_beside_its_folder(folder):
    steps = steps_after(folder, "export", str(folder / "my models" / "net.tflite"), "--c", "out/net_c")
    pasted(steps, folder)
    assert {"out/net.c.tflite", "out/new-net_c/Makefile", "out/net.html"} <= made(folder)
    assert [path.name for path in (folder / "my models").iterdir()] == ["net.tflite"]
    assert str(folder) not in steps, "paths are from the current folder"


def test_steps_after_a_bundle_write_beside_its_folder(folder):
    asked = ("--board", "nucleo-f446re", "--target", "cortex-m4")
    steps = steps_after(folder, "export", "my models/net.tflite", *asked, "--tflm", "out/bundle")
    assert "--target" not in steps, "the board has this target anyway"
    pasted(steps, folder)
    assert "out/net.arenite.tflite" in made(folder)


def test_what_is_the_default_is_not_said(folder):
    asked = ("--target", "tflm", "--board", "microbit", "--reserve", "0", "--arena", "9K")
    shown = pasted(shlex.join(["arenite", "check", "my models/net.tflite", *asked]) + " || true", folder)
    assert "--reserve" not in shown
    assert "--target tflm" in shown, "it is not the target of the board"
    shown = pasted("arenite check 'my models/net.tflite' --target tflm --arena 9K || true", folder)
    assert "Next:" in shown
    assert "--target" not in shown
    assert " -o " not in shown
