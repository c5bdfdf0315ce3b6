"""What all kinds of regions have in common: their operators, what they make, and what is left without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.tflite.control_edges import CONTROL_EDGES_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from arenite.model import Graph, Model, Operator, Tensor


def members_of(model: Model, operators: Iterable[Operator]) -> tuple[Operator, ...]:
    """These operators of the main graph, in the order of the file.

    Raises:
        OptionError: there are none, or one of them is not in the main graph.
    """
    chosen = set(operators)
    members = tuple(operator for operator in model.main.operators if operator in chosen)
    if not members or len(members) != len(chosen):
        raise OptionError(f"{model.name}: a region needs operators, all of them of the main graph")
    return members


def asked_for(graph: Graph, members: Collection[Operator]) -> set[Tensor | None]:
    """What the graph returns, and what its other operators read or write."""
    others = (operator for operator in graph.operators if operator not in members)
    return {*graph.outputs, *(tensor for operator in others for tensor in (*operator.inputs, *operator.outputs))}


def check_results(model: Model, outputs: Sequence[Tensor], made: set[Tensor]) -> None:
    """Check what a region makes, of which others ask for `outputs`.

    Raises:
        OptionError: nothing asks for anything, or a result has another writer as well.
    """
    if not outputs:
        raise OptionError(f"{model.name}: nothing needs the results of the region")
    writers = [tensor for operator in model.main.operators for tensor in operator.outputs if tensor in made]
    if len(writers) != len(made) or made.intersection(model.main.inputs):
        raise OptionError(f"{model.name}: a result of the region is written more than once")


def check_order_is_free(model: Model) -> None:
    """Check that the file does not ask for an order of its operators by their numbers.

    Raises:
        OptionError: it does.
    """
    if model.main.control_edges:
        raise OptionError(
            f"{model.name}: the file asks for an order of operators, in its metadata entry {CONTROL_EDGES_NAME}"
        )


def where(operator: Operator) -> str:
    """An operator's kind and the name of what it makes, for messages."""
    return f"{operator.label} of {operator.outputs[0].name!r}" if operator.outputs else operator.label


def still_used(graph: Graph, gone: Sequence[Operator], operators: Sequence[Operator]) -> list[Tensor]:
    """The tensors of a graph without those that only the operators which are gone used."""
    suspects = {tensor for operator in gone for tensor in (*operator.inputs, *operator.outputs)}
    suspects.difference_update(graph.inputs, graph.outputs)
    for operator in operators:
        suspects.difference_update(operator.inputs, operator.outputs, operator.intermediates)
    return [tensor for tensor in graph.tensors if tensor not in suspects]
