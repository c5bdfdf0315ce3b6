"""Operators that make each element of their output from the elements at its place in their inputs, each named once.

    FUNCTIONS     x -> f(x), of the type of x               CONVERSIONS   x -> x, in another type or scale
    ARITHMETIC    x, y -> f(x, y), of the type of both      COMPARISONS   x, y -> whether x is so to y
    and NOT, AND, OR of truth values

Two inputs are broadcast to the output's shape by NumPy's rules. What an operator needs, that it has no state, that it
works on strips and channel groups, and that its kernels can write over an input all follow from its group here.
`docs/extending.md` lists what a further operator takes.
"""

from __future__ import annotations

_FUNCTIONS = """
    ABS CEIL COS ELU EXP FLOOR GELU HARD_SWISH LEAKY_RELU LOG LOGISTIC NEG RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 ROUND
    RSQRT SIGN SIN SQRT SQUARE TANH
"""
_ARITHMETIC = "ADD DIV FLOOR_DIV FLOOR_MOD MAXIMUM MINIMUM MUL POW PRELU SQUARED_DIFFERENCE SUB"

COMPUTING = frozenset(_FUNCTIONS.split()) | frozenset(_ARITHMETIC.split())
"""Operators on numbers whose result has the type of their inputs."""
COMPARISONS = frozenset({"EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "NOT_EQUAL"})
CONVERSIONS = frozenset({"CAST", "DEQUANTIZE", "QUANTIZE"})
UNARY = frozenset({*_FUNCTIONS.split(), *CONVERSIONS, "LOGICAL_NOT"})
"""Operators of one input."""
BINARY = frozenset({*_ARITHMETIC.split(), *COMPARISONS, "LOGICAL_AND", "LOGICAL_OR"})
"""Operators of two inputs."""
ELEMENTWISE = UNARY | BINARY
