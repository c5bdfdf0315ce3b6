"""Kernels that make element i of the output from element i of their inputs, in this order.

Sources: TFLM's activations_common.cc, elementwise.cc, binary loops in kernels/internal/reference/ (broadcast_loop.h:
an input of the output's own size is read at the output's position), quantize_common.cc, dequantize.cc, cast.cc,
softmax.h (a row is read twice before any of it is written; then element by element).
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.backends.overlap import APART, Overlap
from arenite.backends.reference.registered import method
from arenite.model import ElementType
from arenite.operators.elementwise import BINARY, ELEMENTWISE
from arenite.operators.walk import elementwise

if TYPE_CHECKING:
    from arenite.model import Operator

IN_ORDER = frozenset({code for code in ELEMENTWISE if method(code)} | {"EXPAND_DIMS", "SOFTMAX"})
"""Kinds whose kernels in TFLM do so: all that work by element, one copy, and what works by rows."""
BYTES = frozenset({ElementType.INT8, ElementType.UINT8})
"""Types that a C compiler must expect to alias any other: it may move no reading past a write of theirs."""


def element_by_element(operator: Operator, position: int, _: int) -> Overlap:
    """Output over the input at `position`; an input that is broadcast is read again and again, so it stays apart."""
    source, target = operator.input(position), operator.outputs[0]
    if position >= (2 if operator.code in BINARY else 1):
        return APART
    count = prod(source.shape)
    if count != prod(target.shape) or not may_alias(source.type, target.type):
        return APART
    copied = operator.code == "EXPAND_DIMS"
    return Overlap(elementwise(count, source.type.bytes, target.type.bytes), intact=(0,) if copied else ())


def may_alias(read: ElementType, write: ElementType) -> bool:
    """Whether a C++ compiler has to keep the order of readings of one type and writes of another.

    By the rule of strict aliasing it may assume that an int16 and a float never share memory, and reorder.
    """
    return read is write or bool({read, write} & BYTES)
