"""Initial values of variables: the calls that reset them, and the variables that generated C cannot have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.generated_c.kept import Kept, accesses, constants_once, kept, period, run_graphs
from arenite.codegen.program import Address, Call
from arenite.codegen.types import INT8
from arenite.model import ElementType, Model, Operator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.codegen.unit import Unit

ACCESSES = frozenset({"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"})
"""Operators that read or produce the handle of a variable."""


def reset_calls(unit: Unit, model: Model, variables: Kept, base: int) -> tuple[Call, ...]:
    """Calls that set every variable to its initial value; `base` is the arena offset of the variables."""
    unit.label, unit.calls = "variables", []
    content = _first_content(model, variables)
    if variables.size:
        common = max(set(content), key=content.count)
        _fill(unit, common, base, variables.size)
        places = {*variables.variables.values(), *variables.flags.values()}
        for variable in sorted(places, key=lambda variable: variable.offset):
            part = bytes(content[variable.offset : variable.offset + variable.size])
            if part == bytes([common]) * variable.size:
                continue
            if part == part[:1] * variable.size:
                _fill(unit, part[0], base + variable.offset, variable.size)
            else:
                place = Address(base + variable.offset, "void", writable=True)
                unit.call("move", place, unit.array(INT8, part, "first values"), variable.size)
    return tuple(call for call in unit.calls if isinstance(call, Call))


def _fill(unit: Unit, byte: int, offset: int, size: int) -> None:
    place = Address(offset, "void", writable=True)
    unit.call("fill", unit.array(INT8, bytes([byte]), "first value"), 1, size, place)


def _first_content(model: Model, variables: Kept) -> bytearray:
    """Initial bytes of all variables after each CALL_ONCE that only assigns constants; flags are 0."""
    content = bytearray(variables.size)
    for variable in variables.variables.values():
        content[variable.offset : variable.offset + variable.size] = bytes([variable.filling]) * variable.size
    for operator in constants_once(model):
        for handle, value in accesses(model.graphs[operator.graphs[0]]):
            place = variables.variables[handle]
            assert value.data is not None
            content[place.offset : place.offset + place.size] = bytes(value.data.content)[: value.bytes]
    return content


def variable_obstacles(model: Model) -> Iterator[tuple[Operator, str]]:
    """Operators with variables that cannot be expressed in C, each with the reason as text."""
    variables = kept(model).variables
    for graph in run_graphs(model):
        if graph is not model.main:
            waiting = (each for each in graph.operators if each.label == "CIRCULAR_BUFFER" and period(each) > 1)
            yield from ((each, "it may end an inference in the main graph only") for each in waiting)
        for operator in graph.operators:
            tensors = [tensor for tensor in (*operator.inputs, *operator.outputs) if tensor is not None]
            handles = [tensor for tensor in tensors if tensor.type is ElementType.RESOURCE]
            if handles and operator.code not in ACCESSES:
                yield operator, "there is no kernel for it"
            elif operator.code != "VAR_HANDLE" and any(handle not in variables for handle in handles):
                yield operator, "its variable has no name"
        for handle, value in accesses(graph):
            if handle in variables and value.bytes != variables[handle].size:
                readers = (reader for reader in graph.operators if handle in reader.inputs)
                yield next(readers), "the variable is used in two sizes"
