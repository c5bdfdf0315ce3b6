"""Moves TRANSPOSE behind the operators that do not care for the order of axes, where that makes them cancel out.

Networks that were trained with channels first keep TRANSPOSE around their convolutions, which want channels last:

    before   CONV - TRANSPOSE - LEAKY_RELU - PAD - TRANSPOSE - CONV
    after    CONV - LEAKY_RELU - PAD - CONV                           PAD of the axes where they are now

Every TRANSPOSE copies its tensor, and nothing between two of them can be executed in strips of rows.

Proof. An operator that computes each element from the elements at the same position gives the same elements in any
order of axes; so does PAD with its paddings in that order, and CONCATENATION along the axis that its own has become.
One TRANSPOSE after another is a TRANSPOSE, which does nothing if each axis is back in its place. One that only moves
axes of length 1 leaves the bytes as they are: it becomes a RESHAPE. Kinds whose kernels may round an element otherwise
at another position, because they compute several at once, are left alone: floats of other functions than the exact ones
listed here. Reductions stay as well: TFLM rounds a mean over rows and columns otherwise than one over other axes.

Nothing changes unless fewer bytes are copied in all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, TypeVar

from arenite.model import ElementType, Operator
from arenite.operators.constants import integers
from arenite.operators.elementwise import BINARY, UNARY
from arenite.rewrite.edits import edited, integer_constant, steps, with_operators
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import fewer, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from arenite.model import Graph, Model, Tensor

    Axes = tuple[int, ...]

T = TypeVar("T")

_EXACT_FLOATS = frozenset(
    {"ABS", "NEG", "RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1", "LEAKY_RELU", "ADD", "SUB", "MUL", "DIV"}
    | {"MAXIMUM", "MINIMUM", "DEQUANTIZE"}
)
"""Elementwise kinds whose float results are single roundings of exact ones, so that no kernel can differ."""
_FLOATS = frozenset({ElementType.FLOAT16, ElementType.FLOAT32, ElementType.FLOAT64})


@dataclass(frozen=True)
class Transposes(Pass):
    """Cancel TRANSPOSE out with another one behind elementwise operators, PAD and CONCATENATION.

    Outputs stay the same bit for bit, in TFLM and in LiteRT.
    """

    def _apply(self, model: Model) -> Model:
        return edited(model, _moved)

    def sentence(self, before: Model, after: Model) -> str:
        """Number of TRANSPOSE that are gone."""
        count = number(fewer(before, after, lambda operator: operator.code == "TRANSPOSE"), "TRANSPOSE", "TRANSPOSE")
        return f"{count} fewer: they cancel out where operators between them do not care for the order of axes"


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
class _Turned:
    """What a tensor is: axis i of it is axis `axes[i]` of `base`."""

    base: Tensor
    axes: Axes

    @property
    def same(self) -> bool:
        """Whether it is `base` itself."""
        return self.axes == tuple(range(len(self.axes)))

    @property
    def moves(self) -> bool:
        """Whether elements lie elsewhere than in `base`: axes of length 1 may go anywhere."""
        order = [axis for axis in self.axes if self.base.shape[axis] != 1]
        return order != sorted(order)


class _Moving:
    """Goes through a graph and keeps each TRANSPOSE back until an operator needs its result in that order."""

    def __init__(self, graph: Graph, interface: Set[Tensor]) -> None:
        self._graph = graph
        self._interface = interface
        self._like = max((each for each in graph.operators if each.code == "TRANSPOSE"), key=lambda each: each.version)
        """The TRANSPOSE whose version all others get."""
        self._turned: dict[Tensor, _Turned] = {}
        self._instead: dict[Tensor, Tensor] = {}
        self._made: set[Tensor] = set()

    def through(self) -> Iterator[Operator]:
        """The operators of the graph, with every TRANSPOSE where it is needed."""
        for operator in self._graph.operators:
            if self._is_noted(operator):
                new = None
            elif (new := self._sunk(operator)) is None:
                for tensor in dict.fromkeys(operator.inputs):
                    if tensor is not None:
                        yield from self._needed(tensor)
                new = operator.reading(self._instead)
            if new is not None:
                yield new
            for tensor in operator.outputs:
                if tensor in self._interface:
                    yield from self._needed(tensor)

    def _is_noted(self, operator: Operator) -> bool:
        """Whether an operator is a TRANSPOSE; what its result is has been noted then."""
        if operator.code != "TRANSPOSE" or len(operator.inputs) != 2 or len(operator.outputs) != 1:
            return False
        (source, order), (result,) = operator.inputs, operator.outputs
        axes = integers(order)
        if source is None or source.data is not None or axes is None or not _fits(source, axes, result):
            return False
        before = self._turned.get(source, _Turned(source, tuple(range(len(axes)))))
        self._turned[result] = _Turned(before.base, tuple(before.axes[axis] for axis in axes))
        return True

    def _sunk(self, operator: Operator) -> Operator | None:
        """The operator on tensors in their order before TRANSPOSE, which then belongs behind it; None if it cares."""
        axes = self._common_axes(operator)
        if axes is None:
            return None
        result = operator.outputs[0]
        new = _before(operator, axes, [self._of(tensor) for tensor in operator.inputs])
        if new is None:
            return None
        self._turned[result] = _Turned(new.outputs[0], axes)
        return new

    def _common_axes(self, operator: Operator) -> Axes | None:
        """The order of axes that all computed inputs and the result have in common; None if there is none."""
        computed = [tensor for tensor in operator.inputs if tensor is not None and tensor.data is None]
        found = {self._turned[tensor].axes if tensor in self._turned else None for tensor in computed}
        if len(found) != 1 or len(operator.outputs) != 1 or operator.outputs[0].variable:
            return None
        (axes,) = found
        return axes if axes is not None and len(operator.outputs[0].shape) == len(axes) else None

    def _of(self, tensor: Tensor | None) -> Tensor | None:
        """The tensor in its order before TRANSPOSE; constants as they are."""
        return self._turned[tensor].base if tensor is not None and tensor in self._turned else tensor

    def _needed(self, tensor: Tensor) -> Iterator[Operator]:
        """What makes a tensor of its base, once: nothing, RESHAPE, or TRANSPOSE."""
        turned = self._turned.get(tensor)
        if turned is None or tensor in self._made:
            return
        self._made.add(tensor)
        if turned.same and tensor not in self._interface:
            self._instead[tensor] = turned.base
        elif not turned.moves:
            shape = integer_constant(f"{tensor.name}/shape", (len(tensor.shape),), tensor.shape)
            options = {"new_shape": tensor.shape}
            yield Operator("RESHAPE", (turned.base, shape), (tensor,), options)
        else:
            axes = integer_constant(f"{tensor.name}/axes", (len(turned.axes),), turned.axes)
            yield replace(self._like, inputs=(turned.base, axes), outputs=(tensor,), origin=None)


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
    shape = _inverse(axes, result.shape)
    output = replace(result, name=f"{result.name}/turned", shape=shape, origin=None)
    if not _has_one_scale(result):
        return None
    if operator.code in UNARY | BINARY and _is_exact(operator):
        turned = [_operand(tensor, axes, shape) for tensor in inputs]
        return None if None in turned else replace(operator, inputs=tuple(turned), outputs=(output,))
    if operator.code == "PAD" and len(inputs) == 2 and (paddings := integers(inputs[1])) is not None:
        pairs = _inverse(axes, tuple(zip(paddings[::2], paddings[1::2], strict=True)))
        values = [value for pair in pairs for value in pair]
        constant = integer_constant(f"{result.name}/paddings", (len(axes), 2), values)
        return replace(operator, inputs=(inputs[0], constant), outputs=(output,))
    if operator.code == "CONCATENATION" and all(tensor is not None and tensor.data is None for tensor in inputs):
        axis = operator.number("axis", 0) % len(axes)
        options = {**operator.options, "axis": axes[axis]}
        return replace(operator, inputs=tuple(inputs), outputs=(output,), options=options)
    return None


def _inverse(axes: Axes, values: tuple[T, ...]) -> tuple[T, ...]:
    """What belongs to each axis of the base, from what belongs to each axis of the turned tensor."""
    found = dict(zip(axes, values, strict=True))
    return tuple(found[axis] for axis in range(len(axes)))


def _is_exact(operator: Operator) -> bool:
    """Whether an element's result does not depend on its position, in any kernel."""
    computed = [tensor for tensor in (*operator.inputs, *operator.outputs) if tensor is not None]
    return operator.code in _EXACT_FLOATS or not any(tensor.type in _FLOATS for tensor in computed)


def _operand(tensor: Tensor | None, axes: Axes, shape: tuple[int, ...]) -> Tensor | None:
    """An input of an elementwise operator before TRANSPOSE; None if it cannot be had without a copy.

    Computed inputs have the result's shape. Constants have one element, or one axis along which they have several, so
    that only their shape changes.
    """
    if tensor is None or tensor.data is None:
        return tensor if tensor is not None and tensor.shape == shape else None
    if prod(tensor.shape) == 1:
        return tensor
    full = (1,) * (len(axes) - len(tensor.shape)) + tensor.shape
    if sum(length > 1 for length in full) > 1 or not _has_one_scale(tensor):
        return None
    return replace(tensor, name=f"{tensor.name}/turned", shape=_inverse(axes, full), origin=None)
