"""Signature definitions: names by which an application finds the inputs and outputs of a graph.

They are not part of `Model`. They stay in the file, and their tensor numbers are updated when tensors move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.tflite.flat import U32, DamageError
from arenite.tflite.origin import origin_of
from arenite.tflite.read_operator import unpack
from arenite.tflite.sheet import refuse_unknown
from arenite.tflite.slots import ModelField, SignatureField, SubGraphField, TensorMapField

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.model import Graph, Model, Tensor
    from arenite.tflite.flat import Table
    from arenite.tflite.sheet import Sheet


def check_signatures(root: Table, graphs: Sequence[Graph]) -> None:
    """Check every index in the signatures of a model.

    Raises:
        DamageError: a signature names a graph or tensor that does not exist.
    """
    for signature in _signatures(root):
        key = signature.text(SignatureField.SIGNATURE_KEY)
        graph = signature.number(SignatureField.SUBGRAPH_INDEX, U32)
        if graph >= len(graphs):
            raise DamageError(f"signature {key!r} is for subgraph {graph}, but the model has {len(graphs)} subgraphs")
        tensors = len(graphs[graph].tensors)
        for entry in _entries(signature):
            name, tensor = entry.text(TensorMapField.NAME), entry.number(TensorMapField.TENSOR_INDEX, U32)
            if tensor >= tensors:
                known = f"subgraph {graph} has {tensors} tensors"
                raise DamageError(f"signature {key!r} binds {name!r} to tensor {tensor}, but {known}")


def signature_tensors(model: Model) -> frozenset[Tensor]:
    """Tensors that signatures name; normally they are inputs and outputs of their graph."""
    return frozenset(signature_names(model))


def signature_names(model: Model) -> dict[Tensor, set[str]]:
    """Tensors that signatures name, with these names."""
    origin = origin_of(model)
    if origin is None:
        return {}
    root = origin.table
    moves = _Moves(root, model)
    named: dict[Tensor, set[str]] = {}
    for table in _signatures(root):
        number = table.number(SignatureField.SUBGRAPH_INDEX, U32)
        moved, tensors = moves[number], model.graphs[number].tensors
        for entry in _entries(table):
            before = entry.number(TensorMapField.TENSOR_INDEX, U32)
            if before in moved:
                named.setdefault(tensors[moved[before]], set()).add(entry.text(TensorMapField.NAME) or "")
    return named


def signature_ends(root: Table) -> tuple[object, ...]:
    """The names in all signatures of a file, each with its places among the inputs and outputs of its graph.

    Numbers of tensors do not matter, so files with the same inputs and outputs have the same.
    """
    return tuple(_ends_of(signature, root) for signature in _signatures(root))


def _ends_of(signature: Table, root: Table) -> object:
    number = signature.number(SignatureField.SUBGRAPH_INDEX, U32)
    graph = root.image.table(root.tables(ModelField.SUBGRAPHS)[number])
    ends = graph.numbers(SubGraphField.INPUTS, "i"), graph.numbers(SubGraphField.OUTPUTS, "i")
    named = (
        (entry.text(TensorMapField.NAME), entry.number(TensorMapField.TENSOR_INDEX, U32))
        for entry in _entries(signature)
    )
    places = ((name, [[at for at, end in enumerate(side) if end == tensor] for side in ends]) for name, tensor in named)
    return signature.text(SignatureField.SIGNATURE_KEY), number, [(name, at) for name, at in places if any(at)]


def renumbered_signatures(root: Table, model: Model) -> Iterator[Table]:
    """Signatures whose tensors have new numbers, or have been removed."""
    moves = _Moves(root, model)
    return (table for table in _signatures(root) if not _stays(table, moves))


def signature_references(root: Table, model: Model, sheet: Sheet) -> tuple[int, ...]:
    """Build the signatures whose tensors have new numbers; returns references to all signatures.

    Raises:
        ModelError: a tensor that a signature names has been removed.
    """
    moves = _Moves(root, model)
    return tuple(_reference(table, moves, sheet) for table in _signatures(root))


def _reference(table: Table, moves: _Moves, sheet: Sheet) -> int:
    if _stays(table, moves):
        return sheet.reference(table.position)
    moved = moves[table.number(SignatureField.SUBGRAPH_INDEX, U32)]
    key = table.text(SignatureField.SIGNATURE_KEY)
    refuse_unknown(table.image, table.position, SignatureField.COUNT, f"signature {key!r}")
    signature = unpack("SignatureDef", table)
    for entry in [*(signature.inputs or ()), *(signature.outputs or ())]:
        if entry.tensorIndex not in moved:
            raise ModelError(f"{moves.model.name}: signature {key!r} needs tensor {entry.tensorIndex}, which is gone")
        entry.tensorIndex = moved[entry.tensorIndex]
    return int(signature.Pack(sheet.builder))


def _stays(signature: Table, moves: _Moves) -> bool:
    """Whether the tensors of a signature kept their numbers."""
    moved = moves[signature.number(SignatureField.SUBGRAPH_INDEX, U32)]
    numbers = (entry.number(TensorMapField.TENSOR_INDEX, U32) for entry in _entries(signature))
    return all(moved.get(number) == number for number in numbers)


def _signatures(root: Table) -> Iterator[Table]:
    """All signatures of a file."""
    return map(root.image.table, root.tables(ModelField.SIGNATURE_DEFS))


def _entries(signature: Table) -> Iterator[Table]:
    for slot in (SignatureField.INPUTS, SignatureField.OUTPUTS):
        yield from map(signature.image.table, signature.tables(slot))


class _Moves(dict[int, dict[int, int]]):
    """New tensor numbers by old ones, for each source graph; computed on the first request for the graph."""

    def __init__(self, root: Table, model: Model) -> None:
        super().__init__()
        self._root = root
        self._graphs = root.tables(ModelField.SUBGRAPHS)
        self.model = model

    def __missing__(self, number: int) -> dict[int, int]:
        image = self._root.image
        positions = image.table(self._graphs[number]).tables(SubGraphField.TENSORS)
        graph = self.model.graphs[number]
        numbers = {tensor: now for now, tensor in enumerate(graph.tensors)}
        moved: dict[int, int] = {}
        # Inputs and outputs come first: what rewrites make of them, such as rows, has the same origin.
        for tensor in (*graph.inputs, *graph.outputs, *graph.tensors):
            origin = origin_of(tensor)
            # A tensor from another graph has a number too, but a number of that graph.
            if (
                origin is not None
                and origin.image is image
                and positions[origin.index : origin.index + 1] == (origin.position,)
            ):
                moved.setdefault(origin.index, numbers[tensor])
        self[number] = moved
        return moved
