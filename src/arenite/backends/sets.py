"""The sets of kernels that rules are known for."""

from __future__ import annotations

import enum


class Kernels(enum.Enum):
    """A set of kernels. Operators that a set has no kernel of its own for run TFLM's reference kernel."""

    PORTABLE = "portable"
    """Not a set but all those of TFLM: what is safe here is safe with every other member that is not `generated`."""
    REFERENCE = "reference"
    """TFLM's reference kernels."""
    APART = "apart"
    """The reference kernels where no two buffers may share a byte while both are needed, which every kernel allows."""
    CMSIS_NN_SCALAR = "cmsis-nn/scalar"
    """CMSIS-NN on cores without the DSP extension: Cortex-M0, M0+, M3, M23."""
    CMSIS_NN_DSP = "cmsis-nn/dsp"
    """CMSIS-NN on cores with the DSP extension (ARM_MATH_DSP): Cortex-M4, M7, M33, M35P."""
    CMSIS_NN_MVE = "cmsis-nn/mve"
    """CMSIS-NN on cores with vectors (ARM_MATH_MVEI): Cortex-M52, M55, M85."""
    ESP_NN = "esp-nn"
    """ESP-NN on any chip of Espressif: what is safe here is safe with each of the three below."""
    ESP_NN_GENERIC = "esp-nn/generic"
    """Its kernels in generic C: ESP32, ESP32-S2, C3, C6 and so on."""
    ESP_NN_S3 = "esp-nn/esp32s3"
    """Its kernels for the ESP32-S3."""
    ESP_NN_P4 = "esp-nn/esp32p4"
    """Its kernels for the ESP32-P4."""
    C = "c"
    """Arenite's own, which `arenite export --c` writes: no part of TFLM."""
    C_CMSIS_NN_SCALAR = "c, cmsis-nn/scalar"
    """The same, but CMSIS-NN where generated C calls it (`cmsis_nn/calls.py`), on cores without the DSP extension."""
    C_CMSIS_NN_DSP = "c, cmsis-nn/dsp"
    """The same on cores with the DSP extension."""
    C_CMSIS_NN_MVE = "c, cmsis-nn/mve"
    """The same on cores with vectors."""

    @property
    def generated(self) -> bool:
        """Whether these are the kernels of generated C."""
        return self is Kernels.C or self in _CALLED

    @property
    def rules(self) -> Kernels:
        """The set whose rules of overlap hold: one set of rules serves all chips of ESP-NN."""
        return Kernels.ESP_NN if self in ESP_NN_CHIPS else self

    @property
    def cmsis_nn(self) -> Kernels | None:
        """The set of CMSIS-NN's kernels that generated C calls; None where it calls none, and for sets of TFLM."""
        return _CALLED.get(self)


ESP_NN_CHIPS = (Kernels.ESP_NN_GENERIC, Kernels.ESP_NN_S3, Kernels.ESP_NN_P4)
"""The sets of ESP-NN by chip, which differ in the scratch that they request."""

_CALLED = {
    Kernels.C_CMSIS_NN_SCALAR: Kernels.CMSIS_NN_SCALAR,
    Kernels.C_CMSIS_NN_DSP: Kernels.CMSIS_NN_DSP,
    Kernels.C_CMSIS_NN_MVE: Kernels.CMSIS_NN_MVE,
}
