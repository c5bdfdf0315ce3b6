"""The house in figures: loose modules, storeys, lines, sizes of files and functions, kernels in C, time of checks."""

from __future__ import annotations

import ast
import os
import re
import statistics
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cores import CORES
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "arenite"
COLUMNS = ("figure", "value", "asked", "met")
_LINES_BEFORE = 57_795
"""Lines of Python that the features of 30 November 2026 took at commit a156058, before they were written in fewer."""
_FEWER = 1_500
"""Lines that were asked to go, with the same features."""


def run(only: str) -> Table:
    """Figures whose name contains `only`, each with the most that the project allows itself."""
    table = Table("The house", COLUMNS)
    for name, (measure, most) in _FIGURES.items():
        if only.lower() in name.lower():
            value = measure()
            table.add({"figure": name, "value": value, "asked": most, "met": value is not None and value <= most})
    return table


def _modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def _length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _storeys() -> int:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("layers = [")[2].partition("]")[0]
    return len(re.findall(r'^ *"', contract, re.MULTILINE))


def _types_of_results() -> int:
    """Classes of what a solver gives: an order, a layout or both, with a field for its lower bound.

    Those of `search/` that carry such a bound for a model and its plan, such as `Plan` itself, are made of these.
    """
    rooms = ("problems/*.py", "solve/**/*.py", "search/joint/*.py")
    trees = [ast.parse(path.read_text(encoding="utf-8")) for room in rooms for path in SOURCE.glob(room)]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return sum(any(_names_a_bound(statement) for statement in node.body) for node in classes)


def _names_a_bound(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == "lower_bound"


def _functions(path: Path) -> list[int]:
    """Lines of each function without its docstring and signature: from its first statement to its last."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            found.append(body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0)
    return found


def _kernel_lines() -> int:
    kernels = [path for path in SOURCE.glob("codegen/**/kernels/**/*") if path.suffix in (".c", ".h")]
    return sum(map(_length, kernels))


def _tests_for_sets() -> int:
    """Comparisons of a backend or target with one of those that have a name."""
    sets = "PORTABLE|REFERENCE|NO_OVERLAP|APART|GENERATED|C_CMSIS_NN|CMSIS_NN|ESP_NN"
    named = rf"(?<!for each )\b(?:is|==|!=|in|is not|not in) \(?(?:{sets})"
    return sum(
        len(re.findall(named, path.read_text(encoding="utf-8"))) for path in _modules() if "backends" not in path.parts
    )


def _minutes_of_check() -> float | None:
    """Minutes by the clock of `./check` on two cores, on which nothing else should run.

    None if it fails, or without two cores. What it prints goes to standard error.
    """
    if len(CORES) < 2:
        return None
    started = time.monotonic()
    done = subprocess.run([ROOT / "check"], cwd=ROOT, check=False, stdout=sys.stderr, preexec_fn=_on_two_cores)
    return (time.monotonic() - started) / 60 if done.returncode == 0 else None


def _on_two_cores() -> None:
    """Let a process use two cores; it would inherit the one of the benchmarks."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(CORES)[:2])


_FIGURES: dict[str, tuple[Callable[[], float | None], float]] = {
    "loose modules at the top": (lambda: sum(each.name != "__init__.py" for each in SOURCE.glob("*.py")), 5),
    "storeys of the contract": (_storeys, 12),
    "lines of Python": (lambda: sum(map(_length, _modules())), _LINES_BEFORE - _FEWER),
    "types of solvers' results": (_types_of_results, 4),
    "lines of the largest module": (lambda: max(map(_length, _modules())), 400),
    "lines of the median function": (lambda: statistics.median_high(chain(*map(_functions, _modules()))), 8),
    "lines of C kernels": (_kernel_lines, 4_300),
    "tests for a set of kernels by name outside backends/": (_tests_for_sets, 0),
    "minutes of ./check on two cores": (_minutes_of_check, 8),
}
"""How each figure is measured, and the most that the project allows itself."""
