"""Whole commands give the same bytes with the compiled core and without."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from arenite import Options, optimize, zoo
from arenite.solve.core.choice import cores, running

pytestmark = pytest.mark.skipif("compiled" not in cores(), reason="the compiled core is not installed")

CASES = (
    ("chain", {}, Options(split=True, effort="low", verify=False)),
    ("random-wired", {}, Options(effort="low", verify=False)),
    ("inception", {}, Options(overlap=False, effort="low", verify=False)),
    ("densenet", {"blocks": 2, "layers": 3}, Options(target="c", effort="low", verify=False)),
)


@pytest.mark.parametrize(("name", "parameters", "options"), CASES, ids=[name for name, *_ in CASES])
def test_plans_are_the_same(name, parameters, options):
    model = zoo.build(name, **parameters)
    contents = []
    for core in cores().values():
        with running(core):
            contents.append(optimize(model, options).content)
    assert len(contents) == 2
    assert contents[0] == contents[1]


def test_one_variable_chooses_the_core_of_searches_and_the_walk_that_computes_a_peak():
    said = "from arenite.operators import peak; from arenite.solve.core.choice import core; "
    said += "print(type(core()).__name__, peak.walked_peak is peak.straight_peak)"
    for name, answer in (("python", "Core True"), ("compiled", "CompiledCore False")):
        command = [sys.executable, "-c", said]
        result = subprocess.run(
            command, env={**os.environ, "ARENITE_CORE": name}, stdout=subprocess.PIPE, text=True, check=True
        )
        assert result.stdout.strip() == answer


def test_a_core_that_is_not_there_is_named():
    result = subprocess.run(
        [sys.executable, "-m", "arenite", "--version"],
        env={"ARENITE_CORE": "fortran", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert "fortran" in result.stderr
    assert len(result.stderr.splitlines()) == 1
