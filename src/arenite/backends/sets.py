"""All known sets of kernels, as instances."""

from __future__ import annotations

from arenite.backends.any_of import AnyOf
from arenite.backends.cmsis_nn.backend import CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR
from arenite.backends.esp_nn.backend import ESP_NN, ESP_NN_GENERIC, ESP_NN_P4, ESP_NN_S3
from arenite.backends.generated_c.backend import C_CMSIS_NN_DSP, C_CMSIS_NN_MVE, C_CMSIS_NN_SCALAR, GENERATED_C
from arenite.backends.reference.backend import REFERENCE, NoOverlap

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
"""Any TFLM build. Figures leave out ESP-NN, whose kernels request far more scratch."""

NO_OVERLAP = NoOverlap()
"""Any TFLM build, without overlap of buffers that are alive together; every kernel allows this."""

GENERATED = (GENERATED_C, C_CMSIS_NN_SCALAR, C_CMSIS_NN_DSP, C_CMSIS_NN_MVE)
"""Kernels of generated C, alone and with CMSIS-NN."""

ALL = (PORTABLE, *PORTABLE.safe_with, ESP_NN_GENERIC, ESP_NN_S3, ESP_NN_P4, *GENERATED)
"""All sets of kernels."""
