"""A region: operators that are executed strip by strip together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.rewrite.strips.cut import CannotSplitError, Rule
from arenite.rewrite.strips.rows import Rows
from arenite.rewrite.strips.splittable import rule
from arenite.state import has_state
from arenite.tflite.control_edges import CONTROL_EDGES_NAME, read_control_edges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arenite.model import Graph, Model, Operator, Tensor


@dataclass(frozen=True, eq=False)
class Region:
    """Row-wise operators of a model's main graph, in the order of the file; made by `region_of`.

    `inputs` are what they read and none of them makes, constants left out; `outputs` are those of their results that
    others read or that the graph returns, in the order in which they are made; `inner` are the other results.
    """

    operators: tuple[Operator, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    inner: tuple[Tensor, ...]
    rules: Mapping[Operator, Rule] = field(repr=False)


def region_of(model: Model, operators: Iterable[Operator]) -> Region:
    """The region that consists of these operators of the main graph.

    Raises:
        OptionError: an operator is not in the main graph or cannot be split, or what is around the operators does not
            allow to execute them together.
    """
    graph = model.main
    chosen = set(operators)
    members = tuple(operator for operator in graph.operators if operator in chosen)
    if not members or len(members) != len(chosen):
        raise OptionError(f"{model.name}: a region needs operators, all of them of the main graph")
    made = {tensor for operator in members for tensor in operator.outputs}
    asked_for = set(graph.outputs)
    for operator in graph.operators:
        if operator not in chosen:
            asked_for.update(tensor for tensor in (*operator.inputs, *operator.outputs) if tensor is not None)
    results = [tensor for operator in members for tensor in operator.outputs]
    read = (tensor for operator in members for tensor in operator.inputs if tensor is not None and tensor.data is None)
    region = Region(
        operators=members,
        inputs=tuple(dict.fromkeys(tensor for tensor in read if tensor not in made)),
        outputs=tuple(tensor for tensor in results if tensor in asked_for),
        inner=tuple(tensor for tensor in results if tensor not in asked_for),
        rules={operator: _rule(model, operator) for operator in members},
    )
    _check(model, region, made)
    return region


def surroundings(graph: Graph, region: Region) -> tuple[tuple[Operator, ...], tuple[Operator, ...]]:
    """The other operators of the graph: those to run before the region, and those to run after it.

    Operators keep their order, but those that need a result of the region come after it.

    Raises:
        OptionError: an operator of the region needs what an operator after it makes, or operators with state would
            change places.
    """
    members, late = set(region.operators), set(region.outputs)
    before: list[Operator] = []
    after: list[Operator] = []
    left = len(members)
    for operator in graph.operators:
        if operator in members:
            left -= 1
            if any(tensor in late for tensor in operator.inputs if tensor not in region.outputs):
                raise OptionError(
                    f"{_where(operator)} needs a result of the region by way of an operator outside of it"
                )
        elif not left or any(tensor in late for tensor in operator.inputs):
            after.append(operator)
            late.update(operator.outputs)
        elif has_state(operator) and any(has_state(other) for other in after):
            raise OptionError(f"{_where(operator)} would change places with another operator that has state")
        else:
            before.append(operator)
    if left:
        raise OptionError(f"the region has operators that the graph {graph.name!r} does not have")
    if any(tensor in region.inputs for operator in after for tensor in operator.outputs):
        raise OptionError("the region reads what an operator makes that is filed after it")
    return tuple(before), tuple(after)


def _rule(model: Model, operator: Operator) -> Rule:
    try:
        return rule(operator)
    except CannotSplitError as reason:
        raise OptionError(f"{model.name}: {_where(operator)} cannot be split by rows: it {reason}") from None


def _check(model: Model, region: Region, made: set[Tensor]) -> None:
    if not region.outputs:
        raise OptionError(f"{model.name}: nothing needs the results of the region")
    writers = [tensor for operator in model.main.operators for tensor in operator.outputs if tensor in made]
    if len(writers) != len(made) or made.intersection(model.main.inputs):
        raise OptionError(f"{model.name}: a result of the region is written more than once")
    for operator in region.operators:
        reads = region.rules[operator](Rows(0, operator.outputs[0].shape[1])).reads
        for tensor, rows in zip(operator.inputs, reads, strict=True):
            if rows is None and tensor in made:
                raise OptionError(f"{model.name}: {_where(operator)} reads all of what another one of the region makes")
    if any(read_control_edges(model)[:1]):
        raise OptionError(f"{model.name}: the file asks for an order of operators, in {CONTROL_EDGES_NAME}")
    surroundings(model.main, region)


def _where(operator: Operator) -> str:
    return f"{operator.label} of {operator.outputs[0].name!r}" if operator.outputs else operator.label
