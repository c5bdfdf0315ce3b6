"""READ_VARIABLE and ASSIGN_VARIABLE: copies from and to state that is kept between inferences."""

from __future__ import annotations

from arenite.backends.generated_c.kept import LONGEST_PERIOD, period
from arenite.codegen.program import Address, Pause
from arenite.codegen.unit import Unit, require, tensors
from arenite.model import ElementType, Operator


def nothing(_: Unit, __: Operator) -> None:
    """CALL_ONCE and VAR_HANDLE: no call."""


def read_variable(unit: Unit, operator: Operator) -> None:
    """READ_VARIABLE; idle if the value lies in the variable."""
    (handle,), value = tensors(operator, 1), operator.outputs[0]
    place = Address(unit.offsets[handle], "void")
    unit.call("move", unit.target(value), place, value.bytes, idle=unit.distance(value, handle) == 0)


def circular_buffer(unit: Unit, operator: Operator) -> None:
    """CIRCULAR_BUFFER: a row [1, 1, width, depth] -> the latest rows [1, rows, width, depth], oldest first.

    The inference ends after this operator until it has received as many rows as the period says.
    """
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(source.type is output.type is ElementType.INT8, "there is no kernel for these types")
    fit = len(source.shape) == len(output.shape) == 4 and source.shape[:2] == (1, 1) and output.shape[0] == 1
    require(fit and source.shape[2:] == output.shape[2:], "the shapes do not fit")
    times = period(operator)
    require(times <= LONGEST_PERIOD, f"it waits for {times} inferences, more than {LONGEST_PERIOD}")
    row, last = source.bytes, output.bytes - source.bytes
    if last:
        unit.call("move", unit.target(output), unit.pointer(output, extra=row), last)
    unit.call("move", unit.target(output, extra=last), unit.pointer(source), row)
    if times > 1:
        unit.calls.append(Pause(unit.index, unit.counters[operator], times))


def assign_variable(unit: Unit, operator: Operator) -> None:
    """ASSIGN_VARIABLE."""
    handle, value = tensors(operator, 2)
    unit.call("move", Address(unit.offsets[handle], "void", writable=True), unit.pointer(value), value.bytes)
