"""What an export will make of a planned model, for those who only see the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.arena import SECONDS, arena
from arenite.codegen.export import prepared

if TYPE_CHECKING:
    from arenite.model import Model
    from arenite.targets.target import Target


def outlook(model: Model, target: Target, *, time_limit: float = SECONDS) -> str | None:
    """A sentence about the arena of the exported C where it is below that of the model's plan; else None.

    A plan in a file has fixed places; in generated code tensors may move.

    Args:
        model: one that the target can run.
        target: generated C.
        time_limit: as in `arena`.
    """
    planned = target.arena(model).declare_bytes
    found = arena(prepared(model), target, time_limit=time_limit)
    if found.size >= planned:
        return None
    moved = sum(move.size for each in found.moves.values() for move in each)
    if not moved:
        return f"exported C has an arena of {found.size:,} bytes, with another layout than this plan"
    return (
        f"exported C has an arena of {found.size:,} bytes: an inference moves {moved:,} bytes between operators, "
        "unless --no-moves or --moves-worth forbids it"
    )
