"""An inspection as two tables for spreadsheets and scripts: operators.csv and tensors.csv."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from arenite.names import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arenite.search.inspection import Inspection

OPERATORS = "operators.csv"
TENSORS = "tensors.csv"

OPERATOR_COLUMNS = (
    "graph",
    "index",
    "name",
    "inputs",
    "outputs",
    "scope",
    "working_set_bytes",
    "input_bytes",
    "output_bytes",
    "bystander_bytes",
    "alive",
    "macs",
    "cannot_split",
)
TENSOR_COLUMNS = (
    "graph",
    "index",
    "name",
    "shape",
    "type",
    "bytes",
    "first",
    "last",
    "address",
    "constant",
    "variable",
)


def as_csv(inspection: Inspection) -> dict[str, str]:
    """File name -> content. Columns have the names of the JSON keys; lists are separated by spaces, shapes by `x`.

    JSON's null is empty, an omitted input is `-`. Graphs are numbered as in the file.
    """
    return {
        OPERATORS: _table(OPERATOR_COLUMNS, _operators(inspection)),
        TENSORS: _table(TENSOR_COLUMNS, _tensors(inspection)),
    }


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _operators(inspection: Inspection) -> Iterable[Sequence[object]]:
    for number, graph in enumerate(inspection.graphs):
        for operator in graph.operators:
            yield (
                number,
                operator.index,
                escaped(operator.name),
                _list(operator.inputs),
                _list(operator.outputs),
                operator.scope,
                operator.working_set_bytes,
                operator.input_bytes,
                operator.output_bytes,
                operator.bystander_bytes,
                _list(operator.alive),
                operator.macs,
                operator.cannot_split or "",
            )


def _tensors(inspection: Inspection) -> Iterable[Sequence[object]]:
    for number, graph in enumerate(inspection.graphs):
        for tensor in graph.tensors:
            yield (
                number,
                tensor.index,
                escaped(tensor.name),
                "x".join(map(str, tensor.shape)),
                tensor.type,
                tensor.bytes,
                *("" if value is None else value for value in (tensor.first, tensor.last, tensor.address)),
                _flag(tensor.constant),
                _flag(tensor.variable),
            )


def _list(indices: Sequence[int | None]) -> str:
    return " ".join("-" if index is None else str(index) for index in indices)


def _flag(value: bool) -> str:
    return "true" if value else "false"
