"""Targets: a runtime with its kernels on a core, and what it charges and permits, behind one interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends import Kernels, overlap
from arenite.backends.build import CORTEX_M, ESP_NN, ILP32
from arenite.backends.cmsis_nn.scratch import scratch
from arenite.backends.instance import Instance
from arenite.backends.requests import requests
from arenite.backends.tflm.arena import EVERY_SET, arena
from arenite.backends.tflm.folding import as_run
from arenite.backends.tflm.head import head_plan
from arenite.backends.tflm.limits import MOST_JOINED
from arenite.errors import OptionError
from arenite.operators.liveness import ALIGNMENT, align

if TYPE_CHECKING:
    from arenite.backends import Overlap
    from arenite.backends.build import Abi
    from arenite.backends.tflm.arena import Arena
    from arenite.model import Model, Operator, Tensor


@dataclass(frozen=True, slots=True)
class Target:
    """A runtime and the kernels that it runs. `core` is None where the kernels do not depend on it."""

    name: str
    kernels: Kernels
    core: str | None = None

    @property
    def alignment(self) -> int:
        """Bytes that every buffer's address is a multiple of."""
        return ALIGNMENT

    @property
    def most_joined(self) -> int:
        """Inputs that a CONCATENATION may have.

        The C that Arenite generates takes any number; the limit of TFLM lets TFLM run, and so compare, the same model.
        """
        return MOST_JOINED

    @property
    def sets(self) -> tuple[Kernels, ...]:
        """The sets of kernels that its figures and limits speak of."""
        return EVERY_SET if self.kernels is Kernels.PORTABLE else (self.kernels,)

    @property
    def charged(self) -> Kernels:
        """The set of kernels whose head is made small: where several may run, the reference kernels."""
        return Kernels.REFERENCE if self.kernels is Kernels.PORTABLE else self.kernels

    def planned_head(self, model: Model) -> int:
        """Bytes of head that TFLM plans for a file as it is, with the kernels `charged`; of generated C its arena.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """
        return head_plan(as_run(model, self.kernels), requests=requests(self.charged)).height

    def covers(self, kernels: Kernels) -> bool:
        """Whether what is right with the target's kernels is right with these by definition."""
        return self.kernels is Kernels.PORTABLE or self.kernels.rules is kernels.rules

    @property
    def abi(self) -> Abi:
        """The sizes of the compiler's types."""
        return ILP32 if self.kernels in ESP_NN else CORTEX_M

    def arena(self, model: Model) -> Arena:
        """What the runtime spends on a file as it is; with portable kernels the most that any known set spends.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """
        return arena(model, self.kernels, abi=self.abi)

    def arenas(self, model: Model) -> tuple[Arena, ...]:
        """The same with each of `sets`.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """
        return tuple(arena(model, each, abi=self.abi) for each in self.sets)

    def scratch(self, operator: Operator) -> tuple[int, ...]:
        """Bytes of each scratch buffer that an operator's kernel requests, not rounded, in order; () for most.

        With portable kernels those of the set that requests most in all.
        """
        each = (scratch(Instance(operator, kernels, self.abi)) for kernels in self.sets)
        return max(each, key=lambda sizes: sum(map(align, sizes)))

    def overlap(self, operator: Operator, source: Tensor, output: Tensor) -> Overlap:
        """Where an operator's output may lie relative to an input that nobody needs afterwards."""
        return overlap(operator, source, output, self.kernels)


CORES = {
    "cortex-m0": (Kernels.CMSIS_NN_SCALAR, Kernels.C_CMSIS_NN_SCALAR),
    "cortex-m3": (Kernels.CMSIS_NN_SCALAR, Kernels.C_CMSIS_NN_SCALAR),
    "cortex-m4": (Kernels.CMSIS_NN_DSP, Kernels.C_CMSIS_NN_DSP),
    "cortex-m7": (Kernels.CMSIS_NN_DSP, Kernels.C_CMSIS_NN_DSP),
    "cortex-m33": (Kernels.CMSIS_NN_DSP, Kernels.C_CMSIS_NN_DSP),
    "cortex-m55": (Kernels.CMSIS_NN_MVE, Kernels.C_CMSIS_NN_MVE),
    "cortex-m85": (Kernels.CMSIS_NN_MVE, Kernels.C_CMSIS_NN_MVE),
}
"""Cores, and what runs there in TFLM with CMSIS-NN, and in generated C that calls CMSIS-NN."""


TFLM = Target("tflm", Kernels.PORTABLE)
"""Any TFLM: what is planned for it is right with every set of kernels known here."""

APART = Target("apart", Kernels.APART)
"""Any runtime, where no two buffers may share a byte while both are needed: not for people to name."""

C = Target("c", Kernels.C)
"""What `arenite export --c` writes: its arena is the plan, and nothing else."""

TARGETS = {
    target.name: target
    for target in (
        TFLM,
        Target("tflm-reference", Kernels.REFERENCE),
        *(Target(f"tflm-cmsis-nn/{core}", in_tflm, core) for core, (in_tflm, _) in CORES.items()),
        Target("tflm-esp-nn", Kernels.ESP_NN),
        Target("tflm-esp-nn/esp32", Kernels.ESP_NN_GENERIC, "esp32"),
        Target("tflm-esp-nn/esp32s3", Kernels.ESP_NN_S3, "esp32s3"),
        Target("tflm-esp-nn/esp32p4", Kernels.ESP_NN_P4, "esp32p4"),
        C,
        *(Target(f"c-cmsis-nn/{core}", in_c, core) for core, (_, in_c) in CORES.items()),
    )
}
"""All targets by name, the default first."""


def find_target(name: str) -> Target:
    """The target of a name.

    Raises:
        OptionError: there is no such target; the message names all there are.
    """
    if name not in TARGETS:
        raise OptionError(f"no target is called {name!r}; choose from {', '.join(TARGETS)}")
    return TARGETS[name]
