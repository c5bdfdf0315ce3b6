"""Whether the writer would lose parts of a file: fields that are newer than the installed schema.

Unchanged tables stay in the source with all their fields. A changed table is built again from the fields in the
schema. The writer refuses to rebuild a table with other fields; `loses_fields` predicts such a refusal without writing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.tflite.origin import changed_fields, origin_of, original_of
from arenite.tflite.signatures import renumbered_signatures
from arenite.tflite.slots import ModelField, OperatorField, SignatureField, SubGraphField, TensorField
from arenite.tflite.write_operator import has_newer_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from arenite.model import Graph, Model, Operator, Tensor
    from arenite.tflite.flat import Table
    from arenite.tflite.origin import T

_KIND = frozenset({"code", "custom_code", "version", "options", "graphs"})
"""Fields of an operator that are in its table, apart from the numbers of its tensors."""


def loses_fields(model: Model) -> bool:
    """Whether writing this model would rebuild a source table that has fields unknown to the schema.

    The root is rebuilt if any graph is. Objects created by a program have no fields to lose.
    """
    origin = origin_of(model)
    graphs = [graph for graph in model.graphs if changed_fields(graph)]
    if origin is None or not graphs:
        return False
    if origin.table.fields_beyond(ModelField.COUNT):
        return True
    renumbered = renumbered_signatures(origin.table, model)
    return any(table.fields_beyond(SignatureField.COUNT) for table in renumbered) or any(map(_graph_loses, graphs))


def _graph_loses(graph: Graph) -> bool:
    return (
        any(table.fields_beyond(SubGraphField.COUNT) for table in _changed((graph,)))
        or any(table.fields_beyond(TensorField.COUNT) for table in _changed(graph.tensors))
        or any(table.fields_beyond(OperatorField.COUNT) or has_newer_options(table) for table in _operators(graph))
    )


def _changed(things: Iterable[T]) -> Iterator[Table]:
    """Source tables of objects that were read from a file and have changed since."""
    for each in things:
        origin = origin_of(each)
        if origin is not None and changed_fields(each):
            yield origin.table


def _operators(graph: Graph) -> Iterator[Table]:
    """Source tables of operators that have changed since they were read, or whose tensors have new numbers."""
    original = original_of(graph)
    numbers = _numbers(graph)
    before = _numbers(original) if original is not None else {}
    for operator in graph.operators:
        origin, read = origin_of(operator), original_of(operator)
        if origin is None:
            continue
        if (
            read is None
            or _KIND.intersection(changed_fields(operator))
            or _ends(operator, numbers) != _ends(read, before)
        ):
            yield origin.table


def _numbers(graph: Graph) -> Mapping[Tensor, int]:
    return {tensor: number for number, tensor in enumerate(graph.tensors)}


def _ends(operator: Operator, numbers: Mapping[Tensor, int]) -> object:
    ends = (operator.inputs, operator.outputs, operator.intermediates)
    return [[None if tensor is None else numbers.get(tensor) for tensor in tensors] for tensors in ends]
