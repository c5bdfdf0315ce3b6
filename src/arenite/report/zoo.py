"""The families of the zoo: their parameters, defaults and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from arenite.report.console import print_report
from arenite.zoo.family import SEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from arenite.zoo.family import Family


def print_families(families: Mapping[str, Family], stream: TextIO) -> None:
    """Print every family with its parameters and their defaults."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("family", no_wrap=True, style="bold")
    table.add_column("what it is, and its parameters with their defaults")
    for name, family in families.items():
        settings = " ".join(f"{key}={value}" for key, value in family.parameters.items())
        table.add_row(name, Text.assemble(family.description, "\n", (settings, "dim")))
    print_report([table, "", "Build one: arenite zoo mobilenet-v2 -o model.tflite --set resolution=128"], stream)


def as_json(families: Mapping[str, Family]) -> dict[str, Any]:
    """The families as JSON values; docs/json.md documents the keys."""
    return {
        "families": [
            {
                "name": name,
                "description": family.description,
                "parameters": [
                    {"name": key, "default": value, "limits": list(family.limits.get(key, SEEDS))}
                    for key, value in family.parameters.items()
                ],
            }
            for name, family in families.items()
        ]
    }
