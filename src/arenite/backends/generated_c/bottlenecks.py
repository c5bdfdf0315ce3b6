"""Inverted bottlenecks as generated C runs them: CONV_2D, DEPTHWISE_CONV_2D and a 1x1 CONV_2D as one operator.

    file:  x --CONV_2D--> wide --DEPTHWISE_CONV_2D--> filtered --CONV_2D 1x1--> y
    as run:  x --INVERTED_BOTTLENECK--> y

Networks such as MobileNetV2 widen a tensor, filter it, and make it narrow again. Neither wide tensor need exist: the
kernels (codegen/kernels/templates/inverted_bottleneck.c) go over the output row by row, or column by column, and hold
only those rows or columns of `wide` that the filter reads. Every element is computed once, by the same kernels from the
same numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from math import prod
from operator import or_
from typing import TYPE_CHECKING

from arenite.backends.overlap import ANYWHERE, APART, Overlap
from arenite.backends.tflm.head import memory_plan, planned_offsets
from arenite.model import ElementType, Graph, Operator
from arenite.operators.soundness import is_sound
from arenite.operators.windows import window

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from arenite.backends.backend import Backend
    from arenite.model import Model, Tensor

INVERTED_BOTTLENECK = "INVERTED_BOTTLENECK"
"""The code of the operator. Its inputs are those of the three that it stands for without the wide tensors, which are
its intermediates; its options are theirs, behind the position and a space, as in "1 stride_h"."""
_CODES = ("CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D")
_INPUTS = 3
"""Inputs of a convolution: values, weights and bias."""


@dataclass(frozen=True)
class Bottleneck:
    """The three operators: `expansion` makes the wide tensor, `depthwise` filters it, `projection` makes it narrow."""

    expansion: Operator
    depthwise: Operator
    projection: Operator

    @property
    def wide(self) -> Tensor:
        """The wide tensor, of which a few rows or columns exist at a time."""
        return self.expansion.outputs[0]

    @property
    def row_of_columns(self) -> int:
        """Bytes of each row of the columns of the wide tensor that a window spans: scratch, column by column."""
        axis = window(self.depthwise).columns
        return min(axis.span, axis.length) * self.wide.shape[3]

    @property
    def rows(self) -> int:
        """Bytes of the rows of the wide tensor that a window spans: scratch, row by row."""
        axis = window(self.depthwise).rows
        return min(axis.span, axis.length) * prod(self.wide.shape[2:])

    @property
    def columns(self) -> int:
        """Bytes of the columns of the wide tensor that a window spans."""
        return self.row_of_columns * self.wide.shape[1]

    @cached_property
    def by_rows(self) -> bool:
        """Whether the kernel goes row by row, as it does where that needs no more memory.

        Then the output may overlap the input; column by column it may not.
        """
        return self.rows + self._ends_by_rows <= self.columns + sum(self._ends)

    @property
    def scratch(self) -> int:
        """Bytes that the kernel works in: rows or columns of the wide tensor, and a pixel of the filtered one."""
        return self.wide.shape[3] + (self.rows if self.by_rows else self.columns)

    @property
    def pays(self) -> bool:
        """Whether less memory is needed as one operator, even if each of the three wrote over its whole input."""
        needed = self.scratch + (self._ends_by_rows if self.by_rows else sum(self._ends))
        return needed < max(self.wide.bytes, self.depthwise.outputs[0].bytes)

    @property
    def may_wait(self) -> bool:
        """Whether a tensor between the three is smaller than both ends, so that others may best run beside it."""
        return self.depthwise.outputs[0].bytes < min(self._ends)

    @property
    def _ends(self) -> tuple[int, int]:
        """Bytes of input and output."""
        return self.expansion.input(0).bytes, self.projection.outputs[0].bytes

    @property
    def _ends_by_rows(self) -> int:
        """Bytes of input and output together, if they overlap as far as the order of rows allows."""
        source, target = self._ends
        return max(target, source + min(target, max(0, self._overlap_by_rows.distance or 0)))

    @property
    def overlap(self) -> Overlap:
        """Where the output may lie on the input: nowhere column by column, since the kernel comes back to each row."""
        return self._overlap_by_rows if self.by_rows else APART

    @cached_property
    def _overlap_by_rows(self) -> Overlap:
        """Row by row, a row of the output is written when the rows of the input that it depends on have been read."""
        source, target = self.expansion.input(0), self.projection.outputs[0]
        of_source, of_target = source.bytes // source.shape[1], target.bytes // target.shape[1]
        lowest, unread = window(self.expansion).rows.lowest, source.shape[1]
        later, distances = unread, []  # `later`: the lowest row of the input that later rows of the output still read
        for row in reversed(range(target.shape[1])):
            if later < unread:
                distances.append((row + 1) * of_target - later * of_source)
            read = (lowest[wide] for wide in self._new_rows(row))
            later = min((first for first in read if first is not None and first < later), default=later)
        return Overlap(max(distances)) if distances else ANYWHERE

    def _new_rows(self, row: int) -> range:
        """The rows of the wide tensor that are computed for a row of the output, row by row."""
        axis = window(self.depthwise).rows
        first = row * axis.stride - axis.padding
        return range(max(0, first, first - axis.stride + axis.span if row else 0), min(axis.length, first + axis.span))


def fused(model: Model) -> Model:
    """The model with each inverted bottleneck that pays as one operator; the same object if there is none.

    PADs must be folded before. The plan is kept, without the wide tensors, which are not among the graph's any more.
    """
    graphs = tuple(graph.once(_fused, _fused) or graph for graph in model.graphs)
    if graphs == model.graphs:
        return model
    result, plan = replace(model, graphs=graphs), model.plan
    return result if plan is None else result.with_plan(memory_plan(result, planned_offsets(model, plan)), model.target)


def fuses(kernels: Backend) -> bool:
    """Whether a set of kernels has one for inverted bottlenecks: generated C that does not call CMSIS-NN."""
    return kernels.generated and kernels.cmsis_nn is None


def parts(operator: Operator) -> Bottleneck:
    """The three operators that an INVERTED_BOTTLENECK stands for."""
    return operator.once(parts, _parts)


def paying(operators: Sequence[Operator], interface: Collection[Tensor]) -> tuple[Bottleneck, ...]:
    """The inverted bottlenecks among operators that are one operator as run; no convolution is part of two.

    Args:
        operators: in the order of execution, with PADs folded.
        interface: tensors that must remain.
    """
    found: dict[Operator, Bottleneck] = {}
    for each in bottlenecks(operators, interface):
        if each.pays and each.expansion not in found:
            found[each.projection] = each
    beside = _beside(operators) if any(each.may_wait for each in found.values()) else {}
    return tuple(each for each in found.values() if not (each.may_wait and beside[each.expansion]))


def _beside(operators: Sequence[Operator]) -> Mapping[Operator, bool]:
    """For each operator whether another one may run before or after it, whichever order the graph is executed in."""
    before: list[int] = []  # for each operator those that it depends on, as bits
    made: dict[Tensor, int] = {}
    after = [0] * len(operators)
    for place, operator in enumerate(operators):
        read = [made[tensor] for tensor in operator.inputs if tensor is not None and tensor in made]
        before.append(reduce(or_, (before[each] | 1 << each for each in read), 0))
        made.update((tensor, place) for tensor in operator.outputs)
    for place in reversed(range(len(operators))):
        for tensor in operators[place].inputs:
            if tensor is not None and tensor in made:
                after[made[tensor]] |= after[place] | 1 << place
    return {
        operator: (before[place] | after[place]).bit_count() + 1 < len(operators)
        for place, operator in enumerate(operators)
    }


def bottlenecks(operators: Sequence[Operator], interface: Iterable[Tensor]) -> tuple[Bottleneck, ...]:
    """The inverted bottlenecks among operators, whether they pay or not; no tensor of `interface` is inside of one."""
    readers = Counter(tensor for operator in operators for tensor in operator.inputs if tensor is not None)
    readers.update(interface)
    reader = {operator.inputs[0]: operator for operator in operators if operator.inputs}
    found = []
    for expansion in operators:
        depthwise = _only(expansion, readers, reader)
        projection = depthwise and _only(depthwise, readers, reader)
        if depthwise and projection and _fit((expansion, depthwise, projection)):
            found.append(Bottleneck(expansion, depthwise, projection))
    return tuple(found)


def _only(
    operator: Operator, readers: Mapping[Tensor, int], reader: Mapping[Tensor | None, Operator]
) -> Operator | None:
    """The only reader of an operator's only output, which reads it as its first input; None if there is none."""
    if len(operator.outputs) != 1 or readers.get(operator.outputs[0]) != 1:
        return None
    return reader.get(operator.outputs[0])


def _fit(operators: tuple[Operator, Operator, Operator]) -> bool:
    if tuple(operator.code for operator in operators) != _CODES or not all(map(_runs, operators)):
        return False
    _, filter_, projection = map(window, operators)
    of_pixels = projection.pointwise and projection.strides == (1, 1)
    # A PAD below or beside the filtered tensor is not in the padding of the projection's window, but in its output.
    as_large = operators[1].outputs[0].shape[:3] == operators[2].outputs[0].shape[:3]
    return filter_.depth == filter_.out_depth and of_pixels and as_large


def _runs(operator: Operator) -> bool:
    """Whether the kernel takes the operator: one image of int8, with constant int8 weights and a constant bias."""
    if not 1 < len(operator.inputs) <= _INPUTS or not is_sound(operator):
        return False
    source, weights, target = operator.input(0), operator.input(1), operator.outputs[0]
    bias = operator.inputs[2] if len(operator.inputs) == _INPUTS else None
    types = {source.type, weights.type, target.type}
    constants = weights.data is not None and len(weights.data) == weights.bytes and (bias is None or bias.data)
    return source.data is None and bool(constants) and types == {ElementType.INT8} and target.shape[0] == 1


def _fused(graph: Graph) -> Graph | None:
    """The graph with its bottlenecks as one operator each; None if there is none, as a graph must not keep itself.

    Control edges name operators of the file, so a graph with some keeps all of its operators.
    """
    found = {} if graph.control_edges else {each.projection: each for each in paying(graph.operators, graph.outputs)}
    gone = {operator for each in found.values() for operator in (each.expansion, each.depthwise)}
    if not found:
        return None
    inner = {tensor for operator in gone for tensor in operator.outputs}
    return replace(
        graph,
        tensors=tuple(tensor for tensor in graph.tensors if tensor not in inner),
        operators=tuple(_one(found[each]) if each in found else each for each in graph.operators if each not in gone),
    )


def _one(found: Bottleneck) -> Operator:
    operators = found.expansion, found.depthwise, found.projection
    inputs = [(*operator.inputs, None)[:_INPUTS] for operator in operators]
    options = {
        f"{place} {name}": value for place, operator in enumerate(operators) for name, value in operator.options.items()
    }
    return Operator(
        INVERTED_BOTTLENECK,
        (*inputs[0], *inputs[1][1:], *inputs[2][1:]),
        found.projection.outputs,
        options,
        intermediates=(found.wide, *found.depthwise.outputs),
    )


def _parts(operator: Operator) -> Bottleneck:
    source, *constants = operator.inputs
    results = (*operator.intermediates, *operator.outputs)
    made = []
    for place, code in enumerate(_CODES):
        start = f"{place} "
        options = {
            name.removeprefix(start): value for name, value in operator.options.items() if name.startswith(start)
        }
        inputs = (source, *constants[2 * place : 2 * place + 2])
        made.append(Operator(code, inputs, (results[place],), options))
        source = results[place]
    return Bottleneck(*made)
