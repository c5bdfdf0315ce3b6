"""The program as it is started: exit codes, streams, what it imports, signals."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from arenite import zoo
from arenite.budget import Budget
from arenite.cli.endings import Endings
from arenite.runtimes import process
from arenite.solve.core.choice import core
from arenite.tflite.read import read_model
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

    assert start("--version").stdout.decode() == f"arenite {version('arenite')} ({core().name})\n"


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
        signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have programs in the background ignore it
        import arenite.search.inspection
        arenite.search.inspection.inspect = lambda model, target: os.kill(os.getpid(), signal.SIGINT)
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


ENDLESS = """
    import os, pathlib, signal, sys
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # whoever runs the tests may have them ignored
        signal.signal(each, signal.SIG_DFL)
    from arenite.runtimes import process
    in_child = (
        "import arenite.runtimes.child as child, os, pathlib, time\\n"
        "def run(job):\\n"
        "    pathlib.Path('pid').write_text(str(os.getpid()) + '.')\\n"
        "    time.sleep(600)\\n"
        "child.RUNTIMES['litert'] = child.RUNTIMES['tflm'] = run\\n"
        "os.chdir({folder!r})\\n"
        "child.main()"
    )
    process.CHILD = (sys.executable, "-c", in_child)
    process.absent = lambda runtime: None
    sys.argv = ["arenite", "optimize", {model!r}, "-o", "out.tflite"]
    from arenite.cli import main
    main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 143), ("SIGINT", 130)])
def test_told_to_end_it_leaves_neither_files_nor_children(model, tmp_path, name, code):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    program = textwrap.dedent(ENDLESS).format(folder=str(tmp_path), model=str(model))
    started = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    told = tmp_path / "pid"
    while not (told.exists() and told.read_text().endswith(".")):
        assert started.poll() is None
        time.sleep(0.01)
    started.send_signal(getattr(signal, name))
    _, said = started.communicate()
    word = "interrupted" if name == "SIGINT" else "terminated"
    assert (started.returncode, said) == (code, f"arenite: {word}; nothing was written\n")
    assert list(temporary.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"tmp", "pid"}
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()[:-1]), 0)


SIGNALED = """
    import os, signal, sys
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # whoever runs the tests may have them ignored
        signal.signal(each, signal.SIG_DFL)
    from arenite.search import {module}
    search = {module}.{search}
    def signaled(*arguments):
        for name in {names!r}:
            os.kill(os.getpid(), getattr(signal, name))
        return search(*arguments)
    {module}.{search} = signaled
    sys.argv = ["arenite", *{arguments!r}]
    from arenite.cli import main
    main()
"""
FINISHING = "arenite: interrupted; finishing with the best so far (press Ctrl-C again to stop)\n"


def signaled(names, module, search, *arguments):
    """The program, to which these signals are sent when the search begins."""
    return python(SIGNALED.format(names=names, module=module, search=search, arguments=[*map(str, arguments)]))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_first_interruption_of_a_search_ends_it_and_the_best_is_verified_and_written(model, tmp_path):
    out = tmp_path / "out.tflite"
    result = signaled(["SIGINT"], "optimization", "decided", "optimize", model, "-o", out, "--rounds", 1, "--json")
    assert (result.returncode, result.stderr) == (0, FINISHING)
    found = json.loads(result.stdout)
    assert found["timed_out"] is True
    assert "an interruption ended the searches; without one they may find more" in found["notes"]
    unavailable = {runtime for runtime in ("litert", "tflm") if process.absent(runtime)}
    compared = {runtime for runtime, status in found["verified"].items() if status == "identical"}
    assert compared | unavailable == {"litert", "tflm"}
    assert read_model(out).plan is not None


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupted_exploration_shows_its_points(model):
    result = signaled(["SIGINT"], "exploration", "without_strips", "explore", model, "--json")
    assert (result.returncode, result.stderr) == (0, FINISHING)
    found = json.loads(result.stdout)
    assert found["timed_out"] is True
    assert found["points"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("names", "code", "said"),
    [
        (["SIGINT", "SIGINT"], 130, f"{FINISHING}arenite: interrupted; nothing was written\n"),
        (["SIGINT", "SIGTERM"], 143, f"{FINISHING}arenite: terminated; nothing was written\n"),
        (["SIGTERM"], 143, "arenite: terminated; nothing was written\n"),
        (["SIGHUP"], 143, "arenite: terminated; nothing was written\n"),
    ],
)
def test_a_search_that_is_told_to_end_writes_nothing(model, tmp_path, names, code, said):
    out = tmp_path / "out.tflite"
    result = signaled(names, "optimization", "decided", "optimize", model, "-o", out)
    assert (result.returncode, result.stdout, result.stderr) == (code, "", said)
    assert list(tmp_path.iterdir()) == []


def test_a_search_that_keeps_the_main_thread_is_ended_by_the_watching_one():
    budget, endings, ended = Budget(), Endings(), threading.Event()
    reader, writer = os.pipe()
    with endings.sparing(budget), budget.searching(), budget.stopping(ended.set):
        threading.Thread(target=endings._wait, args=(reader,), daemon=True).start()
        os.write(writer, bytes([signal.SIGINT]))
        ended.wait()
    assert budget.over
    assert endings.code is None


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_main_thread_that_is_kept_busy_is_ended_by_another():
    result = python("""
        import os, re, signal, threading
        from arenite.cli import app, endings
        endings.GRACE_SECONDS = 0.2
        import arenite.search.inspection, arenite.tflite.read
        def busy(path):
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
            while True:
                try:
                    threading.Event().wait()
                except endings.Ended:
                    pass
        arenite.tflite.read.read_model = busy
        import sys
        sys.argv = ["arenite", "inspect", "x.tflite"]
        from arenite.cli import main
        main()
    """)
    assert (result.returncode, result.stderr) == (143, "arenite: terminated; nothing was written\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_end_while_modules_load_is_no_traceback(tmp_path, name):
    start = "from arenite.__main__ import main; main()"
    (tmp_path / "typer.py").write_text(f"import os, signal\nos.kill(os.getpid(), signal.{name})\nraise ValueError\n")
    result = subprocess.run(
        [sys.executable, "-c", f"import signal; signal.signal(signal.{name}, signal.SIG_DFL); {start}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    code, word = (130, "interrupted") if name == "SIGINT" else (143, "terminated")
    assert (result.returncode, result.stderr) == (code, f"arenite: {word}; nothing was written\n")


def test_what_a_library_makes_of_the_signal_is_not_told(model):
    result = python(f"""
        import os, signal, sys
        import arenite.tflite.read
        def loads(path):
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            except BaseException:
                raise ImportError("something failed while it was loaded")
        arenite.tflite.read.read_model = loads
        sys.argv = ["arenite", "inspect", {str(model)!r}]
        from arenite.cli import main
        main()
    """)
    assert (result.returncode, result.stderr) == (143, "arenite: terminated; nothing was written\n")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_too_few_file_handles_are_named(model):
    command = ["sh", "-c", 'ulimit -n 8; exec "$@"', "sh", *ARENITE, "verify", str(model)]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.endswith("cannot be started to verify: Too many open files; raise the limit of open files (ulimit -n)")
