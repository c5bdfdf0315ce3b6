"""Operators that compute each output element from the input elements at the same position, each kind listed once.

    _FUNCTIONS    x -> f(x), of the type of x               CONVERSIONS   x -> x, in another type or scale
    _ARITHMETIC   x, y -> f(x, y), of the type of both      COMPARISONS   x, y -> a relation of x and y
    and NOT, AND, OR of booleans

Two inputs are broadcast to the output's shape by NumPy's rules. A kind that is listed requires one or two inputs, has
no state, and can be split by strips and channel groups. Where a set of kernels has a kernel for the kind, the kernel
may write over an input, unless the rules of that set say otherwise.
`docs/extending.md` lists the steps to add a kind.
"""

from __future__ import annotations

_FUNCTIONS = """
    ABS CEIL COS ELU EXP FLOOR GELU HARD_SWISH LEAKY_RELU LOG LOGISTIC NEG RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 ROUND
    RSQRT SIGN SIN SQRT SQUARE TANH
"""
_ARITHMETIC = "ADD DIV FLOOR_DIV FLOOR_MOD MAXIMUM MINIMUM MUL POW PRELU SQUARED_DIFFERENCE SUB"

COMPUTING = frozenset(_FUNCTIONS.split()) | frozenset(_ARITHMETIC.split())
"""Numeric kinds whose result has the type of their inputs."""
COMPARISONS = frozenset({"EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "NOT_EQUAL"})
CONVERSIONS = frozenset({"CAST", "DEQUANTIZE", "QUANTIZE"})
UNARY = frozenset({*_FUNCTIONS.split(), *CONVERSIONS, "LOGICAL_NOT"})
"""Kinds with one input."""
BINARY = frozenset({*_ARITHMETIC.split(), *COMPARISONS, "LOGICAL_AND", "LOGICAL_OR"})
"""Kinds with two inputs."""
ELEMENTWISE = UNARY | BINARY
