"""READ_VARIABLE and ASSIGN_VARIABLE: copies from and to what is kept between inferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.unit import tensors

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator

NO_CALL = frozenset({"CALL_ONCE", "VAR_HANDLE"})
"""Operators that do nothing in an inference: one names a variable, the other is what resetting does."""


def nothing(_: Unit, __: Operator) -> None:
    """CALL_ONCE and VAR_HANDLE."""


def read_variable(unit: Unit, operator: Operator) -> None:
    """READ_VARIABLE, idle where the value may lie in the variable itself."""
    (handle,), value = tensors(operator, 1), operator.outputs[0]
    place = f"(const void *)(arena + {unit.offsets[handle]})"
    unit.call("move", unit.target(value), place, value.bytes, idle=unit.offsets[value] == unit.offsets[handle])


def assign_variable(unit: Unit, operator: Operator) -> None:
    """ASSIGN_VARIABLE."""
    handle, value = tensors(operator, 2)
    unit.call("move", f"(void *)(arena + {unit.offsets[handle]})", unit.pointer(value), value.bytes)
