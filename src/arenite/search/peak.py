"""A model, or what `read` takes -> its peak in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.operators import peak
from arenite.tflite.sources import model_of

if TYPE_CHECKING:
    from arenite.tflite.sources import ModelSource


def peak_memory(model: ModelSource) -> int:
    """Peak of a model in file order, in bytes. A search may call it thousands of times with models.

    Raises:
        ModelError: the model cannot be read, a graph calls itself, or more operators run than can be planned.
    """
    return peak.peak_memory(model_of(model))
