"""Computes at plan time what only moves elements of constants: FILL, TRANSPOSE, TILE, and others like them.

    c --TRANSPOSE--> t --FULLY_CONNECTED--> y        becomes        t constant --FULLY_CONNECTED--> y

In TFLM the result of such an operator takes room in the arena, and every inference computes the same bytes. Elements
are moved as bytes, so it does not matter what they stand for. Operators that compute with elements stay: where a result
is rounded, runtimes may disagree (`evaluate` computes the integers of shapes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType
from arenite.operators.constants import integers
from arenite.operators.kinds import JOINS, RESHAPES
from arenite.operators.quantization import steps
from arenite.operators.state import PURE
from arenite.rewrite.edits import edited, with_operators
from arenite.rewrite.evaluate import MOVES, UnknownError
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import gone, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from arenite.model import Graph, Model, Operator, Tensor
    from arenite.rewrite.evaluate import Array, Rule

MOST_ADDED_BYTES = 256
"""Bytes by which the constants of a result may exceed those that it is made of: a TILE of a large constant would cost
more flash than it saves RAM. An initial state of an LSTM has about a hundred."""
_TYPES = frozenset(
    {
        *(ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.INT64),
        *(ElementType.UINT8, ElementType.BOOL, ElementType.FLOAT16, ElementType.FLOAT32),
    }
)
"""Types whose elements are the same number of bytes in the file as in the arena, and that have their meaning alone."""


@dataclass(frozen=True)
class FoldConstants(Pass):
    """Replace results that consist of elements of constants by constants.

    Outputs stay the same bit for bit.
    """

    def _apply(self, model: Model) -> Model:
        return edited(model, _folded)

    def sentence(self, before: Model, after: Model) -> str:
        """Number of removed operators."""
        count = number(gone(before, after), "operator is", "operators are")
        return f"{count} left out that moved elements of constants: the result is a constant"


def _folded(graph: Graph, interface: Set[Tensor]) -> Graph:
    """The graph without operators that only move elements of constants; the same object if it has none."""
    staying = {tensor for each in graph.operators if each.code not in PURE for tensor in each.inputs}
    constants: dict[Tensor, Tensor] = {}
    operators: list[Operator] = []
    for operator in graph.operators:
        now = operator.reading(constants)
        content = None if {*operator.outputs} & (interface | staying) else _content(now)
        if content is None:
            operators.append(now)
        else:
            (target,) = operator.outputs
            constants[target] = replace(target, data=Data(content))
    return with_operators(graph, operators) if constants else graph


def _content(operator: Operator) -> bytes | None:
    """The bytes of the only output of an operator that moves elements of constants; None for others."""
    import numpy as np

    rule = _RULES.get(operator.code)
    if rule is None or len(operator.outputs) != 1 or operator.outputs[0].variable:
        return None
    (target,) = operator.outputs
    try:
        result = rule(operator, _arrays(operator, target))
    except (UnknownError, IndexError, ValueError):
        return None
    return np.ascontiguousarray(result).tobytes() if result.shape == target.shape else None


def _arrays(operator: Operator, target: Tensor) -> list[Array]:
    """The inputs in file order: the elements of those that are moved, and the integers of those that say where to.

    Raises:
        UnknownError: some are not known, have other numbers than the result, or are much smaller.
    """
    if None in operator.inputs:
        raise UnknownError
    inputs = [tensor for tensor in operator.inputs if tensor is not None]
    moved = _moved(operator)
    sources = [inputs[place] for place in moved]
    alike = all((each.type, steps(each)) == (target.type, steps(target)) for each in sources)
    if not sources or not alike or target.bytes - sum(each.bytes for each in sources) > MOST_ADDED_BYTES:
        raise UnknownError
    needed = inputs[:1] if operator.code in RESHAPES else inputs  # the file has the shape of the result
    return [_elements(each) if place in moved else _numbers(each) for place, each in enumerate(needed)]


def _moved(operator: Operator) -> range:
    """The positions of the inputs whose elements become elements of the result."""
    count = len(operator.inputs)
    if operator.code in JOINS:
        return range(count)
    return range(1, count) if operator.code == "FILL" else range(min(1, count))


def _elements(tensor: Tensor) -> Array:
    """The elements of a constant, each as its bytes."""
    import numpy as np

    if tensor.data is None or tensor.variable or tensor.type not in _TYPES or len(tensor.data) < tensor.bytes:
        raise UnknownError
    content = bytes(tensor.data.content)[: tensor.bytes]
    return np.frombuffer(content, f"V{tensor.type.bytes}").reshape(tensor.shape)


def _numbers(tensor: Tensor) -> Array:
    """The integers of a constant."""
    import numpy as np

    found = integers(tensor)
    if found is None:
        raise UnknownError
    return np.array(found, np.int64)


def _filled(_: Operator, inputs: Sequence[Array]) -> Array:
    import numpy as np

    shape, value = inputs
    return np.broadcast_to(value.reshape(()), tuple(shape))


def _transposed(_: Operator, inputs: Sequence[Array]) -> Array:
    source, order = inputs
    turned: Array = source.transpose(order)
    return turned


def _tiled(operator: Operator, inputs: Sequence[Array]) -> Array:
    import numpy as np

    source, times = inputs
    if tuple(a * int(b) for a, b in zip(source.shape, times, strict=True)) != operator.outputs[0].shape:
        raise UnknownError  # before the memory for it is taken
    return np.tile(source, times)


def _broadcast(_: Operator, inputs: Sequence[Array]) -> Array:
    import numpy as np

    source, shape = inputs
    return np.broadcast_to(source, tuple(shape))


_RULES: Mapping[str, Rule] = {
    **MOVES,
    "FILL": _filled,
    "TRANSPOSE": _transposed,
    "TILE": _tiled,
    "BROADCAST_TO": _broadcast,
}
