"""Operator kinds whose allocations in TFLM are known from its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.reference.scratch import scratch_is_known
from arenite.backends.reference.signal_tail import NOTHING, PARAMETERS, length_is_known
from arenite.backends.reference.tail import OP_DATA, RULES
from arenite.backends.tflm.structures import OPTIONS

if TYPE_CHECKING:
    from arenite.backends.instance import Instance

_NOTHING = """
    ASSIGN_VARIABLE BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO CEIL COS DYNAMIC_UPDATE_SLICE EXP EXPAND_DIMS FILL
    FLOOR FLOOR_DIV FLOOR_MOD LOG LOGICAL_AND LOGICAL_NOT LOGICAL_OR MAXIMUM MINIMUM NEG READ_VARIABLE REVERSE_V2 ROUND
    SIN SLICE SQRT SQUARE TRANSPOSE ZEROS_LIKE
"""
KEEP_NOTHING = frozenset(_NOTHING.split())
"""Operator kinds whose kernels allocate no tail."""


def is_known(kernel: Instance) -> bool:
    """Whether all tail allocations and scratch requests that TFLM makes for the operator are known."""
    label = kernel.operator.label
    tables = (OPTIONS, OP_DATA, RULES, PARAMETERS, KEEP_NOTHING, NOTHING)
    if not scratch_is_known(kernel.operator) or not length_is_known(kernel.operator):
        return False
    return any(label in table for table in tables)
