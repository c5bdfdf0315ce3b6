"""The targets as a table: name, what runs the model, other names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.backends.target import ALIASES, TARGETS
from arenite.report.console import label, print_report, table

if TYPE_CHECKING:
    from typing import TextIO

_RUNS = {
    "tflm": "TFLM with any kernels: a plan is right with all that are known",
    "tflm-reference": "TFLM with its reference kernels",
    "tflm-cmsis-nn": "TFLM with CMSIS-NN on this core",
    "tflm-esp-nn": "TFLM with ESP-NN on this chip, or on any",
    "c": "C that `arenite export --c` writes",
    "c-cmsis-nn": "the same, calling CMSIS-NN on this core",
}
"""Name of a target, up to the core or chip -> what runs the model."""


def as_json() -> dict[str, Any]:
    """The targets as JSON values; docs/json.md documents the keys."""
    return {
        "targets": [
            {"name": name, "runs": _runs(name), "core": target.core, "aliases": _others(name)}
            for name, target in TARGETS.items()
        ]
    }


def print_targets(stream: TextIO) -> None:
    """Print a row per target."""
    listed = table(label("target"), "runs", "or")
    for name in TARGETS:
        listed.add_row(name, _runs(name), ", ".join(_others(name)))
    print_report([listed, "", "Names of boards and chips work as well; `arenite boards` lists them."], stream)


def _runs(name: str) -> str:
    return _RUNS[name.partition("/")[0]]


def _others(name: str) -> list[str]:
    return [alias for alias, known in ALIASES.items() if known == name]
