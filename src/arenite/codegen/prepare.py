"""A model as it is laid out and written: in an order that can be executed, without what disappears in C."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.generated_c.folding import folded
from arenite.codegen.int4 import unpacked_model
from arenite.formulate.order import file_order

if TYPE_CHECKING:
    from arenite.model import Graph, Model


def executable(model: Model) -> Model:
    """The model with its operators after those whose results they read, else as they are filed; often the same object.

    Raises:
        ModelError: operators need each other's results in a circle.
    """
    graphs = tuple(map(_in_order, model.graphs))
    return model if graphs == model.graphs else replace(model, graphs=graphs)


def _in_order(graph: Graph) -> Graph:
    order, operators = file_order(graph), graph.operators
    if order == tuple(range(len(operators))):
        return graph
    return replace(graph, operators=tuple(operators[index] for index in order))


def prepared(model: Model) -> Model:
    """What is laid out and written of a model: executable, without what disappears, and with weights as bytes."""
    return unpacked_model(folded(executable(model)))
