"""Inspection -> node data for Model Explorer: a color for each operator by the bytes that are alive while it runs.

    {"main": {"results": {"0": {"value": 55296}, "1": ...}, "gradient": [{"stop": 0, "bgColor": "#ffffff"}, ...]}}
      graph               operator: its position in the file

Model Explorer's own reader of `.tflite` files calls graphs and operators so (google-ai-edge/model-explorer).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from arenite.search.inspection import InspectedGraph, Inspection

_GRADIENT = ((0, "#ffffff"), (0.5, "#f6c177"), (1, "#e5534b"))
"""Share of the way from the least to the largest value, and color of the operator."""
_TEXT = "#000000"
"""Color of text on all of these: Model Explorer blends colors, and one between black and white could not be read."""


def node_data(found: Inspection) -> str:
    """The working set of every operator that runs, as the content of a JSON file."""
    graphs = {_name(graph, number): _graph(graph) for number, graph in enumerate(found.graphs)}
    return json.dumps({name: values for name, values in graphs.items() if values["results"]}, indent=1) + "\n"


def _name(graph: InspectedGraph, number: int) -> str:
    """What Model Explorer calls a graph: by its name, or by its number in the file."""
    return graph.name or (f"subgraph_{number}" if number else "main")


def _graph(graph: InspectedGraph) -> dict[str, Any]:
    results = {str(each.index): {"value": each.working_set_bytes} for each in graph.operators if each.scope >= 0}
    colors = [{"stop": stop, "bgColor": color, "textColor": _TEXT} for stop, color in _GRADIENT]
    return {"results": results, "gradient": colors}
