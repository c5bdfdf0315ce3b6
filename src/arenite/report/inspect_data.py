"""An inspection as data: JSON values, and two tables for spreadsheets and scripts, operators.csv and tensors.csv."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from arenite.names import escaped
from arenite.report.arena import arena_as_json
from arenite.report.refusals import refusals_as_json
from arenite.report.validity import validity_as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arenite.search.inspection import InspectedGraph, InspectedOperator, InspectedTensor, Inspection

    Entry = InspectedOperator | InspectedTensor

OPERATORS = "operators.csv"
TENSORS = "tensors.csv"

OPERATOR_COLUMNS = (
    *("graph", "index", "name", "inputs", "outputs", "scope"),
    *("working_set_bytes", "input_bytes", "output_bytes", "bystander_bytes"),
    *("alive", "macs", "cannot_split"),
)
TENSOR_COLUMNS = (
    *("graph", "index", "name", "shape", "type", "bytes"),
    *("first", "last", "address", "constant", "variable"),
)
"""Columns of the tables. Behind the number of the graph, they are the keys in JSON."""


def as_json(inspection: Inspection) -> dict[str, Any]:
    """The inspection as JSON values; docs/json.md documents the keys."""
    return {
        "model": inspection.model,
        "target": inspection.target.name,
        "peak_bytes": inspection.peak_bytes,
        "peak_operator": inspection.peak_operator,
        "peak_tensors": list(inspection.peak_tensors),
        "lower_bound_bytes": inspection.lower_bound_bytes,
        "head_bytes": inspection.head_bytes,
        "arena": arena_as_json(inspection.arena),
        "cannot_run": refusals_as_json(inspection.refusals),
        "plan": None if inspection.plan is None else validity_as_json(inspection.plan),
        "weights_bytes": inspection.weights_bytes,
        "macs": inspection.macs,
        **_graph(inspection.main),
        "graphs": [{"name": graph.name, **_graph(graph)} for graph in inspection.graphs[1:]],
        "notes": list(inspection.notes),
    }


def _graph(graph: InspectedGraph) -> dict[str, Any]:
    return {
        "operators": [_entry(operator, OPERATOR_COLUMNS) for operator in graph.operators],
        "tensors": [_entry(tensor, TENSOR_COLUMNS) for tensor in graph.tensors],
    }


def _entry(entry: Entry, columns: Sequence[str]) -> dict[str, Any]:
    values = {key: getattr(entry, key) for key in columns[1:]}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def as_csv(inspection: Inspection) -> dict[str, str]:
    """File name -> content. Columns have the names of the JSON keys; lists are separated by spaces, shapes by `x`.

    JSON's null is empty, an omitted input is `-`. Graphs are numbered as in the file.
    """
    operators, tensors = ([getattr(graph, what) for graph in inspection.graphs] for what in ("operators", "tensors"))
    return {OPERATORS: _table(OPERATOR_COLUMNS, operators), TENSORS: _table(TENSOR_COLUMNS, tensors)}


def _table(columns: Sequence[str], graphs: Iterable[Iterable[Entry]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for number, entries in enumerate(graphs):
        writer.writerows((number, *_cells(entry, columns[1:])) for entry in entries)
    return text.getvalue()


def _cells(entry: Entry, keys: Sequence[str]) -> Iterator[object]:
    for key in keys:
        value = getattr(entry, key)
        if key == "name":
            yield escaped(value)
        elif isinstance(value, tuple):
            yield ("x" if key == "shape" else " ").join("-" if each is None else str(each) for each in value)
        else:
            yield str(value).lower() if isinstance(value, bool) else value
