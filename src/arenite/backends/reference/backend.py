"""TFLM's reference kernels as a backend, with and without overlap. TFLM's other sets run them where they have none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.build import X86_64
from arenite.backends.overlap import APART
from arenite.backends.reference.limits import why_not
from arenite.backends.reference.overlap import reference
from arenite.backends.reference.scratch import reference_scratch
from arenite.backends.reference.tail import OP_DATA, is_known, kept
from arenite.backends.tflm.backend import TflmBackend
from arenite.backends.tflm.footprint import looks

if TYPE_CHECKING:
    from arenite.backends.build import Instance
    from arenite.backends.overlap import Overlap
    from arenite.model import Operator, Tensor


@dataclass(frozen=True)
class Reference(TflmBackend):
    """The kernels in TFLM's kernels/*.cc and signal/micro/kernels/*.cc."""

    @property
    def name(self) -> str:
        """The name of the set."""
        return "reference"

    def rule(self, operator: Operator, position: int, output: int) -> Overlap:
        """See `arenite.backends.reference.overlap`."""
        return reference(operator, position, output)

    def requested(self, kernel: Instance) -> tuple[int, ...]:
        """See `arenite.backends.reference.scratch`."""
        return reference_scratch(kernel.operator, kernel.abi.pointer_bytes)

    def planned_scratch(self, operator: Operator) -> tuple[int, ...]:
        """Scratch on x86-64, where it can be compared with TFLM; smaller pointers only reduce it.

        It is found faster than the signature under which it could be kept.
        """
        return reference_scratch(operator, X86_64.pointer_bytes)

    def structure(self, label: str) -> str:
        """See `arenite.backends.reference.tail`."""
        return OP_DATA.get(label, "")

    def kept(self, kernel: Instance) -> tuple[int, ...]:
        """See `arenite.backends.reference.tail`."""
        return kept(kernel)

    def looks(self, kernel: Instance) -> tuple[Tensor, ...]:
        """See `arenite.backends.tflm.footprint`."""
        return looks(kernel)

    def is_known(self, kernel: Instance) -> bool:
        """See `arenite.backends.reference.tail`."""
        return is_known(kernel)

    def why_not(self, operator: Operator) -> str | None:
        """See `arenite.backends.reference.limits`."""
        return why_not(operator)


REFERENCE = Reference()


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
