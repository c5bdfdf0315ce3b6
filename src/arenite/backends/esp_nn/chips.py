"""The chips of Espressif that ESP-NN has different code for."""

from __future__ import annotations

import enum


class Chip(enum.Enum):
    """A chip, by the kernels that ESP-NN has for it."""

    GENERIC = "generic"
    """Kernels in generic C: ESP32, ESP32-S2, C3, C6 and so on."""
    S3 = "esp32s3"
    """ESP32-S3."""
    P4 = "esp32p4"
    """ESP32-P4."""
