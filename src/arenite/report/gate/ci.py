"""Checks -> the formats that CI systems read.

github    workflow commands of GitHub Actions, shown as annotations: an error for each failure, else a notice
junit     JUnit's XML, which most systems show as a list of tests: one test per model
sarif     SARIF 2.1.0, which code scanning reads: one result per failure
"""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from arenite.names import printable
from arenite.report.console import number
from arenite.report.gate.checked import RULES, Checked, exit_code
from arenite.report.gate.text import change_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from arenite.search.fitting import Failure

_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_DATA, ":": "%3A", ",": "%2C"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_commands(checks: Sequence[Checked]) -> str:
    """A line per failure, and a line per check that holds."""
    return "".join(f"{line}\n" for each in checks for line in _lines(each))


def _lines(each: Checked) -> Iterator[str]:
    for why in each.failures:
        yield _command("error", each, why.message)
    if each.holds and each.fit is not None:
        left = number(each.fit.available - each.fit.before.declare_bytes)
        change = f"; change: {change_words(each.fit, each.base)}" if each.base else ""
        yield _command("notice", each, f"fits, {left} left{change}")


def _command(level: str, each: Checked, message: str) -> str:
    path = each.path.as_posix()
    text = _escaped(f"{printable(path)}: {printable(message)}", _IN_DATA)
    return f"::{level} file={_escaped(path, _IN_PROPERTY)},title=arenite check::{text}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return printable("".join(escapes.get(character, character) for character in text))


def as_junit(checks: Sequence[Checked]) -> str:
    """A suite of one test per model, in ASCII: a failed check is a failure, a model that cannot be checked an error."""
    codes = [exit_code([each]) for each in checks]
    counts = {"tests": str(len(checks)), "failures": str(codes.count(1)), "errors": str(codes.count(2))}
    root = Element("testsuites", counts)
    suite = SubElement(root, "testsuite", {"name": "arenite check", **counts})
    for each in checks:
        case = SubElement(suite, "testcase", {"classname": "arenite.check", "name": printable(each.path.as_posix())})
        # A test is either failed or in error: what cannot be checked decides.
        kind = "error" if exit_code([each]) == 2 else "failure"
        for why in each.failures:
            SubElement(case, kind, {"type": why.rule, "message": printable(why.message)})
    indent(root)
    text: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii") + "\n"


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
