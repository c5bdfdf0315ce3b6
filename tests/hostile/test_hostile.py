"""Whatever a file holds, every command ends within its limits: done, or one line that says why not."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hostile_run import COMMANDS

HERE = Path(__file__).parent
PARTS = 2
"""Tests that share the models, so that two processes of pytest share the work."""
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
LONGEST_ERROR = 12_000
"""Characters: 2,000 of them, all of which may be escaped."""
MUTANTS = 10_000


def drive(script: str, *arguments: str) -> list[str]:
    """Lines that a script prints in a process of its own, which imports once and then forks."""
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments], capture_output=True, text=True, check=False, cwd=HERE
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def faults(code: int, out: str, err: str) -> list[str]:
    """What is wrong with how a command ended."""
    found = []
    if code not in (0, 1, 2):
        found.append(f"exit code {code}: {err.strip()[-300:]}")
    elif code and (err.count("\n") != 1 or not err.startswith("arenite: ")):
        found.append(f"an error that is no line: {err[:300]!r}")
    elif not code and err:
        found.append(f"words beside the report: {err[:300]!r}")
    if len(err) > LONGEST_ERROR:
        found.append(f"an error of {len(err)} characters")
    if any(unicodedata.category(each) in OBEYED for each in (out + err).replace("\n", "")):
        found.append("characters that a terminal obeys")
    return found


def bad(lines: list[str]) -> list[str]:
    """A sentence for each command that did not end as it should."""
    found, running = [], None
    for line in lines:
        match json.loads(line):
            case [str(name), str(command)]:
                running = f"{command} {name}"
            case [int(code), str(out), str(err)]:
                found += [f"{running}: {fault}" for fault in faults(code, out, err)]
            case [_, 0]:
                pass
            case [_, status]:
                found.append(f"{running}: killed ({status}), so it took too long or too much memory")
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_models_that_no_converter_writes(part):
    lines = drive("hostile_run.py", str(part), str(PARTS))
    assert len(lines) > 200 * len(COMMANDS)
    assert not bad(lines)


@pytest.fixture(scope="module")
def structural(shared, tmp_path_factory):
    maker = shared / "cases" / "structural" / "make.py"
    if not maker.exists():
        pytest.skip("no maker of structural models beside the checkout")
    folder = tmp_path_factory.mktemp("structural")
    subprocess.run([sys.executable, str(maker), str(folder)], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("part", range(PARTS))
def test_further_models(part, structural):
    assert not bad(drive("hostile_run.py", str(part), str(PARTS), str(structural)))


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_files(seed):
    found = json.loads(drive("fuzz.py", str(seed), str(MUTANTS))[-1])
    assert not found["bad"]
    # Most damage is refused, but enough gets through to mean something.
    assert found["read"] > MUTANTS / 10
    assert found["optimized"] > MUTANTS / 100


def test_faults_are_noticed():
    assert not faults(0, "a report\n", "")
    assert not faults(2, "", "arenite: error: a file\n")
    assert faults(99, "", "Traceback\n")
    assert faults(2, "", "arenite: error\nof two lines\n")
    assert faults(2, "", "arenite: error: \x1b[31m\n")
    assert faults(2, "", f"arenite: {'x' * LONGEST_ERROR}\n")
    assert faults(0, "", "RuntimeWarning: overflow\n")
    killed = ['["m", "inspect"]', '[0, "", ""]', '["m", "export"]', '["m", -24]']
    assert bad(killed) == ["export m: killed (-24), so it took too long or too much memory"]
    assert not bad([*killed[:3], '[0, "", ""]', '["m", 0]'])
