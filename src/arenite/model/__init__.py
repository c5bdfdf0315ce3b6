"""A TensorFlow Lite model in memory: operators point at tensors, not at file indices.

Objects compare by identity (two tensors may be equal in every field and still be two tensors) and are never changed.
Only a `Model` and a `MemoryPlan` are values, so that a copy that was pickled equals its source. Objects have slots,
since searches read thousands of them for one figure, and keep what is computed of them. Positions occur in two places:
`MemoryPlan.offsets` and `Operator.graphs`.
`origin` belongs to the room `tflite`: it lets the writer keep every byte of what it did not have to change, and is
`None` for what a program made.
"""

from __future__ import annotations

from arenite.model.graph import Graph, MemoryPlan, Metadata, Model
from arenite.model.operator import NO_OPTIONS, Operator, Option, Signature, read_only, readers_of
from arenite.model.tensor import Data, ElementType, Outside, Quantization, Tensor

__all__ = [
    "NO_OPTIONS",
    "Data",
    "ElementType",
    "Graph",
    "MemoryPlan",
    "Metadata",
    "Model",
    "Operator",
    "Option",
    "Outside",
    "Quantization",
    "Signature",
    "Tensor",
    "read_only",
    "readers_of",
]
