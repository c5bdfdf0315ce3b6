"""Reasons why parts of a model cannot be expressed in C."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from arenite.backends.generated_c.kept import run_graphs
from arenite.codegen.control import control_obstacles
from arenite.codegen.description import kinds
from arenite.codegen.operators.registry import lowering, outputs_fit
from arenite.codegen.prepare import unpacked
from arenite.codegen.reset import ACCESSES, variable_obstacles
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit
from arenite.errors import UnsupportedError
from arenite.model import ElementType, Model, Operator, Tensor
from arenite.operators.liveness import PLANNED_CONTROL_FLOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


SHAPES: Mapping[str, int] = MappingProxyType({"BROADCAST_TO": 1, "FILL": 0, "RESHAPE": 1})
"""Positions of inputs that say the output's shape, by operator kind."""


def check_operators(model: Model) -> None:
    """Lower every operator on a dummy layout, before a real layout is searched.

    Raises:
        UnsupportedError: a part of the model cannot be expressed in C; the message names the first reason.
    """
    places = {
        operator: f"{index} of graph {graph.name!r}" if graph is not model.main else str(index)
        for graph in run_graphs(model)
        for index, operator in enumerate(graph.operators)
    }
    unsupported = ((operator, why) for operator in places if (why := why_not(operator)) is not None)
    obstacles = (*control_obstacles(model), *variable_obstacles(model))
    problems = [
        *(f"operator {places[operator]} ({kinds(operator)}): {why}" for operator, why in unsupported),
        *_ports(model),
        *(f"operator {places[operator]} ({kinds(operator)}): {obstacle}" for operator, obstacle in obstacles),
    ]
    if problems:
        others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UnsupportedError(f"{model.name} cannot be exported to C: {problems[0]}{others}; nothing was written")


def _ports(model: Model) -> Iterator[str]:
    """Messages about inputs and outputs of the model that cannot lie in an arena."""
    for what, tensors in (("input", model.main.inputs), ("output", model.main.outputs)):
        for tensor in tensors:
            if tensor.type not in TYPES or tensor.data is not None or not tensor.bytes:
                yield f"{what} {tensor.name!r} ({tensor.type.name}): must be computed, and not empty"
    operators = (operator for graph in run_graphs(model) for operator in graph.operators)
    handles = {tensor for operator in operators if operator.code == "VAR_HANDLE" for tensor in operator.outputs}
    for tensor in model.main.outputs:
        if tensor in handles:
            yield f"output {tensor.name!r} ({tensor.type.name}): is a handle of a variable, which has no content"


def why_not(operator: Operator) -> str | None:
    """Why an operator cannot be expressed in C, as text; None if it can. Tries the lowering on a dummy layout."""
    operator = unpacked(operator)
    lower = lowering(operator)
    if lower is None and operator.code not in PLANNED_CONTROL_FLOW:
        return "there is no kernel for it"
    if lower is not None and not outputs_fit(operator):
        return f"the number of outputs, {len(operator.outputs)}, is not that of its kind"
    for tensor in (*_read(operator), *operator.outputs):
        if tensor is not None and not (operator.code in ACCESSES and tensor.type is ElementType.RESOURCE):
            why = _why_no_array(tensor)
            if why is not None:
                return why
    try:
        if lower is not None:  # control flow is checked by `control.control_obstacles`
            lower(Unit(_Anywhere(), scratch=_Anywhere(), counters=_Anywhere()), operator)
    except UnsupportedError as error:
        return str(error)
    return None


def _read(operator: Operator) -> Iterator[Tensor | None]:
    """Inputs but shapes, which C takes from the output; a shape of no dimensions is empty."""
    shape = SHAPES.get(operator.code)
    yield from (tensor for position, tensor in enumerate(operator.inputs) if position != shape)


def _why_no_array(tensor: Tensor) -> str | None:
    """Why a tensor cannot be an array in C, as text; None if it can."""
    if tensor.type not in TYPES or not tensor.bytes:
        return f"{tensor.name!r} {'has a type C has not' if tensor.bytes else 'is empty'}"
    if tensor.data is not None and len(tensor.data) < tensor.bytes:
        return f"{tensor.name!r} holds fewer values than its shape says: it is packed or sparse"
    return None


_Key = TypeVar("_Key")


class _Anywhere(dict[_Key, int]):
    """A dummy layout: every tensor, and every scratch, has its own address."""

    def __missing__(self, key: _Key) -> int:
        self[key] = len(self)
        return self[key]
