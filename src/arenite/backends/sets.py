"""All known sets of kernels, as instances, and one that stands for several sets of which any may run."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from itertools import zip_longest
from typing import TYPE_CHECKING

from arenite.backends.backend import Backend
from arenite.backends.cmsis_nn.backend import CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR
from arenite.backends.esp_nn.backend import ESP_NN, ESP_NN_GENERIC, ESP_NN_P4, ESP_NN_S3
from arenite.backends.generated_c.backend import C_CMSIS_NN_DSP, C_CMSIS_NN_MVE, C_CMSIS_NN_SCALAR, GENERATED_C
from arenite.backends.overlap import Overlap
from arenite.backends.reference.backend import REFERENCE, NoOverlap
from arenite.backends.tflm.arena import Arena
from arenite.operators.liveness import align

if TYPE_CHECKING:
    from arenite.backends.build import Abi, Instance
    from arenite.backends.tflm.backend import TflmBackend
    from arenite.model import MemoryPlan, Model, Operator

__all__ = [
    "ALL",
    "CMSIS_NN_DSP",
    "CMSIS_NN_MVE",
    "CMSIS_NN_SCALAR",
    "C_CMSIS_NN_DSP",
    "C_CMSIS_NN_MVE",
    "C_CMSIS_NN_SCALAR",
    "ESP_NN",
    "ESP_NN_GENERIC",
    "ESP_NN_P4",
    "ESP_NN_S3",
    "GENERATED",
    "GENERATED_C",
    "NO_OVERLAP",
    "PORTABLE",
    "REFERENCE",
]


@dataclass(frozen=True, slots=True)
class AnyOf(Backend):
    """Any of the sets `counted`: figures are their maximum, and the head of the first one is minimized.

    Layouts also satisfy the overlap rules of the sets `besides`, but figures leave out the scratch and tail of
    `besides`.
    """

    title: str
    counted: tuple[TflmBackend, ...] = field(compare=False)
    besides: tuple[TflmBackend, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        """Common name of the sets."""
        return self.title

    @property
    def sets(self) -> tuple[Backend, ...]:
        """The sets of kernels that reported figures and limits cover."""
        return self.counted

    @property
    def safe_with(self) -> tuple[Backend, ...]:
        """All sets, counted or not."""
        return (*self.counted, *self.besides)

    @property
    def charged(self) -> Backend:
        """The first counted set."""
        return self.counted[0]

    def rule(self, operator: Operator, position: int, output: int) -> Overlap:
        """Distances that the rules of all sets allow."""
        return reduce(Overlap.both, (each.rule(operator, position, output) for each in self.safe_with))

    def requested(self, kernel: Instance) -> tuple[int, ...]:
        """Scratch of the set with the largest total for this kernel."""
        wanted = (kernels.scratch(kernel.operator, kernel.abi) for kernels in self.counted)
        return max(wanted, key=lambda sizes: sum(map(align, sizes)))

    def planned_scratch(self, operator: Operator) -> tuple[int, ...]:
        """The k-th largest buffer has the maximum size of the k-th largest buffers of all sets."""
        return self._once(operator, ("planned",), lambda: self._largest_scratch(operator))

    def _largest_scratch(self, operator: Operator) -> tuple[int, ...]:
        lists = (sorted(each.planned_scratch(operator), reverse=True) for each in self.counted)
        return tuple(max(sizes) for sizes in zip_longest(*lists, fillvalue=0))

    def why_not(self, operator: Operator) -> str | None:
        """Why any of the sets refuses an operator; names the refusing sets unless all of them refuse."""
        reasons = {each.name: why for each in self.counted if (why := each.why_not(operator)) is not None}
        if not reasons:
            return None
        why = next(iter(reasons.values()))
        return why if len(reasons) == len(self.counted) else f"{why} (with the kernels {', '.join(reasons)})"

    def tail_bytes(self, model: Model, abi: Abi | None = None) -> int:
        """Bytes of tail with the set that keeps most."""
        return max(each.tail_bytes(model, abi) for each in self.counted)

    def arena(self, model: Model, plan: MemoryPlan | None = None, *, abi: Abi | None = None) -> Arena:
        """Arena whose every figure is the maximum over the counted sets; arguments and errors as in `Backend`."""
        arenas = [kernels.arena(model, plan, abi=abi) for kernels in self.counted]
        return Arena(
            max(arena.head_bytes for arena in arenas),
            max(arena.scratch_bytes for arena in arenas),
            max(arena.tail_bytes for arena in arenas),
            max(arena.declare_bytes for arena in arenas),
            tuple(sorted({label for arena in arenas for label in arena.unknown})),
        )


PORTABLE = AnyOf("portable", (REFERENCE, CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE), (ESP_NN,))
"""Any TFLM build. Figures leave out ESP-NN, whose kernels request far more scratch."""

NO_OVERLAP = NoOverlap()
"""Any TFLM build, without overlap of buffers that are alive together; every kernel allows this."""

GENERATED = (GENERATED_C, C_CMSIS_NN_SCALAR, C_CMSIS_NN_DSP, C_CMSIS_NN_MVE)
"""Kernels of generated C, alone and with CMSIS-NN."""

ALL = (PORTABLE, *PORTABLE.safe_with, ESP_NN_GENERIC, ESP_NN_S3, ESP_NN_P4, *GENERATED)
"""All sets of kernels."""
