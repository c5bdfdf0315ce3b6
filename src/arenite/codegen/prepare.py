"""A model in the form that is laid out and written: in an executable order, without what needs no C."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.sets import GENERATED_C
from arenite.codegen.int4 import unpacked_model
from arenite.formulate.order import file_order

if TYPE_CHECKING:
    from arenite.backends import Backend
    from arenite.model import Graph, Model


def executable(model: Model) -> Model:
    """Order operators after those whose results they read, else as in the file; the same object if nothing changes.

    Raises:
        ModelError: operators depend on each other in a cycle.
    """
    graphs = tuple(map(_in_order, model.graphs))
    return model if graphs == model.graphs else replace(model, graphs=graphs)


def _in_order(graph: Graph) -> Graph:
    order, operators = file_order(graph), graph.operators
    if order == tuple(range(len(operators))):
        return graph
    return replace(graph, operators=tuple(operators[index] for index in order))


def prepared(model: Model, kernels: Backend = GENERATED_C) -> Model:
    """The form of a model that is laid out and written: executable, as the kernels run it, and with int8 weights."""
    return kernels.as_run(unpacked_model(executable(model)))
