"""Files and folders that the user may not read or write: one line, exit code 2, nothing written.

Root may read and write everything. Where root runs the tests, the program is started as a root without these powers,
so that permissions count for it as they do for anybody else.
"""

import os
import shutil
import subprocess
import sys

import pytest

from arenite import zoo
from arenite.tflite.write import write_bytes

if os.name == "nt":
    pytest.skip("permissions of POSIX", allow_module_level=True)

POWERLESS = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def start(*arguments):
    command = [*POWERLESS, sys.executable, "-m", "arenite", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


@pytest.fixture
def folder(tmp_path):
    if POWERLESS and (shutil.which("setpriv") is None or start("--version").returncode != 0):
        pytest.skip("root has no setpriv here to give up its powers with")
    (tmp_path / "model.tflite").write_bytes(write_bytes(zoo.build("paper")))
    yield tmp_path
    tmp_path.chmod(0o755)
    for inner in tmp_path.iterdir():
        inner.chmod(0o755)


def assert_refused(result, message):
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("arenite: error: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


@pytest.mark.parametrize("command", ["inspect", "check", "verify", "optimize"])
def test_a_model_that_may_not_be_read(folder, command):
    model, output = folder / "model.tflite", folder / "out.tflite"
    model.chmod(0)
    arguments = {"check": ["--arena", "64K"], "verify": [model], "optimize": ["-o", output]}.get(command, [])
    assert_refused(start(command, model, *arguments), f"'{model}' is not readable")
    assert not output.exists()


def test_a_model_in_a_folder_that_may_not_be_entered(folder):
    closed = folder / "closed"
    closed.mkdir()
    (folder / "model.tflite").rename(closed / "model.tflite")
    closed.chmod(0o600)
    assert_refused(
        start("inspect", closed / "model.tflite"), f"{closed / 'model.tflite'}: cannot be read: Permission denied"
    )


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_folder_that_may_not_be_written_to(folder, force):
    folder.chmod(0o555)
    output = folder / "out.tflite"
    result = start("optimize", folder / "model.tflite", "-o", output, *force)
    assert_refused(result, f"{output}: the folder {folder} is read-only")
    assert sorted(each.name for each in folder.iterdir()) == ["model.tflite"]


def test_a_file_that_may_not_be_overwritten(folder):
    output = folder / "out.tflite"
    output.write_bytes(b"kept")
    output.chmod(0o444)
    result = start("optimize", folder / "model.tflite", "-o", output, "--force")
    assert_refused(result, f"{output} is read-only")
    assert output.read_bytes() == b"kept"
