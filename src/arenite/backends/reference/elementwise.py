"""Kernels that compute element i of the output from element i of their inputs, in increasing order of i.

Sources: TFLM's activations_common.cc, elementwise.cc, binary loops in kernels/internal/reference/ (broadcast_loop.h:
an input with the output's size is read at the output's position), quantize_common.cc, dequantize.cc, cast.cc,
softmax.h (the kernel reads a row twice before it writes any of it, then goes element by element).
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
"""Kinds with this access order in TFLM: elementwise kinds, the copy of EXPAND_DIMS, and SOFTMAX row by row."""
BYTES = frozenset({ElementType.INT8, ElementType.UINT8})
"""Types that may alias every other type in C++: the compiler may not move a read past a write of these types."""


def element_by_element(operator: Operator, position: int, _: int) -> Overlap:
    """Output over the input at `position`. A broadcast input is read repeatedly, so it stays apart."""
    source, target = operator.input(position), operator.outputs[0]
    if position >= (2 if operator.code in BINARY else 1):
        return APART
    count = prod(source.shape)
    if count != prod(target.shape) or not may_alias(source.type, target.type):
        return APART
    copied = operator.code == "EXPAND_DIMS"
    return Overlap(elementwise(count, source.type.bytes, target.type.bytes), intact=(0,) if copied else ())


def may_alias(read: ElementType, write: ElementType) -> bool:
    """Whether a C++ compiler must keep the order of reads of one type and writes of another.

    Under strict aliasing the compiler may assume that, for example, an int16 and a float never share memory.
    """
    return read is write or bool({read, write} & BYTES)
