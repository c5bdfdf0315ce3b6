"""Folds and prunes, which a person is told of in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.rewrite.fold import Fold
from arenite.rewrite.interface import Pass
from arenite.rewrite.prune import Prune
from arenite.rewrite.sentences import gone

if TYPE_CHECKING:
    from arenite.model import Model


@dataclass(frozen=True)
class Tidy(Pass):
    """Leaves out copies that other operators make needless, and then what has no effect."""

    def _apply(self, model: Model) -> Model:
        return Prune().run(Fold().run(model))

    def sentence(self, before: Model, after: Model) -> str:
        """How many operators are left out; empty where only tensors are."""
        count = gone(before, after)
        if not count:
            return ""
        return f"{count} operators are left out: nobody needs them, they only copy, or convolutions pad by themselves"
