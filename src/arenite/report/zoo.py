"""The families of the zoo: their parameters, defaults and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from arenite.report.console import label, print_report, table
from arenite.zoo.family import SEEDS, Family

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO


def print_families(families: Mapping[str, Family], stream: TextIO) -> None:
    """Print every family with its parameters and their defaults."""
    listed = table(label("family"), "what it is, and its parameters with their defaults")
    for name, family in families.items():
        settings = " ".join(f"{key}={value}" for key, value in family.parameters.items())
        listed.add_row(name, Text.assemble(family.description, "\n", (settings, "dim")))
    print_report([listed, "", "Build one: arenite zoo mobilenet-v2 -o model.tflite --set resolution=128"], stream)


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
