"""Moves TRANSPOSE behind the operators that do not care for the order of axes, where that makes them cancel out.

Networks that were trained with channels first keep TRANSPOSE around their convolutions, which want channels last:

    before   CONV - TRANSPOSE - LEAKY_RELU - PAD - TRANSPOSE - CONV
    after    CONV - LEAKY_RELU - PAD - CONV                           PAD of the axes where they are now

Every TRANSPOSE copies its tensor, and nothing between two of them can be executed in strips of rows.

Proof. An operator that computes each element from the elements at the same position gives the same elements in any
order of axes; so does PAD with its paddings in that order, and CONCATENATION along the axis that its own has become.
One TRANSPOSE after another is a TRANSPOSE, which does nothing if each axis is back in its place. A TRANSPOSE that moves
nothing but axes of length 1 leaves the bytes as they are and becomes a RESHAPE, unless the file leaves a length open.
Floats are moved only through the functions in `_EXACT_FLOATS`: for others, such as TANH, a kernel may round an element
differently depending on its position, because it computes several at once. Reductions stay in their place as well: TFLM
rounds a mean over rows and columns otherwise than one over other axes. So do operators whose result has another type,
since TFLM transposes few types.

Nothing changes unless TRANSPOSE copies fewer bytes in all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, TypeVar

from arenite.model import ElementType, Operator
from arenite.operators.constants import integers
from arenite.operators.elementwise import BINARY, UNARY
from arenite.operators.quantization import steps
from arenite.rewrite.edits import edited, integer_constant, reshape, with_operators
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import fewer
from arenite.tflite.shape_signature import open_axes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

    from arenite.model import Graph, Model, Tensor

    Axes = tuple[int, ...]

T = TypeVar("T")

_EXACT_FLOATS = frozenset(
    {"ABS", "NEG", "RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1", "LEAKY_RELU", "ADD", "SUB", "MUL"}
    | {"MAXIMUM", "MINIMUM"}
)
"""Elementwise kinds that choose one of their inputs or round an exact result once: finite, normal floats have the same
bits wherever they lie."""
_TYPES = frozenset({ElementType.FLOAT32, ElementType.INT8, ElementType.INT16})
"""Types that TFLM's TRANSPOSE takes (tensorflow/lite/micro/kernels/transpose.cc)."""
_LARGEST_PADDING = 2**31 - 1
"""Padding that an int32 constant can hold."""


@dataclass(frozen=True)
class Transposes(Pass):
    """Cancel TRANSPOSE out with another one behind elementwise operators, PAD and CONCATENATION.

    Outputs stay the same bit for bit, in TFLM and in LiteRT.
    """

    def _apply(self, model: Model) -> Model:
        return edited(model, _moved)

    def sentence(self, before: Model, after: Model) -> str:
        """Number of TRANSPOSE that are gone."""
        count = fewer(before, after, lambda operator: operator.code == "TRANSPOSE")
        return f"{count} TRANSPOSE fewer: they cancel out once moved past operators that treat all axes alike"

    def stands_for(self, before: Model, after: Model) -> Mapping[Operator, Operator]:
        """The operators of the main graph that were moved: they keep their order, and only their outputs are new."""
        written = {tensor for operator in before.main.operators for tensor in operator.outputs}
        same = {(operator.code, operator.outputs) for operator in after.main.operators}
        moved = (each for each in after.main.operators if each.outputs and each.outputs[0] not in written)
        were = (each for each in before.main.operators if (each.code, each.outputs) not in same)
        return dict(zip(moved, (each for each in were if each.code != "TRANSPOSE"), strict=True))


def _moved(graph: Graph, interface: Set[Tensor]) -> Graph:
    if not any(operator.code == "TRANSPOSE" for operator in graph.operators) or not _is_simple(graph):
        return graph
    operators = tuple(_Moving(graph, interface).through())
    return with_operators(graph, operators) if _copied(operators) < _copied(graph.operators) else graph


def _copied(operators: tuple[Operator, ...]) -> int:
    """Bytes that TRANSPOSE copies."""
    return sum(operator.outputs[0].bytes for operator in operators if operator.code == "TRANSPOSE")


def _is_simple(graph: Graph) -> bool:
    """Whether every tensor is written once, before it is read, and none keeps its content between inferences."""
    known = {*graph.inputs, *(tensor for tensor in graph.tensors if tensor.data is not None)}
    for operator in graph.operators:
        read = {tensor for tensor in operator.inputs if tensor is not None}
        if not read <= known or known.intersection(operator.outputs) or any(tensor.variable for tensor in read):
            return False
        known.update(operator.outputs)
    return True


@dataclass(frozen=True)
class _Delayed:
    """A tensor described as TRANSPOSE(base, axes), which has not been computed yet.

    `open_axes`: axes of `base` whose length the file leaves open.
    """

    base: Tensor
    axes: Axes
    open_axes: frozenset[int]

    @property
    def is_identity(self) -> bool:
        """Whether it is `base` itself."""
        return self.axes == tuple(range(len(self.axes)))

    @property
    def keeps_bytes(self) -> bool:
        """Whether it is `base` in another shape, which is fixed: only axes of length 1 are elsewhere."""
        order = [axis for axis in self.axes if self.base.shape[axis] != 1]
        return order == sorted(order) and not self.open_axes


class _Moving:
    """Goes through a graph and keeps each TRANSPOSE back until an operator needs its result in that order."""

    def __init__(self, graph: Graph, interface: Set[Tensor]) -> None:
        self._graph = graph
        self._interface = interface
        self._like = max((each for each in graph.operators if each.code == "TRANSPOSE"), key=lambda each: each.version)
        """The TRANSPOSE whose version all others get."""
        self._delayed: dict[Tensor, _Delayed] = {}
        self._instead: dict[Tensor, Tensor] = {}
        self._made: set[Tensor] = set()

    def through(self) -> Iterator[Operator]:
        """The operators of the graph, with every TRANSPOSE where it is needed."""
        for operator in self._graph.operators:
            delayed = self._transpose_of(operator)
            if delayed is not None:
                self._delayed[operator.outputs[0]] = delayed
            elif (new := self._in_base_order(operator)) is not None:
                yield new
            else:
                for tensor in dict.fromkeys(operator.inputs):
                    if tensor is not None:
                        yield from self._materialized(tensor)
                yield operator.reading(self._instead)
            for tensor in operator.outputs:
                if tensor in self._interface:
                    yield from self._materialized(tensor)

    def _transpose_of(self, operator: Operator) -> _Delayed | None:
        """What the result of a TRANSPOSE is; None for all other operators."""
        if operator.code != "TRANSPOSE" or len(operator.inputs) != 2 or len(operator.outputs) != 1:
            return None
        (source, order), (result,) = operator.inputs, operator.outputs
        axes = integers(order)
        if source is None or source.data is not None or axes is None or not _fits(source, axes, result):
            return None
        base = self._instead.get(source, source)
        same = _Delayed(base, tuple(range(len(axes))), frozenset(open_axes(source)))
        before = self._delayed.get(source, same)
        return replace(before, axes=tuple(before.axes[axis] for axis in axes))

    def _in_base_order(self, operator: Operator) -> Operator | None:
        """The operator on the bases of its inputs, whose result is delayed in turn; None if it cares for the order."""
        axes = self._common_axes(operator)
        if axes is None:
            return None
        bases = [self._base(tensor) for tensor in operator.inputs]
        new = _before(operator, axes, bases)
        if new is None:
            return None
        result = operator.outputs[0]
        lengths = [self._delayed[tensor].open_axes for tensor in operator.inputs if tensor in self._delayed]
        lengths.append(frozenset(axes[axis] for axis in open_axes(result)))
        self._delayed[result] = _Delayed(new.outputs[0], axes, frozenset().union(*lengths))
        return new

    def _common_axes(self, operator: Operator) -> Axes | None:
        """The order of axes that all computed inputs and the result have in common; None if there is none.

        An input that is not delayed has none.
        """
        computed = [tensor for tensor in operator.inputs if tensor is not None and tensor.data is None]
        found = {self._delayed[tensor].axes if tensor in self._delayed else None for tensor in computed}
        if len(found) != 1 or len(operator.outputs) != 1 or operator.outputs[0].variable:
            return None
        (axes,) = found
        return axes if axes is not None and len(operator.outputs[0].shape) == len(axes) else None

    def _base(self, tensor: Tensor | None) -> Tensor | None:
        """The base of a tensor that is delayed; others as they are."""
        return self._delayed[tensor].base if tensor is not None and tensor in self._delayed else tensor

    def _materialized(self, tensor: Tensor) -> Iterator[Operator]:
        """What computes a delayed tensor, once: nothing if it is its base, RESHAPE, or TRANSPOSE."""
        delayed = self._delayed.get(tensor)
        if delayed is None or tensor in self._made:
            return
        self._made.add(tensor)
        if delayed.is_identity and tensor not in self._interface:
            self._instead[tensor] = delayed.base
        elif delayed.keeps_bytes:
            yield reshape(delayed.base, tensor)
        else:
            axes = integer_constant(f"{tensor.name}/axes", (len(delayed.axes),), delayed.axes)
            yield replace(self._like, inputs=(delayed.base, axes), outputs=(tensor,), origin=None)


def _fits(source: Tensor, axes: Axes, result: Tensor) -> bool:
    """Whether a TRANSPOSE is one: each axis once, and type, quantization and lengths as they should be."""
    return (
        sorted(axes) == list(range(len(source.shape)))
        and result.shape == tuple(source.shape[axis] for axis in axes)
        and source.type is result.type
        and steps(source) == steps(result)
        and _has_one_scale(source)
    )


def _has_one_scale(tensor: Tensor) -> bool:
    return tensor.quantization is None or len(tensor.quantization.scale) <= 1


def _before(operator: Operator, axes: Axes, inputs: list[Tensor | None]) -> Operator | None:
    """The operator on inputs in their order before a TRANSPOSE; None if it is of a kind that cares for the order."""
    result = operator.outputs[0]
    computed = [tensor for tensor in inputs if tensor is not None and tensor.data is None]
    if (
        not _has_one_scale(result)
        or result.type not in _TYPES
        or any(each.type is not result.type for each in computed)
    ):
        return None
    shape = _inverse(axes, result.shape)
    output = replace(result, name=f"{result.name}/turned", shape=shape, origin=None)
    if operator.code in UNARY | BINARY and (operator.code in _EXACT_FLOATS or result.type is not ElementType.FLOAT32):
        turned = [_operand(tensor, axes, shape) for tensor in inputs]
        return None if None in turned else replace(operator, inputs=tuple(turned), outputs=(output,))
    if operator.code == "PAD" and len(inputs) == 2:
        paddings = _paddings(inputs[1], axes)
        if paddings is None:
            return None
        constant = integer_constant(f"{result.name}/paddings", (len(axes), 2), paddings)
        return replace(operator, inputs=(inputs[0], constant), outputs=(output,))
    if operator.code == "CONCATENATION" and len(computed) == len(inputs):
        options = {**operator.options, "axis": axes[operator.number("axis", 0) % len(axes)]}
        return replace(operator, inputs=tuple(inputs), outputs=(output,), options=options)
    return None


def _paddings(tensor: Tensor | None, axes: Axes) -> list[int] | None:
    """Paddings before and after each axis of the base; None if they are not known, or no paddings of that many axes."""
    found = integers(tensor)
    if found is None or len(found) != 2 * len(axes) or not all(0 <= each <= _LARGEST_PADDING for each in found):
        return None
    pairs = _inverse(axes, tuple(zip(found[::2], found[1::2], strict=True)))
    return [value for pair in pairs for value in pair]


def _inverse(axes: Axes, values: tuple[T, ...]) -> tuple[T, ...]:
    """What belongs to each axis of the base, from what belongs to each axis of the turned tensor."""
    found = dict(zip(axes, values, strict=True))
    return tuple(found[axis] for axis in range(len(axes)))


def _operand(tensor: Tensor | None, axes: Axes, shape: tuple[int, ...]) -> Tensor | None:
    """An input of an elementwise operator before TRANSPOSE; None if it cannot be had without a copy.

    Computed inputs have the result's shape. Constants have one element, or one axis along which they have several, so
    that only their shape changes.
    """
    if tensor is None or tensor.data is None:
        return tensor if tensor is not None and tensor.shape == shape else None
    if len(tensor.shape) > len(axes):
        return None
    if prod(tensor.shape) == 1:
        return tensor
    full = (1,) * (len(axes) - len(tensor.shape)) + tensor.shape
    if sum(length > 1 for length in full) > 1 or not _has_one_scale(tensor):
        return None
    return replace(tensor, name=f"{tensor.name}/turned", shape=_inverse(axes, full), origin=None)
