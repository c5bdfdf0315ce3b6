"""READ_VARIABLE and ASSIGN_VARIABLE: copies from and to state that is kept between inferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.program import Address
from arenite.codegen.unit import require, tensors
from arenite.model import ElementType
from arenite.tflite.custom_options import custom_options

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator

EVERY_ROW = frozenset({5, 13, 25})
"""Numbers of rows for which TFLM uses a period of 1 if a CIRCULAR_BUFFER has none (circular_buffer_common.cc)."""


def nothing(_: Unit, __: Operator) -> None:
    """CALL_ONCE and VAR_HANDLE: no call."""


def read_variable(unit: Unit, operator: Operator) -> None:
    """READ_VARIABLE; idle if the value lies in the variable."""
    (handle,), value = tensors(operator, 1), operator.outputs[0]
    place = Address(unit.offsets[handle], "void")
    unit.call("move", unit.target(value), place, value.bytes, idle=unit.distance(value, handle) == 0)


def circular_buffer(unit: Unit, operator: Operator) -> None:
    """CIRCULAR_BUFFER: a row [1, 1, width, depth] -> the latest rows [1, rows, width, depth], oldest first.

    TFLM ends an inference after this operator until it has received as many rows as the period says. Generated C always
    runs the following operators. Without a period TFLM derives one from the number of rows (CircularBufferPrepare).
    """
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(source.type is output.type is ElementType.INT8, "there is no kernel for these types")
    fit = len(source.shape) == len(output.shape) == 4 and source.shape[:2] == (1, 1) and output.shape[0] == 1
    require(fit and source.shape[2:] == output.shape[2:], "the shapes do not fit")
    period = custom_options(operator).get("cycles_max", 0)
    if period <= 0:
        period = 1 if output.shape[1] in EVERY_ROW else 2
    require(period == 1, f"it lets only one inference in {period} run to its end")
    row, last = source.bytes, output.bytes - source.bytes
    if last:
        unit.call("move", unit.target(output), unit.pointer(output, extra=row), last)
    unit.call("move", unit.target(output, extra=last), unit.pointer(source), row)


def assign_variable(unit: Unit, operator: Operator) -> None:
    """ASSIGN_VARIABLE."""
    handle, value = tensors(operator, 2)
    unit.call("move", Address(unit.offsets[handle], "void", writable=True), unit.pointer(value), value.bytes)
