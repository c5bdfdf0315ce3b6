"""Sums over strips: MEAN and AVERAGE_POOL_2D of a whole plane as generated C runs them, without the joined rows.

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
from typing import TYPE_CHECKING

from arenite.model import ElementType, Operator, Tensor
from arenite.operators.constants import integers
from arenite.operators.joins import join, joins_as_it_is
from arenite.operators.liveness import align
from arenite.operators.rows_outside import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.model import Graph, Model

START, ADD_PIXELS = "START SUMS", "ADD TO SUMS"
FINISH = "FINISH "
"""Operators of generated C: set all sums to 0; add the pixels of the first input to them; the beginning of the name of
what makes the results of them."""
PIXELS = "pixels summed"
"""Option of an operator that finishes sums: the number of pixels that were added to each."""

_TYPES = frozenset({ElementType.INT8, ElementType.INT16})


@dataclass(frozen=True, eq=False, slots=True)
class Summed:
    """An operator that reads rows which CONCATENATIONs have joined, and what generated C runs in place of them.

    `joined`: the rows, which C does not hold. `replaced`: the CONCATENATIONs, in their order, which C does not run.
    `reader`: the operator. `start`, `adds` and `finish` run in place of them all; each of `adds` reads one strip.
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
    """An operator that can read sums in place of `rows`, a tensor [1, rows, columns, channels], and their number."""

    operator: Operator
    rows: Tensor
    sums: int

    @property
    def bytes(self) -> int:
        """Bytes of the sums."""
        return align(self.sums * ElementType.INT32.bytes)


def summing(graph: Graph) -> dict[Operator, Summing]:
    """The operators of a graph that can read sums: of rows which no other operator reads, and with fewer bytes."""
    readers = Counter(tensor for operator in graph.operators for tensor in operator.inputs if tensor is not None)
    found = (None if graph.control_edges else _summing(operator) for operator in graph.operators)
    return {
        each.operator: each
        for each in found
        if each and readers[each.rows] == 1 and each.rows not in graph.outputs and each.bytes < each.rows.bytes
    }


def _summing(operator: Operator) -> Summing | None:
    rows = operator.inputs[0] if operator.inputs else None
    if rows is None or rows.data is not None or rows.variable or rows.type not in _TYPES or len(operator.outputs) != 1:
        return None
    if len(rows.shape) != 4 or rows.shape[0] != 1 or operator.outputs[0].type is not rows.type:
        return None
    channels = rows.shape[3]
    whole = _averages_all(operator, rows) and operator.outputs[0].bytes == channels * rows.type.bytes
    return Summing(operator, rows, channels) if whole else None


def _averages_all(operator: Operator, rows: Tensor) -> bool:
    """Whether each result is the mean of a channel over all rows and columns."""
    if operator.code == "MEAN":
        axes = integers(operator.inputs[1]) if len(operator.inputs) == 2 else None
        return axes is not None and {axis + 4 if axis < 0 else axis for axis in axes} == {1, 2}
    filter_ = tuple(operator.options.get(f"filter_{side}") for side in ("height", "width"))
    return operator.code == "AVERAGE_POOL_2D" and filter_ == rows.shape[1:3]


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
    rows = _Rows(graph)
    for each in summing(graph).values():
        replaced, parts = tuple(rows.joins(each.rows)), rows.parts(each.rows)
        if len(parts) > 1 and each.bytes + max(part.bytes for part in parts) < each.rows.bytes:
            yield _summed(each, replaced, parts)


def _summed(by: Summing, replaced: tuple[Operator, ...], parts: Sequence[Tensor]) -> Summed:
    rows, reader = by.rows, by.operator
    sums = replace(rows, name=f"{rows.name}/sums", shape=(1, 1, 1, by.sums), type=ElementType.INT32, origin=None)
    adds = tuple(Operator(ADD_PIXELS, (part, sums), (sums,)) for part in parts)
    finish = replace(
        reader,
        code=f"{FINISH}{reader.code}",
        inputs=(sums, *reader.inputs[1:]),
        options={**reader.options, PIXELS: rows.shape[1] * rows.shape[2]},
        origin=None,
    )
    return Summed(rows, replaced, reader, Operator(START, (), (sums,)), adds, finish)


class _Rows:
    """Which tensors of a graph are joined of rows, and of which."""

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

    def join(self, tensor: Tensor) -> tuple[Tensor, ...]:
        """The tensors of which a CONCATENATION makes a tensor that one operator reads; () if it is no join of rows."""
        operator = self.writer.get(tensor) if tensor in self.inner else None
        joined = join(operator) if operator is not None and operator.code == "CONCATENATION" else None
        if operator is None or joined is None or joined.axis != ROWS or not joins_as_it_is(operator):
            return ()
        parts = tuple(part for part in operator.inputs if part in self.writer)
        return parts if len(parts) == len(operator.inputs) else ()

    def joins(self, tensor: Tensor) -> Iterator[Operator]:
        """The CONCATENATIONs that make a tensor, those of parts before those that read them."""
        parts = self.join(tensor)
        for part in parts:
            yield from self.joins(part)
        if parts:
            yield self.writer[tensor]

    def parts(self, tensor: Tensor) -> list[Tensor]:
        """The tensors of which these CONCATENATIONs make a tensor, in the order of rows."""
        parts = self.join(tensor)
        return [each for part in parts for each in self.parts(part)] if parts else [tensor]
