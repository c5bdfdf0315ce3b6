"""A file that `arenite optimize --json` printed -> its values, which have been checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from arenite.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ARENA = {"declare_bytes": int, "exact": bool}
_COSTS = {"peak_bytes": int, "head_bytes": int, "macs": int, "arena": _ARENA}
_BUFFER = {
    "name": str,
    "kind": str,
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
    "strips": [{"kind": str, "operators": [int], "extra_macs": int}],
    "exported": ({"arena_bytes": int}, None),
    "changed": bool,
    "shared_pairs": int,
    "valid_with": [str],
    "verified": {},
    "rounds": {},
    "notes": [str],
    "command": str,
    "memory": {"before": _MAP, "after": _MAP},
}
"""Shapes of values: a type; a list of a shape; an object with at least these keys; alternatives, None among them."""


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
    if shape is None:
        return None if value is None else f"{where} is not null"
    right = isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
    return None if right else f"{where} is not of type {shape.__name__}"


def _fault_of_object(value: object, shape: Mapping[str, Any], where: str) -> str | None:
    if not isinstance(value, dict):
        return f"{where or 'it'} is not an object"
    inside = f"{where}." if where else ""
    for key, each in shape.items():
        if key not in value:
            return f"it lacks {inside}{key}"
        fault = _fault(value[key], each, f"{inside}{key}")
        if fault:
            return fault
    return None


def _inconsistent(values: Mapping[str, Any]) -> str | None:
    """A position that does not exist; None if all do."""
    for side in ("before", "after"):
        found = values["memory"][side]
        buffers, steps, scopes = len(found["buffers"]), len(found["steps"]), len(found["working_set_bytes"])
        positions = [
            *((each, buffers) for each in found["pins"]),
            *((share["buffer"], buffers) for each in found["buffers"] for share in each["shares"]),
            *((step, steps) for each in found["buffers"] for step in each["consumers"]),
            *((each["producer"] or 0, steps + 1) for each in found["buffers"]),
            *((found["peak_scope"] or 0, scopes) for _ in range(1)),
        ]
        if any(not 0 <= position < most for position, most in positions):
            return f"memory.{side} names a buffer, an operator or a scope that it does not have"
        if not scopes or any(len(found[key]) != scopes for key in ("scratch_bytes", "end_bytes")):
            return f"memory.{side} has lists of different lengths"
    return None
