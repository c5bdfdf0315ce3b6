"""A child that crashes, aborts, hangs or talks, without any runtime in it."""

from __future__ import annotations

import sys

import pytest

from arenite.runtimes import process
from arenite.runtimes.run import Failure, Job, Run

JOB = Job(b"", (), 1, 1 << 20)


@pytest.fixture
def child(monkeypatch):
    """Replaces the child by a script; `folder` is its folder of jobs and results."""

    def replace(script):
        start = "import os, pathlib, pickle, sys; folder = pathlib.Path(sys.argv[2])\n"
        monkeypatch.setattr(process, "CHILD", (sys.executable, "-c", start + script))

    return replace


def test_a_crash_and_what_was_said_before_it(child):
    child("(folder / '0.stderr').write_text('INFO: noise\\ntensor 3 is   odd\\n'); os.kill(os.getpid(), 11)")
    assert process.run("tflm", [JOB, JOB]) == [Failure("TFLM crashed (SIGSEGV); tensor 3 is odd")]


def test_an_abort(child):
    child("os.abort()")
    assert process.run("litert", [JOB]) == [Failure("LiteRT crashed (SIGABRT)")]


def test_an_exit(child):
    child("sys.exit(3)")
    assert process.run("litert", [JOB]) == [Failure("LiteRT ended its process with code 3")]


def test_a_hang(child):
    child("import time; time.sleep(60)")
    assert process.run("tflm", [JOB], seconds_per_job=0.3) == [Failure("TFLM did not end within 0.3 seconds")]


def test_a_crash_after_the_first_result(child):
    child(
        "from arenite.runtimes.run import Run\n"
        "(folder / '0.pickle').write_bytes(pickle.dumps(Run(()))); os.kill(os.getpid(), 6)"
    )
    assert process.run("tflm", [JOB, JOB, JOB]) == [Run(()), Failure("TFLM crashed (SIGABRT)")]


def test_a_long_reason_is_cut(child):
    child("(folder / '0.stderr').write_text('x' * 1000); os.abort()")
    (failure,) = process.run("tflm", [JOB])
    assert len(failure.reason) == 200
    assert failure.reason.endswith("...")


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
