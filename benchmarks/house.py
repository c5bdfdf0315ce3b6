"""The house in figures: loose modules, storeys, lines, sizes of files and functions, kernels in C."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

from benchmarks.tables import Table

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
    for name, value, most in _figures():
        if only.lower() in name.lower():
            table.add({"figure": name, "value": value, "asked": most, "met": value <= most})
    return table


def _figures() -> list[tuple[str, float, float]]:
    modules = sorted(SOURCE.rglob("*.py"))
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    kernels = [path for path in SOURCE.glob("codegen/**/kernels/**/*") if path.suffix in (".c", ".h")]
    functions = [length for path in modules for length in _functions(path)]
    return [
        ("loose modules at the top", sum(each.name != "__init__.py" for each in SOURCE.glob("*.py")), 5),
        ("storeys of the contract", _storeys(), 12),
        ("lines of Python", sum(lines.values()), _LINES_BEFORE - _FEWER),
        ("lines of the largest module", max(lines.values()), 400),
        ("lines of the median function", statistics.median_high(functions), 8),
        ("lines of C kernels", sum(len(path.read_text(encoding="utf-8").splitlines()) for path in kernels), 4_300),
        ("tests for a set of kernels by name outside backends/", _tests_for_sets(modules), 0),
    ]


def _storeys() -> int:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("layers = [")[2].partition("]")[0]
    return len(re.findall(r'^ *"', contract, re.MULTILINE))


def _functions(path: Path) -> list[int]:
    """Lines of each function without its docstring and signature: from its first statement to its last."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            found.append(body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0)
    return found


def _tests_for_sets(modules: list[Path]) -> int:
    """Comparisons of a backend or target with one of those that have a name."""
    sets = "PORTABLE|REFERENCE|NO_OVERLAP|APART|GENERATED|C_CMSIS_NN|CMSIS_NN|ESP_NN"
    named = rf"(?<!for each )\b(?:is|==|!=|in|is not|not in) \(?(?:{sets})"
    return sum(
        len(re.findall(named, path.read_text(encoding="utf-8"))) for path in modules if "backends" not in path.parts
    )
