"""Espressif's chips for which ESP-NN has different code."""

from __future__ import annotations

import enum


class Chip(enum.Enum):
    """A chip, or the group of chips that runs the same ESP-NN kernels."""

    GENERIC = "generic"
    """Kernels in generic C, such as on ESP32, ESP32-S2, C3 and C6."""
    S3 = "esp32s3"
    """ESP32-S3."""
    P4 = "esp32p4"
    """ESP32-P4."""
