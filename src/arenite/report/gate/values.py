"""Checks -> JSON values; docs/json.md documents the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.report.fit import check_as_json
from arenite.report.gate.checked import exit_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.report.gate.checked import Base, Checked
    from arenite.search.fitting import Fit


def one_as_json(each: Checked, found: Fit) -> dict[str, Any]:
    """The check of one model; compared with a base also what that has, and whether all holds."""
    values = check_as_json(each.path.name, found)
    if each.base is None and exit_code([each]) < 2:
        return values
    return {**values, "base": _base(each.base, found), "holds": each.holds, "failures": _failures(each)}


def many_as_json(checks: Sequence[Checked]) -> dict[str, Any]:
    """The checks of several models; of one that cannot be checked there are no figures."""
    return {"models": [_entry(each) for each in checks]}


def _entry(each: Checked) -> dict[str, Any]:
    values: dict[str, Any] = {"path": each.path.as_posix(), "holds": each.holds, "failures": _failures(each)}
    if each.fit is None:
        return values
    return {**check_as_json(each.path.name, each.fit), **values, "base": _base(each.base, each.fit)}


def _failures(each: Checked) -> list[dict[str, Any]]:
    return [{"rule": why.rule, "message": why.message} for why in each.failures]


def _base(base: Base | None, found: Fit) -> dict[str, Any] | None:
    if base is None:
        return None
    arena = base.arena
    return {
        "declare_bytes": arena.declare_bytes if arena else None,
        "exact": arena.exact if arena else None,
        "change_bytes": base.change(found.before),
    }
