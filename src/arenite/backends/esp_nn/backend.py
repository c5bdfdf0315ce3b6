"""Espressif's kernels that call ESP-NN as a backend, for one chip or for any chip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.build import ILP32
from arenite.backends.esp_nn.overlap import esp_nn
from arenite.backends.esp_nn.scratch import Chip, esp_scratch
from arenite.backends.reference.backend import Reference

if TYPE_CHECKING:
    from arenite.backends.backend import Backend
    from arenite.backends.build import Abi, Instance
    from arenite.backends.overlap import Overlap
    from arenite.model import Operator

OP_DATA = {
    "CONV_2D": "9i2p4i",
    "DEPTHWISE_CONV_2D": "9i2p4i",
    "SOFTMAX": "q7i5pi",
}
"""Structure that the kernel's Init allocates (NodeData in esp-tflite-micro's kernels/esp_nn/*.cc)."""


@dataclass(frozen=True)
class EspNN(Reference):
    """The kernels in esp-tflite-micro's kernels/esp_nn/*.cc.

    With `chip` None any chip may run: the overlap rules hold for all chips, and scratch is the maximum over them.
    """

    chip: Chip | None = None

    @property
    def name(self) -> str:
        """The name of the set."""
        return "esp-nn" if self.chip is None else f"esp-nn/{self.chip.value}"

    @property
    def abi(self) -> Abi:
        """Sizes of C types on Xtensa and RISC-V."""
        return ILP32

    @property
    def safe_with(self) -> tuple[Backend, ...]:
        """ESP-NN on any chip: the rules are the same for all chips."""
        return (ESP_NN,)

    def rule(self, operator: Operator, position: int, output: int) -> Overlap:
        """See `arenite.backends.esp_nn.overlap`."""
        return esp_nn(operator, position, output)

    def requested(self, kernel: Instance) -> tuple[int, ...]:
        """See `arenite.backends.esp_nn.scratch`."""
        return esp_scratch(kernel, tuple(Chip) if self.chip is None else (self.chip,))

    def planned_scratch(self, operator: Operator) -> tuple[int, ...]:
        """Scratch on a device, not that of the reference kernels on x86-64."""
        return self.scratch(operator)

    def structure(self, label: str) -> str:
        """The structure of `OP_DATA`, or the one of the reference kernel."""
        return OP_DATA.get(label) or super().structure(label)


ESP_NN = EspNN()
ESP_NN_GENERIC, ESP_NN_S3, ESP_NN_P4 = (EspNN(each) for each in Chip)
