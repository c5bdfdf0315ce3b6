"""Targets: a runtime with its kernels on a core, and what it charges and permits, behind one interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.sets import (
    C_CMSIS_NN_DSP,
    C_CMSIS_NN_MVE,
    C_CMSIS_NN_SCALAR,
    CMSIS_NN_DSP,
    CMSIS_NN_MVE,
    CMSIS_NN_SCALAR,
    ESP_NN,
    ESP_NN_GENERIC,
    ESP_NN_P4,
    ESP_NN_S3,
    GENERATED_C,
    NO_OVERLAP,
    PORTABLE,
    REFERENCE,
)
from arenite.backends.tflm.head import head_plan
from arenite.errors import OptionError

if TYPE_CHECKING:
    from arenite.backends.backend import Backend
    from arenite.backends.tflm.arena import Arena
    from arenite.model import Model, Operator


@dataclass(frozen=True, slots=True)
class Target:
    """A runtime and the kernels that it runs. `core` is None where the kernels do not depend on it."""

    name: str
    backend: Backend
    core: str | None = None

    @property
    def generated(self) -> bool:
        """Whether Arenite generates the C that runs the model, so that there is no runtime."""
        return self.backend.generated

    @property
    def sets(self) -> tuple[Backend, ...]:
        """The sets of kernels that its figures and limits speak of."""
        return self.backend.sets

    @property
    def charged(self) -> Backend:
        """The set of kernels whose head is made small: where several may run, the reference kernels."""
        return self.backend.charged

    @property
    def runs_reference(self) -> bool:
        """Whether it may run TFLM's reference kernels, so that TFLM on this machine computes what it computes."""
        return self.backend.covers(REFERENCE)

    def planned_head(self, model: Model) -> int:
        """Bytes of head that TFLM plans for a file as it is, with the kernels `charged`; of generated C its arena.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """
        return head_plan(self.backend.as_run(model), requests=self.charged.planned_scratch).height

    def arena(self, model: Model) -> Arena:
        """What the runtime spends on a file as it is; with portable kernels the most that any known set spends.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """
        return self.backend.arena(model)

    def arenas(self, model: Model) -> tuple[Arena, ...]:
        """The same with each of `sets`.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """
        return tuple(each.arena(model) for each in self.sets)

    def scratch(self, operator: Operator) -> tuple[int, ...]:
        """Bytes of each scratch buffer that an operator's kernel requests, not rounded, in order; () for most."""
        return self.backend.scratch(operator)


CORES = {
    "cortex-m0": (CMSIS_NN_SCALAR, C_CMSIS_NN_SCALAR),
    "cortex-m3": (CMSIS_NN_SCALAR, C_CMSIS_NN_SCALAR),
    "cortex-m4": (CMSIS_NN_DSP, C_CMSIS_NN_DSP),
    "cortex-m7": (CMSIS_NN_DSP, C_CMSIS_NN_DSP),
    "cortex-m33": (CMSIS_NN_DSP, C_CMSIS_NN_DSP),
    "cortex-m55": (CMSIS_NN_MVE, C_CMSIS_NN_MVE),
    "cortex-m85": (CMSIS_NN_MVE, C_CMSIS_NN_MVE),
}
"""Cores, and what runs there in TFLM with CMSIS-NN, and in generated C that calls CMSIS-NN."""


TFLM = Target("tflm", PORTABLE)
"""Any TFLM: what is planned for it is right with every set of kernels known here."""

APART = Target("apart", NO_OVERLAP)
"""Any runtime, where no two buffers may share a byte while both are needed: not for people to name."""

C = Target("c", GENERATED_C)
"""What `arenite export --c` writes: its arena is the plan, and nothing else."""

TARGETS = {
    target.name: target
    for target in (
        TFLM,
        Target("tflm-reference", REFERENCE),
        *(Target(f"tflm-cmsis-nn/{core}", in_tflm, core) for core, (in_tflm, _) in CORES.items()),
        Target("tflm-esp-nn", ESP_NN),
        Target("tflm-esp-nn/esp32", ESP_NN_GENERIC, "esp32"),
        Target("tflm-esp-nn/esp32s3", ESP_NN_S3, "esp32s3"),
        Target("tflm-esp-nn/esp32p4", ESP_NN_P4, "esp32p4"),
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
