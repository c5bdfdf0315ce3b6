"""Which operators have an effect beyond their outputs, so that their order among each other must stay.

An operator that is not known to be pure counts as one with state: custom operators, control flow, calls, resources,
random numbers, delegates, recurrent layers, and whatever a later schema adds. VAR_HANDLE and HASHTABLE only name a
resource; reading and writing it is done by others.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.operators.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Operator

_FURTHER = """
    DILATE STABLEHLO_ABS STABLEHLO_ADD STABLEHLO_AND STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CBRT STABLEHLO_CLAMP
    STABLEHLO_COMPARE STABLEHLO_CONCATENATE STABLEHLO_CONVERT STABLEHLO_CONVOLUTION STABLEHLO_COSINE STABLEHLO_DIVIDE
    STABLEHLO_DOT_GENERAL STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR
    STABLEHLO_GATHER STABLEHLO_IOTA STABLEHLO_LOG STABLEHLO_LOGISTIC STABLEHLO_MAXIMUM STABLEHLO_MINIMUM
    STABLEHLO_MULTIPLY STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_PAD STABLEHLO_POWER STABLEHLO_REMAINDER
    STABLEHLO_RESHAPE STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SHIFT_LEFT STABLEHLO_SLICE STABLEHLO_SUBTRACT
    STABLEHLO_TANH STABLEHLO_TRANSPOSE
"""
"""Pure kinds of which nothing else is known."""
PURE = frozenset({*(code for code, kind in KINDS.items() if kind.pure), *_FURTHER.split()})
"""Operators whose only effect is their outputs, which depend on their inputs alone (unless one is a variable)."""

NAMES_A_RESOURCE = frozenset({"VAR_HANDLE", "HASHTABLE"})


PURE_CUSTOM = frozenset({"TFLM_DECODE"})
"""The same among custom operators of TFLM: what unpacks compressed weights."""


def is_pure(operator: Operator) -> bool:
    """Whether an operator is of a kind whose only effect is its outputs."""
    return operator.code in PURE or (operator.code == "CUSTOM" and operator.custom_code in PURE_CUSTOM)


def has_state(operator: Operator) -> bool:
    """Whether an operator must keep its place relative to the others that have state.

    So it is for every operator not known to be pure, and for any that touches a variable or a resource.
    """
    if not is_pure(operator):
        return True
    if operator.code in NAMES_A_RESOURCE:
        return False
    touched = (*operator.inputs, *operator.outputs)
    return any(tensor is not None and (tensor.variable or tensor.type is ElementType.RESOURCE) for tensor in touched)


def state_order(operators: Sequence[Operator], order: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Pairs (a, b): of the operators with state, a comes before b in `order` and nothing with state between them."""
    stateful = [index for index in order if has_state(operators[index])]
    return tuple(pairwise(stateful))
