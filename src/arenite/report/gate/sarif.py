"""Checks -> SARIF 2.1.0, which code scanning reads: one result per failure."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from arenite.names import printable
from arenite.report.gate.checked import RULES, exit_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from arenite.report.gate.checked import Checked
    from arenite.search.fitting import Failure

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(checks: Sequence[Checked]) -> dict[str, Any]:
    """A log with one run; its rules are all that is checked."""
    rules = [{"id": name, "shortDescription": {"text": f"{holds}."}} for name, holds in RULES.items()]
    run = {
        "tool": {"driver": {"name": "arenite check", "version": version("arenite"), "rules": rules}},
        "invocations": [{"executionSuccessful": exit_code(checks) != 2}],
        "results": [_result(each, why) for each in checks for why in each.failures],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(each: Checked, why: Failure) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": uri(each.path)}}
    return {
        "ruleId": why.rule,
        "level": "error",
        "message": {"text": printable(f"{each.path.as_posix()}: {why.message}")},
        "locations": [{"physicalLocation": place}],
    }


def uri(path: Path) -> str:
    """A path as a reference: relative where the path is.

    >>> from pathlib import Path
    >>> uri(Path("a b/c%.tflite"))
    'a%20b/c%25.tflite'
    """
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
