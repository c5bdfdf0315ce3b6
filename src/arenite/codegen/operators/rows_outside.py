"""SLICE and CONCATENATION that take rows of an input from the application, or hand rows of an output to it."""

from __future__ import annotations

from arenite.codegen.program import Call
from arenite.codegen.unit import Unit, require
from arenite.model import Operator, Outside
from arenite.operators.rows_outside import rows_read, rows_written


def is_outside(operator: Operator) -> bool:
    """Whether an operator has an input or output that comes or goes in rows."""
    return any(
        tensor is not None and tensor.outside is Outside.ROWS for tensor in (*operator.inputs, *operator.outputs)
    )


def rows_outside(unit: Unit, operator: Operator) -> None:
    """The call of the application's function, which gets the first row, the number of rows, and their place."""
    read, written = rows_read(operator), rows_written(operator)
    taken = read or written
    require(taken is not None, "it does more with rows that come from outside than to take them once")
    assert taken is not None
    place = unit.target(operator.outputs[0]) if read else unit.pointer(operator.input(-1))
    arguments = taken.first, taken.end - taken.first, place
    unit.calls.append(Call(unit.index, "", arguments, checked=True, application=unit.rows[taken.whole]))
