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
from arenite.operators.kinds import RESHAPES
from arenite.operators.state import PURE
from arenite.operators.steps import steps
from arenite.rewrite.edits import edited, with_operators
from arenite.rewrite.evaluate import UnknownError, joining_axis
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import gone, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set

    import numpy as np
    from numpy.typing import NDArray

    from arenite.model import Graph, Model, Operator, Tensor

    Elements = NDArray[np.void]
    """Elements of a constant, each as its bytes, in the shape of the tensor."""
    Rule = Callable[[Operator, Sequence[Elements]], Elements]

MOST_ADDED_BYTES = 256
"""Bytes by which the constants of a result may exceed those that it is made of: a TILE of a large constant would cost
more flash than it saves RAM. An initial state of an LSTM has about a hundred."""
_TYPES = frozenset(
    map(ElementType.__getitem__, ["BOOL", "FLOAT16", "FLOAT32", "INT8", "INT16", "INT32", "INT64", "UINT8"])
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
    if rule is None or len(operator.outputs) != 1 or None in operator.inputs or operator.outputs[0].variable:
        return None
    (target,) = operator.outputs
    sources = _sources(operator)
    elements = [found for each in sources if (found := _elements(each)) is not None]
    alike = all((each.type, steps(each)) == (target.type, steps(target)) for each in sources)
    added = target.bytes - sum(each.bytes for each in sources)
    if len(elements) < max(1, len(sources)) or not alike or added > MOST_ADDED_BYTES:
        return None
    try:
        result = rule(operator, elements)
    except (UnknownError, IndexError, ValueError):
        return None
    return np.ascontiguousarray(result).tobytes() if result.shape == target.shape else None


def _sources(operator: Operator) -> tuple[Tensor, ...]:
    """The inputs whose elements become elements of the result; the other inputs say where to."""
    inputs = tuple(tensor for tensor in operator.inputs if tensor is not None)
    if operator.code in _JOINS:
        return inputs
    return inputs[1:] if operator.code == "FILL" else inputs[:1]


def _elements(tensor: Tensor) -> Elements | None:
    """The elements of a constant; None for tensors whose elements are not known or not whole bytes."""
    import numpy as np

    if tensor.data is None or tensor.variable or tensor.type not in _TYPES:
        return None
    content = bytes(tensor.data.content)
    if len(content) < tensor.bytes:
        return None
    return np.frombuffer(content[: tensor.bytes], f"V{tensor.type.bytes}").reshape(tensor.shape)


def _numbers(operator: Operator, position: int) -> tuple[int, ...]:
    """The constant integers of an input."""
    found = integers(operator.inputs[position])
    if found is None:
        raise UnknownError
    return found


def _filled(operator: Operator, sources: Sequence[Elements]) -> Elements:
    import numpy as np

    wide: Elements = np.broadcast_to(sources[0].reshape(()), _numbers(operator, 0))
    return wide


def _as_shaped(operator: Operator, sources: Sequence[Elements]) -> Elements:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: the file has the shape of the output."""
    return sources[0].reshape(operator.outputs[0].shape)


def _transposed(operator: Operator, sources: Sequence[Elements]) -> Elements:
    turned: Elements = sources[0].transpose(_numbers(operator, 1))
    return turned


def _tiled(operator: Operator, sources: Sequence[Elements]) -> Elements:
    import numpy as np

    times = _numbers(operator, 1)
    if tuple(a * b for a, b in zip(sources[0].shape, times, strict=True)) != operator.outputs[0].shape:
        raise UnknownError
    wide: Elements = np.tile(sources[0], times)
    return wide


def _broadcast(operator: Operator, sources: Sequence[Elements]) -> Elements:
    import numpy as np

    wide: Elements = np.broadcast_to(sources[0], _numbers(operator, 1))
    return wide


def _slice(operator: Operator, sources: Sequence[Elements]) -> Elements:
    """SLICE with begin and size of each axis; a size of -1 takes the rest."""
    (source,) = sources
    begins, sizes = _numbers(operator, 1), _numbers(operator, 2)
    axes = tuple(zip(begins, sizes, source.shape, strict=True))
    if any(begin < 0 or size < -1 or begin + size > length for begin, size, length in axes):
        raise UnknownError
    cut: Elements = source[tuple(slice(begin, begin + size if size >= 0 else None) for begin, size, _ in axes)]
    return cut


def _packed(operator: Operator, sources: Sequence[Elements]) -> Elements:
    import numpy as np

    return np.stack(sources, joining_axis(operator))


def _joined(operator: Operator, sources: Sequence[Elements]) -> Elements:
    import numpy as np

    return np.concatenate(sources, joining_axis(operator))


_JOINS: Mapping[str, Rule] = {"PACK": _packed, "CONCATENATION": _joined}
_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(RESHAPES, _as_shaped),
    **_JOINS,
    "FILL": _filled,
    "TRANSPOSE": _transposed,
    "TILE": _tiled,
    "BROADCAST_TO": _broadcast,
    "SLICE": _slice,
}
