"""Source files with which an application runs a model in TFLM: functions to call, model, arena, operators, a test."""

from __future__ import annotations

from arenite.bundle.tflm import export_tflm

__all__ = ["export_tflm"]
