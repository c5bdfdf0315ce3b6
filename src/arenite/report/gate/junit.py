"""Checks -> JUnit's XML, which most CI systems show as a list of tests: one test per model."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from arenite.names import printable
from arenite.report.gate.checked import exit_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.report.gate.checked import Checked


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
