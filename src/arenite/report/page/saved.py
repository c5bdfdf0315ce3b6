"""A file that `arenite optimize --json` printed -> its values, which have been checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from arenite.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_ARENA = {"declare_bytes": int, "exact": bool}
_COSTS = {"peak_bytes": int, "head_bytes": int, "macs": int, "arena": _ARENA}
_BUFFER = {
    "name": str,
    "kind": frozenset({"input", "output", "activation", "variable", "unused", "scratch"}),
    "address": int,
    "bytes": int,
    "size": int,
    "first": int,
    "last": int,
    "shape": [int],
    "type": str,
    "producer": (int, None),
    "consumers": [int],
    "shares": [{"buffer": int, "bytes": int}],
}
_STEP = {
    "graph": int,
    "index": int,
    "name": str,
    "first": int,
    "last": int,
    "working_set_bytes": int,
    "scratch_bytes": int,
    "macs": int,
    "cannot_split": (str, None),
    "source": (int, None),
    "part": ({"operator": int, "number": int, "count": int}, None),
}
_MAP = {
    "head_bytes": int,
    "peak_scope": (int, None),
    "pins": [int],
    "working_set_bytes": [int],
    "scratch_bytes": [int],
    "end_bytes": [int],
    "buffers": [_BUFFER],
    "steps": [_STEP],
}
_PLAN = {
    "model": str,
    "target": str,
    "before": _COSTS,
    "after": _COSTS,
    "lower_bound_bytes": int,
    "optimal": bool,
    "unknown_scratch": [str],
    "gap": (float, int),
    "strips": [
        (
            {"kind": frozenset({"strips"}), "strips": int, "operators": [int], "extra_macs": int},
            {"kind": frozenset({"channels"}), "groups": int, "operators": [int], "extra_macs": int},
        )
    ],
    "outside": [
        {
            "name": str,
            "what": frozenset({"input", "output"}),
            "where": frozenset({"rows", "memory"}),
            "rows": int,
            "held": int,
        }
    ],
    "exported": ({"arena_bytes": int}, None),
    "changed": bool,
    "shared_pairs": int,
    "valid_with": [str],
    "verified": {"*": str},
    "rounds": {"*": int},
    "notes": [str],
    "command": str,
    "memory": {"before": _MAP, "after": _MAP},
}
"""Shapes of values: a type; None; a set of texts; a list of a shape; an object with at least these keys, where the key
`*` stands for all that there are; alternatives."""


def read_plan(path: Path) -> dict[str, Any]:
    """The values of a saved plan.

    Raises:
        ModelError: the file cannot be read, or is not what `arenite optimize --json` prints; the message says where.
    """
    try:
        values = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: cannot be read as JSON: {getattr(error, 'strerror', None) or error}") from None
    fault = _fault(values, _PLAN, "") or _inconsistent(values)
    if fault:
        raise ModelError(f"{path}: is not a plan that this version of `arenite optimize --json` prints: {fault}")
    return dict(values)


def _fault(value: object, shape: Any, where: str) -> str | None:
    """What is not as expected, and where; None if all is."""
    if isinstance(shape, tuple):
        faults = [_fault(value, each, where) for each in shape]
        return None if None in faults else faults[0]
    if isinstance(shape, dict):
        return _fault_of_object(value, shape, where)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{where} is not a list"
        found = (_fault(each, shape[0], f"{where}[{place}]") for place, each in enumerate(value))
        return next((fault for fault in found if fault), None)
    return None if _is_leaf(value, shape) else f"{where} is not {_NAMED.get(shape, 'one of those known')}"


_LARGEST = 1 << 53
"""Limit of whole numbers: a browser's numbers are exact below it."""

_NAMED = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", None: "null"}


def _is_leaf(value: object, shape: Any) -> bool:
    if isinstance(shape, frozenset):
        return isinstance(value, str) and value in shape
    if shape is None:
        return value is None
    if isinstance(value, bool) or shape is bool:
        return isinstance(value, bool) and shape is bool
    return isinstance(value, shape) and (not isinstance(value, int) or abs(value) < _LARGEST)


def _fault_of_object(value: object, shape: Mapping[str, Any], where: str) -> str | None:
    if not isinstance(value, dict):
        return f"{where or 'it'} is not an object"
    inside = f"{where}." if where else ""
    for key, each in (dict.fromkeys(value, shape["*"]) if "*" in shape else shape).items():
        if key not in value:
            return f"it lacks {inside}{key}"
        fault = _fault(value[key], each, f"{inside}{key}")
        if fault:
            return fault
    return None


def _inconsistent(values: Mapping[str, Any]) -> str | None:
    """A position or a scope that does not exist; None if all do."""
    if not all(each["operators"] for each in values["strips"]):
        return "strips names no operators"
    for side in ("before", "after"):
        found = values["memory"][side]
        scopes = len(found["working_set_bytes"])
        if not scopes or any(len(found[key]) != scopes for key in ("scratch_bytes", "end_bytes")):
            return f"memory.{side} has lists of different lengths"
        if not all(map(_within, _positions(found))) or not all(_alive(each, scopes) for each in _spans(found)):
            return f"memory.{side} names a buffer, an operator or a scope that it does not have"
    return None


def _positions(found: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Positions that a map names, and how many there are of what they name."""
    buffers, steps = len(found["buffers"]), len(found["steps"])
    yield from ((each, buffers) for each in found["pins"])
    for each in found["buffers"]:
        yield from ((share["buffer"], buffers) for share in each["shares"])
        yield from ((step, steps) for step in each["consumers"])
        if each["producer"] is not None:
            yield each["producer"], steps
    if found["peak_scope"] is not None:
        yield found["peak_scope"], len(found["working_set_bytes"])


def _within(position: tuple[int, int]) -> bool:
    return 0 <= position[0] < position[1]


def _spans(found: Mapping[str, Any]) -> Iterator[Mapping[str, int]]:
    yield from found["buffers"]
    yield from found["steps"]


def _alive(span: Mapping[str, int], scopes: int) -> bool:
    return -1 <= span["first"] <= span["last"] < scopes
