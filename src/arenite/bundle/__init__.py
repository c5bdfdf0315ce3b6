"""Source files with which an application runs a model in TFLM: the model, its arena, its operators, an example."""

from __future__ import annotations

from arenite.bundle.tflm import export_tflm

__all__ = ["export_tflm"]
