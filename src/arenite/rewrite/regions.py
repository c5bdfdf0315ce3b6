"""Common parts of regions of all kinds: members, their ends, and the graph around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from arenite.errors import OptionError
from arenite.operators.state import has_state
from arenite.tflite.metadata import CONTROL_EDGES_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from arenite.model import Graph, Model, Operator, Tensor

R = TypeVar("R")


class CannotSplitError(Exception):
    """Reason why an operator cannot be split: a clause that follows its name, such as "has several outputs"."""


def rule_of(operator: Operator, rules: Mapping[str, R], reasons: Mapping[str, str], part: str) -> R:
    """The rule of an operator's kind.

    Args:
        reasons: reasons why known kinds without a rule cannot be split.
        part: the unit of the split, "row" or "channel".

    Raises:
        CannotSplitError: the kind has no rule, or the operator has state, or it does not have exactly one output.
    """
    if operator.code not in rules and operator.code in reasons:
        raise CannotSplitError(reasons[operator.code])
    if has_state(operator):
        raise CannotSplitError("keeps state, runs other graphs, or is not known")
    if operator.code not in rules:
        raise CannotSplitError(f"is not known to work {part} by {part}")
    if len(operator.outputs) != 1 or not operator.inputs or operator.intermediates:
        raise CannotSplitError("has not one output")
    return rules[operator.code]


def reason_of(rule: Callable[[Operator], object], operator: Operator) -> str | None:
    """Why an operator has no rule, as text; None if it has one."""
    try:
        rule(operator)
    except CannotSplitError as reason:
        return str(reason)
    return None


def ruled(model: Model, members: Sequence[Operator], rule: Callable[[Operator], R], done: str) -> dict[Operator, R]:
    """The rule of each operator of a region.

    Raises:
        OptionError: an operator has no rule; `done` completes the message "cannot be ...".
    """
    for operator in members:
        reason = reason_of(rule, operator)
        if reason is not None:
            raise OptionError(f"{model.name}: {where(operator)} cannot be {done}: it {reason}")
    return {operator: rule(operator) for operator in members}


def members_of(model: Model, operators: Iterable[Operator]) -> tuple[Operator, ...]:
    """The given operators of the main graph, in file order.

    Raises:
        OptionError: there are no operators, or one of them is not in the main graph.
    """
    chosen = set(operators)
    members = tuple(operator for operator in model.main.operators if operator in chosen)
    if not members or len(members) != len(chosen):
        raise OptionError(f"{model.name}: a region needs operators, all of them of the main graph")
    return members


@dataclass(frozen=True, eq=False)
class Members:
    """Operators of a model's main graph that are split together, in file order, and their ends (`ends_of`).

    Attributes:
        operators: the operators.
        inputs: tensors that they read and none of them computes, without constants.
        outputs: results that other operators read or that the graph returns, in the order in which they are computed.
        inner: the remaining results.
    """

    operators: tuple[Operator, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    inner: tuple[Tensor, ...]


def ends_of(
    graph: Graph, members: Sequence[Operator]
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Inputs, outputs and inner results of operators of a graph, as `Members` have them."""
    inside = set(members)
    asked: set[Tensor | None] = set(graph.outputs)
    for operator in graph.operators:
        if operator not in inside:
            asked.update(operator.inputs, operator.outputs)
    results = [tensor for operator in members for tensor in operator.outputs]
    made = set(results)
    read = (tensor for operator in members for tensor in operator.inputs if tensor is not None and tensor.data is None)
    return (
        tuple(dict.fromkeys(tensor for tensor in read if tensor not in made)),
        tuple(tensor for tensor in results if tensor in asked),
        tuple(tensor for tensor in results if tensor not in asked),
    )


def check_results(model: Model, outputs: Sequence[Tensor], made: set[Tensor]) -> None:
    """Check the results of a region; `outputs` are those that something outside the region needs.

    Raises:
        OptionError: nothing outside needs a result, or a result has a second writer.
    """
    if not outputs:
        raise OptionError(f"{model.name}: nothing needs the results of the region")
    writers = [tensor for operator in model.main.operators for tensor in operator.outputs if tensor in made]
    if len(writers) != len(made) or made.intersection(model.main.inputs):
        raise OptionError(f"{model.name}: a result of the region is written more than once")


def check_order_is_free(model: Model) -> None:
    """Check that the file does not fix the order of its operators by control edges.

    Raises:
        OptionError: the file has control edges.
    """
    if model.main.control_edges:
        raise OptionError(
            f"{model.name}: the file asks for an order of operators, in its metadata entry {CONTROL_EDGES_NAME}"
        )


def where(operator: Operator) -> str:
    """Kind of an operator and name of its first output, for messages."""
    return f"{operator.label} of {operator.outputs[0].name!r}" if operator.outputs else operator.label


def in_parts(model: Model, members: Members, operators: tuple[Operator, ...], tensors: Iterable[Tensor]) -> Model:
    """The model with these operators in its main graph, in place of the members and all others; it has no plan.

    Tensors that only the members used are gone. `tensors`: those to add.
    """
    graph = model.main
    suspects = {tensor for operator in members.operators for tensor in (*operator.inputs, *operator.outputs)}
    suspects.difference_update(graph.inputs, graph.outputs)
    for operator in operators:
        suspects.difference_update(operator.inputs, operator.outputs, operator.intermediates)
    kept = dict.fromkeys((*(tensor for tensor in graph.tensors if tensor not in suspects), *tensors))
    new = replace(graph, operators=operators, tensors=tuple(kept))
    return replace(model, graphs=(new, *model.graphs[1:]), plan=None, target=None)
