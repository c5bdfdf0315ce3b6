"""Fold and Prune as one pass with one message."""

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
    """Remove copies that other operators make redundant, then parts without effect."""

    def _apply(self, model: Model) -> Model:
        return Prune().run(Fold().run(model))

    def sentence(self, before: Model, after: Model) -> str:
        """Number of removed operators; empty if only tensors were removed."""
        count = gone(before, after)
        if not count:
            return ""
        return f"{count} operators are left out: nobody needs them, they only copy, or convolutions pad by themselves"
