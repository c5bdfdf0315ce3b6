"""An inspection as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.report.arena import arena_as_json
from arenite.report.refusals import refusals_as_json
from arenite.report.validity import validity_as_json

if TYPE_CHECKING:
    from arenite.search.inspection import InspectedGraph, InspectedOperator, InspectedTensor, Inspection


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
        "operators": [_operator(operator) for operator in graph.operators],
        "tensors": [_tensor(tensor) for tensor in graph.tensors],
    }


def _operator(operator: InspectedOperator) -> dict[str, Any]:
    return {
        "index": operator.index,
        "name": operator.name,
        "inputs": list(operator.inputs),
        "outputs": list(operator.outputs),
        "scope": operator.scope,
        "working_set_bytes": operator.working_set_bytes,
        "input_bytes": operator.input_bytes,
        "output_bytes": operator.output_bytes,
        "bystander_bytes": operator.bystander_bytes,
        "alive": list(operator.alive),
        "macs": operator.macs,
        "cannot_split": operator.cannot_split,
    }


def _tensor(tensor: InspectedTensor) -> dict[str, Any]:
    return {
        "index": tensor.index,
        "name": tensor.name,
        "shape": list(tensor.shape),
        "type": tensor.type,
        "bytes": tensor.bytes,
        "first": tensor.first,
        "last": tensor.last,
        "address": tensor.address,
        "constant": tensor.constant,
        "variable": tensor.variable,
    }
