"""Sums over strips: MEAN, AVERAGE_POOL_2D and FULLY_CONNECTED of whole planes as generated C runs them, without these.

    file:    strip 1 --.
             strip 2 --CONCATENATION--> joined --MEAN--> y

    as run:              START SUMS --> sums
             strip 1 --ADD TO SUMS----> sums        right behind the operator that makes the strip
             strip 2 --ADD TO SUMS----> sums
                              sums --FINISH MEAN--> y

The sums are one tensor with several writers, so that no layout lets it share a byte while it lives, and the graph keeps
its order. They are 32-bit integers, added modulo 2^32 in any order and rounded once at the end, as the kernel of the
whole operator does; `docs/strips.md` has the proof. Operators with a space in their name are in no file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from arenite.model import ElementType, Operator, Tensor
from arenite.operators.constants import integers
from arenite.operators.joins import join, joins_as_it_is
from arenite.operators.kinds import RESHAPES
from arenite.operators.liveness import align
from arenite.operators.quantization import steps
from arenite.operators.rows_outside import ROWS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from arenite.model import Graph, Model

START, ADD_PIXELS, ADD_PRODUCTS = "START SUMS", "ADD TO SUMS", "ADD PRODUCTS TO SUMS"
FINISH = "FINISH "
"""Operators of generated C: set all sums to 0; add the pixels of the first input to them, or elements times weights;
the beginning of the name of what makes the results of them."""
PIXELS, FIRST = "pixels summed", "first weight"
"""Options of these: the number of pixels that were added to each sum; the position of a strip's first element among
the weights of a unit."""

_TYPES = frozenset({ElementType.INT8, ElementType.INT16})


@dataclass(frozen=True, eq=False, slots=True)
class Summed:
    """An operator that reads rows which CONCATENATIONs have joined, and what generated C runs in place of them.

    `joined`: the rows, which C does not hold. `replaced`: the CONCATENATIONs, and what changes the shape of the rows,
    in their order; C does not run them. `reader`: the operator. `start`, `adds` and `finish` run in place of them all;
    each of `adds` reads one strip.
    """

    joined: Tensor
    replaced: tuple[Operator, ...]
    reader: Operator
    start: Operator
    adds: tuple[Operator, ...]
    finish: Operator

    @property
    def sums(self) -> Tensor:
        """The sums, in bytes of their own from the first strip to the end."""
        return self.start.outputs[0]


def sums_of(graph: Graph) -> tuple[Summed, ...]:
    """The sums over strips of a graph; all callers with the same graph get the same objects."""
    return graph.once(sums_of, lambda each: tuple(_found(each)))


@dataclass(frozen=True, eq=False, slots=True)
class Summing:
    """An operator that can read sums in place of `rows`, a tensor [1, rows, columns, channels], and their number.

    `views`: operators between both that change the shape alone, the one next to the operator first.
    """

    operator: Operator
    rows: Tensor
    sums: int
    views: tuple[Operator, ...] = ()

    @property
    def bytes(self) -> int:
        """Bytes of the sums."""
        return align(self.sums * ElementType.INT32.bytes)


def summing(graph: Graph) -> dict[Operator, Summing]:
    """The operators of a graph that can read sums: of rows which no other operator reads, and with fewer bytes."""
    return {} if graph.control_edges else _summing(graph, _Ends(graph))


def _summing(graph: Graph, ends: _Ends) -> dict[Operator, Summing]:
    found = (_averaging(operator, ends) or _weighing(operator, ends) for operator in graph.operators)
    return {each.operator: each for each in found if each and each.bytes < each.rows.bytes}


class _Ends:
    """Which operator writes a tensor, and which tensors a single operator reads; without those that graphs share."""

    def __init__(self, graph: Graph) -> None:
        writers = Counter(tensor for operator in graph.operators for tensor in operator.outputs)
        readers = Counter(tensor for operator in graph.operators for tensor in operator.inputs if tensor is not None)
        self.writer = {
            tensor: operator
            for operator in graph.operators
            for tensor in operator.outputs
            if writers[tensor] == 1 and tensor not in graph.inputs and not tensor.variable and tensor.outside is None
        }
        self.inner = {tensor for tensor in self.writer if readers[tensor] == 1 and tensor not in graph.outputs}

    def views(self, tensor: Tensor) -> Iterator[Operator]:
        """Operators that change the shape alone, from the one that makes a tensor on."""
        while tensor in self.inner and (view := self.writer[tensor]).code in RESHAPES and any(view.inputs[:1]):
            yield view
            tensor = view.input(0)


def _is_image(rows: Tensor, kinds: Container[ElementType], ends: _Ends) -> bool:
    """Whether a tensor has several rows, which one operator reads, of one of these types."""
    several = len(rows.shape) == 4 and rows.shape[0] == 1 < rows.shape[ROWS]
    return several and rows in ends.inner and rows.type in kinds


def _averaging(operator: Operator, ends: _Ends) -> Summing | None:
    """MEAN over rows and columns, or AVERAGE_POOL_2D of all of them: one sum for each channel."""
    rows = operator.inputs[0] if operator.inputs else None
    if rows is None or not _is_image(rows, _TYPES, ends) or len(operator.outputs) != 1:
        return None
    (output,) = operator.outputs
    if output.type is not rows.type or output.bytes != rows.shape[3] * rows.type.bytes:
        return None
    return Summing(operator, rows, rows.shape[3]) if _averages_all(operator, rows) else None


def _averages_all(operator: Operator, rows: Tensor) -> bool:
    """Whether each result is the mean of a channel over all rows and columns."""
    if operator.code == "MEAN":
        axes = integers(operator.inputs[1]) if len(operator.inputs) == 2 else None
        return axes is not None and {axis + 4 if axis < 0 else axis for axis in axes} == {1, 2}
    filter_ = tuple(operator.options.get(f"filter_{side}") for side in ("height", "width"))
    return operator.code == "AVERAGE_POOL_2D" and filter_ == rows.shape[1:3]


def _weighing(operator: Operator, ends: _Ends) -> Summing | None:
    """FULLY_CONNECTED of int8 values over all elements of rows: one sum for each unit."""
    if operator.code != "FULLY_CONNECTED" or len(operator.outputs) != 1 or None in operator.inputs[:2]:
        return None
    source, weights, output = operator.input(0), operator.input(1), operator.outputs[0]
    views = tuple(ends.views(source))
    rows = views[-1].input(0) if views else source
    tensors = (source, weights, output, *(view.input(0) for view in views))
    if not _is_image(rows, {ElementType.INT8}, ends) or any(each.type is not ElementType.INT8 for each in tensors):
        return None
    alike = all(steps(view.input(0)) == steps(source) for view in views)
    if weights.data is None or not alike or operator.options.get("weights_format", 0):
        return None
    fits = weights.shape == (prod(output.shape), prod(rows.shape)) and source.bytes == rows.bytes
    return Summing(operator, rows, weights.shape[0], views) if fits else None


def with_sums(operators: Sequence[Operator], found: Sequence[Summed]) -> tuple[Operator, ...]:
    """The operators of a graph as generated C runs them; those that make strips may have been replaced."""
    gone = {operator for each in found for operator in each.replaced}
    finish = {each.reader: each.finish for each in found}
    after: dict[Tensor, list[Operator]] = {}
    for each in found:
        for add in each.adds:
            after.setdefault(add.input(0), []).extend((each.start, add))
    result: dict[Operator, None] = {}
    for operator in operators:
        if operator not in gone:
            result[finish.get(operator, operator)] = None
        result.update(dict.fromkeys(add for tensor in operator.outputs for add in after.get(tensor, ())))
    return tuple(result)


def without_sums(operators: Sequence[Operator], found: Sequence[Summed]) -> tuple[Operator, ...]:
    """The operators of a graph as in a file, in the order of `operators`, which `with_sums` made."""
    finished = {each.finish: (*each.replaced, each.reader) for each in found}
    internal = {operator for each in found for operator in (each.start, *each.adds)}
    return tuple(
        original
        for operator in operators
        if operator not in internal
        for original in finished.get(operator, (operator,))
    )


def planned_with_sums(model: Model, offsets: Mapping[Tensor, int]) -> dict[Tensor, int]:
    """Offsets of tensors of a model, among them those of its sums, which a file has as those of the joined rows."""
    found = [each for graph in model.graphs for each in sums_of(graph)]
    for_file = {each.joined: offsets[each.sums] for each in found if each.sums in offsets}
    for_c = {each.sums: offsets[each.joined] for each in found if each.joined in offsets}
    return {**offsets, **for_file, **for_c}


def _found(graph: Graph) -> Iterator[Summed]:
    if graph.control_edges:
        return
    ends = _Ends(graph)
    for each in _summing(graph, ends).values():
        joins, parts = _taken_apart(each.rows, ends)
        if len(parts) > 1 and each.bytes + max(part.bytes for part in parts) < each.rows.bytes:
            yield _summed(each, joins, parts)


def _taken_apart(rows: Tensor, ends: _Ends) -> tuple[list[Operator], list[Tensor]]:
    """The CONCATENATIONs that make rows, each after those whose results it reads, and the parts from top to bottom."""
    joins: list[Operator] = []
    parts: list[Tensor] = []
    waiting = [rows]
    while waiting:
        tensor = waiting.pop()
        joined = _joined(tensor, ends)
        if joined:
            joins.append(ends.writer[tensor])
            waiting.extend(reversed(joined))
        else:
            parts.append(tensor)
    return joins[::-1], parts


def _joined(tensor: Tensor, ends: _Ends) -> tuple[Tensor, ...]:
    """The tensors whose rows a CONCATENATION joins to a tensor that one operator reads; () if none does."""
    operator = ends.writer[tensor]
    joined = join(operator) if tensor in ends.inner and operator.code == "CONCATENATION" else None
    if joined is None or joined.axis != ROWS or not joins_as_it_is(operator):
        return ()
    parts = tuple(part for part in operator.inputs if part in ends.writer)
    return parts if len(parts) == len(operator.inputs) else ()


def _summed(by: Summing, joins: Sequence[Operator], parts: Sequence[Tensor]) -> Summed:
    rows, reader = by.rows, by.operator
    sums = replace(
        reader.input(0), name=f"{rows.name}/sums", shape=(1, 1, 1, by.sums), type=ElementType.INT32, origin=None
    )
    finish = replace(
        reader,
        code=f"{FINISH}{reader.code}",
        inputs=(sums, *reader.inputs[1:]),
        options={**reader.options, PIXELS: rows.shape[1] * rows.shape[2]},
        origin=None,
    )
    replaced = (*joins, *reversed(by.views))
    return Summed(rows, replaced, reader, Operator(START, (), (sums,)), tuple(_adds(by, parts, sums)), finish)


def _adds(by: Summing, parts: Sequence[Tensor], sums: Tensor) -> Iterator[Operator]:
    """The operators that add parts to sums, weighed where the operator has weights for each element."""
    first = 0
    for part in parts:
        if by.operator.code == "FULLY_CONNECTED":
            yield Operator(ADD_PRODUCTS, (part, by.operator.input(1), sums), (sums,), {FIRST: first})
        else:
            yield Operator(ADD_PIXELS, (part, sums), (sums,))
        first += prod(part.shape)
