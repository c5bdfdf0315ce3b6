"""Rules of `--no-overlap`: buffers that are alive together never share a byte, whichever kernels run."""

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
    """The reference kernels with their scratch, but without any overlap."""

    @property
    def name(self) -> str:
        """Name of the set in reports and JSON."""
        return "apart"

    @property
    def may_overlap(self) -> bool:
        """Always False."""
        return False

    def rule(self, operator: Operator, position: int, output: int) -> Overlap:  # noqa: ARG002
        """Always `APART`."""
        return APART
