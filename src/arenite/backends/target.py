"""Targets as users name them: a runtime and its kernels on a core, with their costs and permitted overlaps."""

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
from arenite.backends.tflm.head import head_with
from arenite.errors import OptionError
from arenite.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends.backend import Backend
    from arenite.backends.tflm.arena import Arena
    from arenite.model import Model, Operator


@dataclass(frozen=True, slots=True)
class Target:
    """A runtime with its set of kernels. `core` is None where the kernels do not depend on the core."""

    name: str
    backend: Backend
    core: str | None = None

    @property
    def generated(self) -> bool:
        """Whether Arenite generates the C that runs the model, without a runtime."""
        return self.backend.generated

    @property
    def sets(self) -> tuple[Backend, ...]:
        """The sets of kernels that reported figures and limits cover."""
        return self.backend.sets

    @property
    def charged(self) -> Backend:
        """The set of kernels whose head is minimized: the reference kernels where several sets may run."""
        return self.backend.charged

    @property
    def runs_reference(self) -> bool:
        """Whether the target may run TFLM's reference kernels; if so, TFLM on this machine computes the same values."""
        return self.backend.covers(REFERENCE)

    def planned_head(self, model: Model) -> int:
        """Bytes of head that TFLM plans for a model with the kernels `charged`; for generated C, its arena.

        Raises:
            ModelError: the model's plan does not match its tensors, or a graph calls itself.
        """
        return head_with(self.charged, model)

    def arena(self, model: Model) -> Arena:
        """Arena of a model in the order and layout of its file; for a portable target, the maximum over all `sets`.

        Raises:
            ModelError: the model's plan does not match its tensors, or a graph calls itself.
        """
        return self.backend.arena(model)

    def arenas(self, model: Model) -> tuple[Arena, ...]:
        """Arena of a model in the order and layout of its file, for each of `sets`.

        Raises:
            ModelError: the model's plan does not match its tensors, or a graph calls itself.
        """
        return tuple(each.arena(model) for each in self.sets)

    def scratch(self, operator: Operator) -> tuple[int, ...]:
        """Bytes of each scratch buffer that an operator's kernel requests, in order, not rounded; () for most kinds."""
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
"""For each core, the kernels that TFLM runs with CMSIS-NN and the kernels of generated C that calls CMSIS-NN."""


TFLM = Target("tflm", PORTABLE)
"""Any TFLM build: a plan for this target is valid with every known set of kernels."""

APART = Target("apart", NO_OVERLAP)
"""Any runtime, without overlap of buffers that are alive together. Internal: not in `TARGETS`."""

C = Target("c", GENERATED_C)
"""C that `arenite export --c` writes; its arena is exactly the planned bytes."""

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


def _aliases() -> dict[str, str]:
    """Other names of targets: a core or chip alone means its optimized kernels."""
    names = {"reference": "tflm-reference", "cortex-m0+": "tflm-cmsis-nn/cortex-m0", "m0+": "tflm-cmsis-nn/cortex-m0"}
    for core in CORES:
        number = core.removeprefix("cortex-")
        names |= dict.fromkeys((core, f"cortex{number}", number), f"tflm-cmsis-nn/{core}")
    for chip, hyphened in (("esp32", "esp32"), ("esp32s3", "esp32-s3"), ("esp32p4", "esp32-p4")):
        names |= dict.fromkeys((chip, hyphened), f"tflm-esp-nn/{chip}")
    return names


ALIASES = _aliases()
"""Other name -> name in `TARGETS`."""


def hyphened(name: str) -> str:
    """A name as tables of targets and boards spell it, from what people write: `Cortex M4`, `STM32F746G_Disco`."""
    return name.strip().lower().replace("_", "-").replace(" ", "-")


def named(name: str) -> Target | None:
    """The target with a name or an alias (a core such as cortex-m4 or m4, a chip such as esp32s3); case is ignored."""
    wanted = hyphened(name)
    return TARGETS.get(ALIASES.get(wanted, wanted))


def find_target(name: str, others: Sequence[str] = ()) -> Target:
    """The target with a name or an alias, as `named` finds it. `others`: further names that a message may suggest.

    Raises:
        OptionError: no target has this name; the message suggests similar names.
    """
    found = named(name)
    if found is not None:
        return found
    wanted = hyphened(name)
    near = [each for each in (*TARGETS, *others) if wanted and wanted in each]
    everywhere = "`arenite targets` and `arenite.targets()` list all of them"
    hint = did_you_mean(wanted, (*TARGETS, *ALIASES, *others), everywhere, near=near)
    raise OptionError(f"no target is called {name!r}; {hint}")
