"""The rule set of `--no-overlap`: no two buffers share a byte while both are needed, whichever kernels run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.overlap import APART
from arenite.backends.reference.backend import Reference

if TYPE_CHECKING:
    from arenite.backends.overlap import Overlap
    from arenite.model import Operator


@dataclass(frozen=True)
class NoOverlap(Reference):
    """The reference kernels with their scratch, without what their order of reading and writing would allow."""

    @property
    def name(self) -> str:
        """The name of the set."""
        return "apart"

    @property
    def may_overlap(self) -> bool:
        """Never."""
        return False

    def rule(self, operator: Operator, position: int, output: int) -> Overlap:  # noqa: ARG002
        """Apart, always."""
        return APART
