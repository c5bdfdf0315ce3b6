"""Evaluates operators on small constant integers: shapes, their elements, and arithmetic with both.

Covers only kinds on whose result all runtimes agree, and only results within the range of their type. This excludes
division of negative numbers, overflow, fused activations, and indices out of range.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.operators.kinds import RESHAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from arenite.model import Operator

    Array = NDArray[Any]
    """Integers of 64 bits; for `MOVES` also elements of any type, each as its bytes."""
    Rule = Callable[[Operator, Sequence[Array]], Array]

LIMITS = {ElementType.INT32: 31, ElementType.INT64: 63}
"""Bits of the supported integer types, without the sign."""
MOST_ELEMENTS = 256
"""Most elements of a result. Shapes have a handful; larger constants would cost more flash than they save RAM."""


class UnknownError(Exception):
    """The result of an operator is unknown, or runtimes may not agree on it."""


def evaluate(operator: Operator, inputs: Sequence[Array]) -> Array:
    """The single output of an operator as 64-bit integers, from its inputs in file order.

    Raises:
        UnknownError: the kind of operator, its options or its values are not supported.
    """
    import numpy as np

    (target,) = operator.outputs
    rule = _RULES.get(operator.code)
    bits = LIMITS.get(target.type)
    if rule is None or bits is None or target.quantization is not None or prod(target.shape) > MOST_ELEMENTS:
        raise UnknownError
    try:
        result = rule(operator, inputs)
    except (IndexError, ValueError, OverflowError) as error:
        raise UnknownError from error
    if result.shape != target.shape or any(not -(1 << bits) <= int(value) < 1 << bits for value in result.flat):
        raise UnknownError
    return result.astype(np.int64)


def _only(condition: object) -> None:
    if not condition:
        raise UnknownError


def _as_shaped(operator: Operator, inputs: Sequence[Array]) -> Array:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: the file has the shape of the output."""
    return inputs[0].reshape(operator.outputs[0].shape)


def _same(_: Operator, inputs: Sequence[Array]) -> Array:
    return inputs[0]


def _strided_slice(operator: Operator, inputs: Sequence[Array]) -> Array:
    """STRIDED_SLICE of a vector, positive stride (StartForAxis and StopForAxis in TFLM's strided_slice_logic.h)."""
    (begin,), (end,), (stride,) = inputs[1:]
    vector: Array = inputs[0]
    options = operator.options
    _only(vector.ndim == 1 and stride > 0)
    _only(not any(options.get(name) for name in ("ellipsis_mask", "new_axis_mask", "offset")))
    first = 0 if options.get("begin_mask") else int(begin)
    if options.get("shrink_axis_mask"):
        return vector[first, ...]
    return vector[first : None if options.get("end_mask") else int(end) : int(stride)]


def _part(_: Operator, inputs: Sequence[Array]) -> Array:
    """SLICE with begin and size of each axis; a size of -1 takes the rest."""
    whole, begins, sizes = inputs
    axes = tuple(zip(begins, sizes, whole.shape, strict=True))
    _only(all(0 <= begin <= length and -1 <= size <= length - begin for begin, size, length in axes))
    cut: Array = whole[tuple(slice(begin, None if size < 0 else begin + size) for begin, size, _ in axes)]
    return cut


def _gather(operator: Operator, inputs: Sequence[Array]) -> Array:
    """GATHER of elements of a vector."""
    vector, places = inputs
    _only(vector.ndim == 1 and not operator.options.get("batch_dims") and operator.options.get("axis", 0) in (0, -1))
    _only(all(0 <= place < len(vector) for place in places.flat))
    chosen: Array = vector[places]
    return chosen


def _packed(operator: Operator, inputs: Sequence[Array]) -> Array:
    """PACK along its axis."""
    import numpy as np

    return np.stack(inputs, _axis(operator))


def _concatenated(operator: Operator, inputs: Sequence[Array]) -> Array:
    """CONCATENATION along its axis, without a fused activation."""
    import numpy as np

    return np.concatenate(inputs, _axis(operator))


def _axis(operator: Operator) -> int:
    _only(not operator.options.get("fused_activation_function"))
    return int(operator.options.get("axis", 0))  # type: ignore[arg-type]  # the schema has a number there


def _arithmetic(compute: Callable[[int, int], int]) -> Rule:
    """An elementwise operator on two inputs. Python's integers do not overflow, so the caller can detect overflows."""

    def rule(operator: Operator, inputs: Sequence[Array]) -> Array:
        import numpy as np

        _only(not operator.options.get("fused_activation_function"))
        one, other = np.broadcast_arrays(*inputs)
        pairs = zip(one.flat, other.flat, strict=True)
        return np.array([compute(int(a), int(b)) for a, b in pairs], object).reshape(one.shape)

    return rule


def _quotient(a: int, b: int) -> int:
    _only(a >= 0 and b > 0)
    return a // b


def _reduced(compute: Callable[[Sequence[int]], int]) -> Rule:
    """A reduction of a vector to one element."""

    def rule(operator: Operator, inputs: Sequence[Array]) -> Array:
        import numpy as np

        vector, axes = inputs
        _only(vector.ndim == 1 and axes.size == 1 and axes.flat[0] in (0, -1))
        return np.array(compute([int(value) for value in vector]), object).reshape(operator.outputs[0].shape)

    return rule


MOVES: Mapping[str, Rule] = {
    **dict.fromkeys(RESHAPES, _as_shaped),
    "SLICE": _part,
    "PACK": _packed,
    "CONCATENATION": _concatenated,
}
"""Rules that move elements of the first input, or of all that are joined, whatever they stand for."""
_RULES: Mapping[str, Rule] = {
    **MOVES,
    "CAST": _same,
    "STRIDED_SLICE": _strided_slice,
    "GATHER": _gather,
    "ADD": _arithmetic(lambda a, b: a + b),
    "SUB": _arithmetic(lambda a, b: a - b),
    "MUL": _arithmetic(lambda a, b: a * b),
    "MAXIMUM": _arithmetic(max),
    "MINIMUM": _arithmetic(min),
    **dict.fromkeys(("DIV", "FLOOR_DIV"), _arithmetic(_quotient)),
    "REDUCE_PROD": _reduced(prod),
    "SUM": _reduced(sum),
}
