"""The sets of kernels that rules are known for."""

from __future__ import annotations

from arenite.backends.any_of import AnyOf
from arenite.backends.cmsis_nn.backend import CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR
from arenite.backends.esp_nn.backend import ESP_NN, ESP_NN_GENERIC, ESP_NN_P4, ESP_NN_S3
from arenite.backends.generated_c.backend import C_CMSIS_NN_DSP, C_CMSIS_NN_MVE, C_CMSIS_NN_SCALAR, GENERATED_C
from arenite.backends.no_overlap import NoOverlap
from arenite.backends.reference.backend import REFERENCE

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

PORTABLE = AnyOf("portable", (REFERENCE, CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE), (ESP_NN,))
"""Any set of TFLM. Figures leave out ESP-NN, which requests far more scratch."""

NO_OVERLAP = NoOverlap()
"""Any set of TFLM where no two buffers may share a byte while both are needed, which every kernel allows."""

GENERATED = (GENERATED_C, C_CMSIS_NN_SCALAR, C_CMSIS_NN_DSP, C_CMSIS_NN_MVE)
"""The sets of generated C."""

ALL = (PORTABLE, *PORTABLE.safe_with, ESP_NN_GENERIC, ESP_NN_S3, ESP_NN_P4, *GENERATED)
"""All of them."""
