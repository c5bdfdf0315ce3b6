"""Signature definitions: names that an application uses for the inputs and outputs of a graph.

They are no part of `Model`; they stay in the file, and their tensor numbers are renewed when tensors move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.tflite.flat import U32, Damaged
from arenite.tflite.slots import ModelField, SignatureField, TensorMapField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Graph
    from arenite.tflite.flat import Table


def check_signatures(root: Table, graphs: Sequence[Graph]) -> None:
    """Check every index in the signatures of a model.

    Raises:
        Damaged: a signature names a graph or tensor that does not exist.
    """
    for position in root.tables(ModelField.SIGNATURE_DEFS):
        signature = root.image.table(position)
        key = signature.text(SignatureField.SIGNATURE_KEY)
        graph = signature.number(SignatureField.SUBGRAPH_INDEX, U32)
        if graph >= len(graphs):
            raise Damaged(f"signature {key!r} is for subgraph {graph}, but the model has {len(graphs)} subgraphs")
        tensors = len(graphs[graph].tensors)
        for slot in (SignatureField.INPUTS, SignatureField.OUTPUTS):
            for entry in signature.tables(slot):
                table = root.image.table(entry)
                name, tensor = table.text(TensorMapField.NAME), table.number(TensorMapField.TENSOR_INDEX, U32)
                if tensor >= tensors:
                    raise Damaged(
                        f"signature {key!r} binds {name!r} to tensor {tensor}, but subgraph {graph} has {tensors} tensors"
                    )
