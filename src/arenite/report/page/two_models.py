"""Two models -> the values of a page that shows the first as before and the second as after, without any search."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from arenite.checkers.validity import validity
from arenite.operators.macs import macs_of_model
from arenite.report.arena import arena_as_json
from arenite.report.json import fields_as_json
from arenite.report.optimize import end_line
from arenite.report.verify import agreement_lines
from arenite.search.ends import rows_notes
from arenite.search.memory_map import MemoryMap, memory_map, origins_by_name
from arenite.search.plan import frames, integer_ends, outside_ends

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.model import Model
    from arenite.runtimes.verification import Verification


def two_models(source: Model, result: Model, target: Target, verification: Verification) -> dict[str, Any]:
    """The values, with the keys of `optimize --json` as far as they are known of two files.

    Args:
        source: shown as before.
        result: shown as after.
        target: whose kernels request the scratch, and whose arena is told.
        verification: of both models, whose inputs and outputs are in the same order.

    Raises:
        ModelError: a plan does not match its model, or a graph calls itself.
    """
    judged, found = validity(result), frames(source, result)
    before = memory_map(source, target)
    after = memory_map(result, target, origins=origins_by_name(source, result))
    return {
        "model": source.name,
        "files": (source.name, result.name),
        "target": target.name,
        "before": _costs(source, before, target),
        "after": _costs(result, after, target),
        "lower_bound_bytes": None,
        "optimal": False,
        "unknown_scratch": [],
        "gap": 0.0,
        "strips": [],
        "exported": None,
        "outside": [asdict(end) for end in outside_ends(result)],
        "changed": not verification.equal,
        "shared_pairs": judged.pairs,
        "valid_with": [kernels.name for kernels in judged.kernels],
        "verified": dict(verification.status),
        "rounds": dict(verification.rounds),
        "frames": found and asdict(found),
        "notes": [
            *map(end_line, integer_ends(source, result)),
            *agreement_lines(verification.agreement),
            *verification.notes,
            *rows_notes(result, target),
        ],
        "memory": {"before": fields_as_json(before), "after": fields_as_json(after)},
    }


def _costs(model: Model, found: MemoryMap, target: Target) -> dict[str, Any]:
    return {
        "peak_bytes": max(found.working_set_bytes),
        "head_bytes": found.head_bytes,
        "macs": macs_of_model(model),
        "arena": arena_as_json(target.arena(model)),
    }
