"""The program as it is started: exit codes, streams, what it imports, signals."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from arenite import zoo
from arenite.tflite.write import write_bytes

ARENITE = [sys.executable, "-m", "arenite"]


def start(*arguments, **keywords):
    environment = {**os.environ, "COLUMNS": "80", **keywords.pop("env", {})}
    return subprocess.run(
        [*ARENITE, *map(str, arguments)], capture_output=True, check=False, env=environment, timeout=120, **keywords
    )


def python(program):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "paper.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    return path


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["optimize", "--help"], ["inspect", "-h"], ["zoo", "-h"]])
def test_help(arguments):
    result = start(*arguments)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"Usage: arenite" in result.stdout
    assert len(arguments) == 1 or b"Example: arenite " in result.stdout


def test_version():
    from importlib.metadata import version

    assert start("--version").stdout.decode() == f"arenite {version('arenite')}\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["inspect"], ["optimize", "x.tflite"], ["inspect", "x", "--no"]])
def test_usage_errors(arguments):
    result = start(*arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"Traceback" not in result.stderr


def test_help_imports_nothing_heavy():
    result = python("""
        import sys
        from arenite.cli import app
        try:
            app(["--help"], prog_name="arenite")
        except SystemExit:
            pass
        heavy = {"numpy", "ortools", "ai_edge_litert", "matplotlib", "tflite_micro", "flatbuffers", "rich"}
        print(sorted(heavy & set(sys.modules)), file=sys.stderr)
    """)
    assert result.stderr == "[]\n"


def test_inspecting_imports_no_runtime_and_no_plots(model):
    result = python(f"""
        import sys
        from arenite.cli import app
        try:
            app(["inspect", {str(model)!r}], prog_name="arenite")
        except SystemExit:
            pass
        heavy = {{"ai_edge_litert.interpreter", "matplotlib", "tflite_micro"}}
        print(sorted(heavy & set(sys.modules)), file=sys.stderr)
    """)
    assert result.stderr == "[]\n"


def test_a_missing_file_is_one_line():
    result = start("inspect", "none.tflite")
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr == b"arenite: error: none.tflite: no such file\n"


def test_a_closed_pipe_is_no_error(model):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = subprocess.run(
            [*ARENITE, "inspect", str(model)], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=120
        )
    finally:
        os.close(writer)
    assert result.stderr == b""


def test_a_terminal_without_unicode_gets_question_marks(model):
    result = start("inspect", model, env={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert b"???" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_interrupting_leaves_no_traceback():
    program = """
        import os, signal
        import arenite.inspection
        arenite.inspection.inspect = lambda model, target: os.kill(os.getpid(), signal.SIGINT)
        import arenite.tflite.read
        arenite.tflite.read.read_model = lambda path: None
        from arenite.cli import app
        app(["inspect", "x.tflite"], prog_name="arenite")
    """
    result = python(program)
    assert result.returncode == 128 + signal.SIGINT
    assert result.stderr == "arenite: interrupted; nothing was written\n"


def test_progress_only_where_stderr_is_a_terminal(model):
    assert start("inspect", model).stderr == b""
