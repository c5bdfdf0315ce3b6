"""Operators with effects beyond their outputs, whose relative order must stay.

An operator that is not known to be pure counts as one with state: custom operators, control flow, calls, resources,
random numbers, delegates, recurrent layers, and kinds of later schemas. VAR_HANDLE and HASHTABLE only name a resource;
other operators read and write it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.operators.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arenite.model import Operator, Tensor

_FURTHER = """
    DILATE STABLEHLO_ABS STABLEHLO_ADD STABLEHLO_AND STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CBRT STABLEHLO_CLAMP
    STABLEHLO_COMPARE STABLEHLO_CONCATENATE STABLEHLO_CONVERT STABLEHLO_CONVOLUTION STABLEHLO_COSINE STABLEHLO_DIVIDE
    STABLEHLO_DOT_GENERAL STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR
    STABLEHLO_GATHER STABLEHLO_IOTA STABLEHLO_LOG STABLEHLO_LOGISTIC STABLEHLO_MAXIMUM STABLEHLO_MINIMUM
    STABLEHLO_MULTIPLY STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_PAD STABLEHLO_POWER STABLEHLO_REMAINDER
    STABLEHLO_RESHAPE STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SHIFT_LEFT STABLEHLO_SLICE STABLEHLO_SUBTRACT
    STABLEHLO_TANH STABLEHLO_TRANSPOSE
"""
"""Pure kinds without a row in `KINDS`."""
PURE = frozenset({*(code for code, kind in KINDS.items() if kind.pure), *_FURTHER.split()})
"""Kinds whose only effect is their outputs, which depend on the inputs alone (unless an input is a variable)."""

NAMES_A_RESOURCE = frozenset({"VAR_HANDLE", "HASHTABLE"})


PURE_CUSTOM = frozenset({"TFLM_DECODE"})
"""Pure custom operators of TFLM: TFLM_DECODE unpacks compressed weights."""


def is_pure(operator: Operator) -> bool:
    """Whether the kind of an operator is pure."""
    return operator.code in PURE or (operator.code == "CUSTOM" and operator.custom_code in PURE_CUSTOM)


def has_state(operator: Operator) -> bool:
    """Whether an operator must keep its position relative to other operators with state.

    True for operators that are not known to be pure, and for operators with a variable or resource.
    """
    if not is_pure(operator):
        return True
    if operator.code in NAMES_A_RESOURCE:
        return False
    for tensor in (*operator.inputs, *operator.outputs):
        if tensor is not None and (tensor.variable or tensor.type is ElementType.RESOURCE):
            return True
    return False


def state_order(operators: Sequence[Operator], order: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Pairs (a, b) of operators with state, where a is the last one before b in `order`."""
    stateful = [index for index in order if has_state(operators[index])]
    return tuple(pairwise(stateful))


def resources(operators: Iterable[Operator]) -> Iterator[tuple[Tensor, tuple[object, object]]]:
    """Every handle of a resource variable, with what names the variable: container and shared name."""
    for operator in operators:
        if operator.code == "VAR_HANDLE":
            for handle in operator.outputs:
                yield handle, (operator.options.get("container"), operator.options.get("shared_name"))


def first_byte(tensor: Tensor) -> int:
    """The value of every byte of a variable before it is first assigned: the zero point of 8-bit values, else 0."""
    points = tensor.quantization.zero_point if tensor.quantization else ()
    return points[0] % 256 if len(points) and tensor.type.bytes == 1 else 0
