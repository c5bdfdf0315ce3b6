"""Checks the bytes of a written file: reads them again and compares each part with the model.

The writer patches bytes of its source and moves tables. If tables overlap, either step can change a third table. No
known converter writes overlapping tables, but the format does not forbid them. Signatures are not part of a model: they
are compared with those of its source.
"""

from __future__ import annotations

import struct
from itertools import chain
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.tflite.origin import origin_of
from arenite.tflite.read import read_bytes
from arenite.tflite.signatures import signature_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arenite.model import Data, Graph, Model, Operator, Tensor

    Number = Callable[[Tensor], int]


def read_back(content: bytes, model: Model) -> Model:
    """What the reader makes of a file, after it was compared with the model for which the file was written.

    Raises:
        ModelError: the file cannot be read or differs; the message names the part.
    """
    try:
        found = read_bytes(content, model.name)
    except ModelError as error:
        raise ModelError(f"{error}; that is what came of rewriting it, so nothing was written") from None
    differing = next(_differences(model, found), None)
    if differing is not None:
        raise ModelError(
            f"{model.name}: {differing} would say something else in the file to write, for tables of the source "
            "overlap or it holds what the format has no room for; nothing was written"
        )
    if _other_signatures(model, found):
        raise ModelError(
            f"{model.name}: the signatures of the file to write name other inputs or outputs than those of the source, "
            "which is a defect of Arenite; please report this model; nothing was written"
        )
    return found


def _differences(meant: Model, found: Model) -> Iterator[str]:
    if meant.description != found.description or len(meant.graphs) != len(found.graphs):
        yield "the model"
    same = _Contents()
    if [entry.name for entry in meant.metadata] != [entry.name for entry in found.metadata]:
        yield "the metadata"
    if (meant.plan, meant.target) != (found.plan, found.target):
        yield "the memory plan"
    for entry, other in zip(meant.metadata, found.metadata, strict=False):
        if not same(entry.data, other.data):
            yield f"metadata entry {entry.name!r}"
    for number, (graph, reread) in enumerate(zip(meant.graphs, found.graphs, strict=False)):
        yield from (f"{part} of subgraph {number}" for part in _in_graph(graph, reread, same))


def _other_signatures(meant: Model, found: Model) -> bool:
    """Whether some name of a signature has not stayed with its input or output; tensors may get other numbers."""
    source, written = origin_of(meant), origin_of(found)
    return source is not None and written is not None and signature_ends(source.table) != signature_ends(written.table)


def _in_graph(meant: Graph, found: Graph, same: _Contents) -> Iterator[str]:
    if (meant.name, len(meant.tensors), len(meant.operators)) != (found.name, len(found.tensors), len(found.operators)):
        yield "the table"
        return
    for index, (tensor, other) in enumerate(zip(meant.tensors, found.tensors, strict=True)):
        if _facts(tensor) != _facts(other) or not same(tensor.data, other.data):
            yield f"tensor {index}"
    ours, theirs = ({tensor: i for i, tensor in enumerate(graph.tensors)}.__getitem__ for graph in (meant, found))
    for what, wanted, given in (("inputs", meant.inputs, found.inputs), ("outputs", meant.outputs, found.outputs)):
        if [*map(ours, wanted)] != [*map(theirs, given)]:
            yield f"the {what}"
    for index, (operator, reread) in enumerate(zip(meant.operators, found.operators, strict=True)):
        if _ends(operator, ours) != _ends(reread, theirs) or not _same_options(operator, reread):
            yield f"operator {index} ({operator.label})"


def _facts(tensor: Tensor) -> object:
    steps = tensor.quantization
    if steps is not None and steps.scale:
        quantization = (struct.pack(f"<{len(steps.scale)}f", *steps.scale), tuple(steps.zero_point), steps.dimension)
    else:
        quantization = None
    return tensor.name, tuple(tensor.shape), tensor.type, tensor.variable, quantization


def _ends(operator: Operator, number: Number) -> object:
    tensors = chain(operator.inputs, (None,), operator.outputs, (None,), operator.intermediates)
    numbers = [None if tensor is None else number(tensor) for tensor in tensors]
    kind = (operator.code, operator.custom_code or None, operator.version, operator.graphs)
    return kind, len(operator.inputs), len(operator.outputs), numbers


def _same_options(meant: Operator, found: Operator) -> bool:
    """Whether all options of `meant` are in `found`; a program may leave out options with a default."""
    if meant.options == found.options:
        return True
    return all(name in found.options and _plain(found.options[name]) == _plain(v) for name, v in meant.options.items())


def _plain(value: object) -> object:
    """A value as a file stores it: floats in 32 bits."""
    if isinstance(value, float):
        return struct.pack("<f", value)
    return tuple(map(_plain, value)) if isinstance(value, tuple | list) else value


class _Contents:
    """Compares contents; each pair of contents that many tensors share is compared once."""

    def __init__(self) -> None:
        self._same: set[tuple[Data, Data]] = set()

    def __call__(self, meant: Data | None, found: Data | None) -> bool:
        if meant is None or found is None:
            return meant is found
        if (meant, found) in self._same:
            return True
        if len(meant) != len(found) or bytes(meant.content) != bytes(found.content):
            return False
        self._same.add((meant, found))
        return True
