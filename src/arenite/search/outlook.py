"""What an export will make of a planned model, for those who only see the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.arena import arena
from arenite.codegen.export import prepared
from arenite.search.plan import Exported

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.budget import Budget
    from arenite.model import Model


def outlook(model: Model, target: Target, *, budget: Budget) -> Exported | None:
    """What the exported C takes where that is less than the model's plan takes; else None.

    A plan in a file has fixed places; in generated code tensors may move.

    Args:
        model: one that the target can run.
        target: generated C.
        budget: as in `arena`.
    """
    found = arena(prepared(model), target, budget=budget)
    if found.size >= target.arena(model).declare_bytes:
        return None
    return Exported(found.size, sum(move.size for each in found.moves.values() for move in each))
