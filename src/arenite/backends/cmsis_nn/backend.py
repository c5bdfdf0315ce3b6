"""TFLM's kernels that call CMSIS-NN as a backend, one for each class of cores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.cmsis_nn.limits import why_not
from arenite.backends.cmsis_nn.overlap import cmsis_nn
from arenite.backends.cmsis_nn.scratch import cmsis_scratch
from arenite.backends.cmsis_nn.tail import OP_DATA, kept, looks
from arenite.backends.reference.backend import Reference

if TYPE_CHECKING:
    from arenite.backends.build import Instance
    from arenite.backends.overlap import Overlap
    from arenite.model import Operator, Tensor


@dataclass(frozen=True)
class CmsisNN(Reference):
    """The kernels in TFLM's kernels/cmsis_nn/*.cc, built for cores with these instructions."""

    instructions: Instructions

    @property
    def name(self) -> str:
        """The name of the set."""
        return f"cmsis-nn/{self.instructions.value}"

    def rule(self, operator: Operator, position: int, output: int) -> Overlap:
        """See `arenite.backends.cmsis_nn.overlap`."""
        return cmsis_nn(operator, position, output, self.instructions)

    def requested(self, kernel: Instance) -> tuple[int, ...]:
        """See `arenite.backends.cmsis_nn.scratch`."""
        return cmsis_scratch(kernel, self.instructions)

    def planned_scratch(self, operator: Operator) -> tuple[int, ...]:
        """Scratch on a device, not that of the reference kernels on x86-64."""
        return self.scratch(operator)

    def structure(self, label: str) -> str:
        """See `arenite.backends.cmsis_nn.tail`."""
        return OP_DATA.get(label) or super().structure(label)

    def kept(self, kernel: Instance) -> tuple[int, ...]:
        """See `arenite.backends.cmsis_nn.tail`."""
        return kept(kernel, self.instructions)

    def looks(self, kernel: Instance) -> tuple[Tensor, ...]:
        """See `arenite.backends.cmsis_nn.tail`."""
        return looks(kernel)

    def why_not(self, operator: Operator) -> str | None:
        """See `arenite.backends.cmsis_nn.limits`."""
        return super().why_not(operator) or why_not(operator, self.instructions)


CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE = (CmsisNN(each) for each in Instructions)
