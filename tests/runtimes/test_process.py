"""A child that crashes, aborts, hangs or talks, without any runtime in it; how it ends with its parent."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time

import pytest
import warm_runtimes

from arenite.errors import ResourceError
from arenite.runtimes import process
from arenite.runtimes.run import Failure, Job, Run

JOB = Job(b"", (), 1, 1 << 20)
needs_resource = pytest.mark.skipif(os.name == "nt", reason="no limit of processor time")

START = """
import os, pickle, struct, sys, time
jobs = pickle.loads(sys.stdin.buffer.read(struct.unpack("<Q", sys.stdin.buffer.read(8))[0]))
def answer(result):
    content = pickle.dumps(result)
    os.write(1, struct.pack("<Q", len(content)) + content)
"""


@pytest.fixture(autouse=True)
def started(monkeypatch):
    """Children are started here, as the program does, not forked as in other tests."""
    monkeypatch.setattr(process, "_started", warm_runtimes.start)


@pytest.fixture
def child(monkeypatch):
    """Replaces the child by a script, which knows the jobs and can give an answer."""

    def replace(script):
        monkeypatch.setattr(process, "CHILD", (sys.executable, "-c", START + script))

    return replace


@pytest.fixture
def runtime(monkeypatch):
    """Replaces what the real child runs by a function `run(job)`, for LiteRT by `first(job)` if there is one."""

    def replace(function):
        script = (
            f"import arenite.runtimes.child as child\n{function}\nchild.RUNTIMES['tflm'] = run\n"
            "child.RUNTIMES['litert'] = globals().get('first', run)\nchild.main()"
        )
        monkeypatch.setattr(process, "CHILD", (sys.executable, "-c", script))

    return replace


def test_a_crash_and_what_was_said_before_it(child):
    child("os.write(2, b'\\0INFO: noise\\ntensor 3 is   odd\\n'); os.kill(os.getpid(), 11)")
    assert process.run("tflm", [JOB, JOB]) == [Failure("TFLM crashed (SIGSEGV); tensor 3 is odd")]


def test_an_abort(child):
    child("os.abort()")
    assert process.run("litert", [JOB]) == [Failure("LiteRT crashed (SIGABRT)")]


def test_an_exit(child):
    child("sys.exit(3)")
    assert process.run("litert", [JOB]) == [Failure("LiteRT ended its process with code 3")]


def test_a_hang(child, monkeypatch):
    monkeypatch.setattr(process, "START_SECONDS", 0.3)
    monkeypatch.setattr(process, "CLOCK_PER_PROCESSOR_SECOND", 0.0)
    child("time.sleep(60)")
    assert process.run("tflm", [JOB]) == [Failure("TFLM gave no answer in 60 s")]


@needs_resource
def test_a_loop_without_end(runtime):
    runtime("def run(job):\n    while True: pass")
    jobs = [Job(b"", (), 1, 1, seconds=1)] * 2
    assert process.run("tflm", jobs) == [Failure("TFLM gave no answer in 1 s of processor time")]


@needs_resource
def test_each_job_has_its_own_time(runtime):
    runtime(
        "from arenite.runtimes.run import Run\nimport time\ndef run(job):\n    until = time.process_time() + 0.7\n"
        "    while time.process_time() < until: pass\n    return Run(())"
    )
    assert process.run("tflm", [Job(b"", (), 1, 1, seconds=1)] * 4) == [Run(())] * 4


def test_a_crash_after_the_first_result(child):
    child("from arenite.runtimes.run import Run\nanswer(Run(())); os.kill(os.getpid(), 6)")
    assert process.run("tflm", [JOB, JOB, JOB]) == [Run(()), Failure("TFLM crashed (SIGABRT)")]


IN_TURN = """
import os
from arenite.runtimes.run import Failure, Run
before = []
def note(job, name):
    before.append(name)
    os.write(2, b"said by %s" % name.encode())
    return Failure(f"{os.getpid()} {job.arena_bytes}")
"""


def test_runtimes_share_a_process(runtime):
    runtime(IN_TURN + "def first(job): return note(job, 'litert')\ndef run(job): return note(job, 'tflm')")
    jobs = [Job(b"", (), 1, number) for number in (7, 8, 9)]
    found = process.run_in_turn({"litert": jobs[:2], "tflm": jobs[1:]})
    number = found["litert"][0].reason.split()[0]
    assert [each.reason for each in found["litert"]] == [f"{number} {size}; said by litert" for size in (7, 8)]
    assert [each.reason for each in found["tflm"]] == [f"{number} {size}; said by tflm" for size in (8, 9)]


def test_a_runtime_that_another_one_may_have_killed_runs_again_alone(runtime):
    runtime(
        IN_TURN + "def first(job):\n    note(job, 'litert')\n    return Run(())\n"
        "def run(job):\n    if 'litert' in before: os.abort()\n    return Run(((job.arena_bytes,),))"
    )
    found = process.run_in_turn({"litert": [JOB, JOB], "tflm": [JOB, JOB]})
    assert found == {"litert": [Run(())] * 2, "tflm": [Run(((JOB.arena_bytes,),))] * 2}


@pytest.mark.parametrize("crashes", ["litert", "tflm"])
def test_a_crash_is_said_of_the_runtime_that_crashed(runtime, crashes):
    fatal = "    os.abort()\n"
    runtime(
        IN_TURN
        + f"def first(job):\n    note(job, 'litert')\n{fatal * (crashes == 'litert')}    return Run(())\n"
        + f"def run(job):\n    note(job, 'tflm')\n{fatal * (crashes == 'tflm')}    return Run(())"
    )
    found = process.run_in_turn({"litert": [JOB, JOB], "tflm": [JOB, JOB]})
    other = {"litert": "tflm", "tflm": "litert"}[crashes]
    assert found[other] == [Run(())] * 2
    assert found[crashes] == [Failure(f"{process.NAMES[crashes]} crashed (SIGABRT); said by {crashes}")]


def test_nothing_to_run_starts_no_process(monkeypatch):
    monkeypatch.setattr(process, "CHILD", ("/missing",))
    assert process.run_in_turn({"litert": [], "tflm": []}) == {"litert": [], "tflm": []}


def test_what_is_printed_belongs_to_its_job_and_is_bounded(runtime):
    runtime(
        "import os\ndef run(job):\n    os.write(2, b'x\\n' * (1 << 19))\n"
        "    os.write(1, b'%d arena bytes' % job.arena_bytes)\n    raise ValueError('no')"
    )
    found = process.run("tflm", [Job(b"", (), 1, number) for number in (7, 8)])
    assert [each.reason for each in found] == [
        f"it refuses the model: no; x; {number} arena bytes" for number in (7, 8)
    ]


def test_a_long_reason_is_cut(child):
    child("os.write(2, b'\\0' + b'x' * 1000); os.abort()")
    (failure,) = process.run("tflm", [JOB])
    assert len(failure.reason) == 200
    assert failure.reason.endswith("...")


def test_large_jobs_and_answers_go_through(runtime):
    runtime("from arenite.runtimes.run import Failure\ndef run(job):\n    return Failure(str(len(job.content)))")
    large = Job(bytes(3 << 20), (), 1, 1)
    assert process.run("tflm", [large, large]) == [Failure(str(3 << 20))] * 2


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EAGAIN])
def test_a_process_that_cannot_be_started(monkeypatch, number):
    def refuse(*arguments, **keywords):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(
        ResourceError, match=rf"TFLM cannot be started to verify: {os.strerror(number)}; raise the limit"
    ):
        process.run("tflm", [JOB])


def test_no_file_is_written(runtime, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    runtime("from arenite.runtimes.run import Run\ndef run(job):\n    return Run(())")
    assert process.run("tflm", [JOB]) == [Run(())]


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("holds_on", ["time.sleep(600)", "busy()"])
def test_a_child_ends_when_its_parent_is_killed(tmp_path, holds_on):
    """`busy` does not give other threads of its process a turn, as a runtime that holds the interpreter's lock."""
    if holds_on == "busy()" and sys.platform != "linux":
        pytest.skip("only Linux ends a process with its parent")
    told = tmp_path / "pid"
    in_child = (
        "import os, pathlib, sys, time, arenite.runtimes.child as child\n"
        "def busy():\n    import re; re.match('(a?){40}a{40}' * 4, 'a' * 200)\n"
        f"def run(job):\n    pathlib.Path({str(told)!r}).write_text(str(os.getpid()) + '.')\n    {holds_on}\n"
        "child.RUNTIMES['tflm'] = run\nchild.main()"
    )
    in_parent = (
        "from arenite.runtimes import process\nfrom arenite.runtimes.run import Job\nimport sys\n"
        f"process.CHILD = (sys.executable, '-c', {in_child!r})\nprocess.run('tflm', [Job(b'', (), 1, 1)])"
    )
    parent = subprocess.Popen([sys.executable, "-c", in_parent])
    while not (told.exists() and told.read_text().endswith(".")):
        assert parent.poll() is None
        time.sleep(0.01)
    number = int(told.read_text()[:-1])
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while _runs(number):
        time.sleep(0.01)


def _runs(number):
    """Whether a process is there and no zombie, which it stays for as long as nobody asks how it ended."""
    try:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no ps")
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


@pytest.mark.parametrize("runtime", ["litert", "tflm"])
def test_what_a_runtime_refuses_is_a_failure_and_the_next_job_runs(runtime):
    if process.absent(runtime):
        pytest.skip(process.absent(runtime))
    from hand_made import chain

    from arenite.tflite.write import write_bytes

    content = write_bytes(chain([4, 4]))
    refused, run = process.run(runtime, [Job(content, ((),), 2, 1 << 10), Job(content, (), 1, 1 << 20)])
    assert isinstance(refused, Failure)
    assert "\n" not in refused.reason
    assert isinstance(run, Run)


def test_a_runtime_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    assert process.absent("tflm") == "tflite-micro is not installed"
