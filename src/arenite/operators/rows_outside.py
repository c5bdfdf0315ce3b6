"""Inputs that come in rows: which rows of them an operator reads, and the most rows that the arena holds at a time.

The application hands over the rows of such an input from the first to the last, each row once. SLICE and CONCATENATION
do nothing else with them than to take new rows and to join them with rows that are still needed:

    x (outside) -SLICE--> rows 0-5 --------------------------> strip 1
                              rows 3-5 -.
    x (outside) -SLICE--> rows 5-8 ----CONCATENATION--> 3-8 --> strip 2

An output that goes in rows is the other way round: each CONCATENATION adds the rows of one strip to those before.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from arenite.model import Outside
from arenite.operators.constants import integers
from arenite.operators.joins import join, joins_as_it_is
from arenite.operators.liveness import lifetimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Graph, Model, Operator, Tensor

ROWS = 1
"""The axis of rows in NHWC tensors."""


class Taken(NamedTuple):
    """Rows `first` to `end`, without `end`, of an input or output outside of the arena."""

    whole: Tensor
    first: int
    end: int


def rows_read(operator: Operator) -> Taken | None:
    """The rows that an operator takes of an input which comes in rows; None if it does something else with it."""
    source = operator.inputs[0] if operator.inputs else None
    if source is None or source.outside is not Outside.ROWS or len(operator.outputs) != 1:
        return None
    if operator.code == "CONCATENATION" and len(operator.inputs) == 1:
        return Taken(source, 0, source.shape[ROWS]) if joins_as_it_is(operator) else None
    if operator.code != "SLICE":
        return None
    begin, shape = integers(operator.inputs[1]), operator.outputs[0].shape
    others = [axis for axis in range(len(source.shape)) if axis != ROWS]
    if begin is None or len(begin) != len(shape):
        return None
    if any(begin[axis] or shape[axis] != source.shape[axis] for axis in others):
        return None
    return Taken(source, begin[ROWS], begin[ROWS] + shape[ROWS])


def rows_written(operator: Operator) -> Taken | None:
    """The rows that an operator adds to an output which goes in rows; None if it does something else.

    The last input has these rows. The first, if there are two, is the output as far as it is written already.
    """
    if operator.code != "CONCATENATION" or len(operator.outputs) != 1 or len(operator.inputs) > 2:
        return None
    target, new = operator.outputs[0], operator.inputs[-1] if operator.inputs else None
    if target.outside is not Outside.ROWS or new is None or new.outside is Outside.ROWS or not joins_as_it_is(operator):
        return None
    if len(operator.inputs) == 2 and not (adds_rows(operator) and operator.input(0).outside is Outside.ROWS):
        return None
    return Taken(target, target.shape[ROWS] - new.shape[ROWS], target.shape[ROWS])


def adds_rows(operator: Operator) -> bool:
    """Whether an operator joins its second input, below the rows of the first, and nothing else."""
    if operator.code != "CONCATENATION" or len(operator.inputs) != 2 or None in operator.inputs:
        return False
    joined = join(operator)
    return joined is not None and joined.axis == ROWS and len(joined.whole.shape) == 4 and joins_as_it_is(operator)


def ends_in_rows(model: Model) -> dict[Tensor, Tensor]:
    """Every tensor that comes or goes in rows -> the input or output whose rows it has.

    An output that strips write one after the other is several tensors, each as far as it is written.
    """
    graph = model.main
    found = {tensor: tensor for tensor in (*graph.inputs, *graph.outputs) if tensor.outside is Outside.ROWS}
    for operator in reversed(graph.operators):
        written = rows_written(operator)
        if written is not None and written.whole in found and len(operator.inputs) == 2:
            found[operator.input(0)] = found[written.whole]
    return found


def comes_once(graph: Graph, source: Tensor) -> bool:
    """Whether the operators of a graph only take rows of an input, in its order and each row at most once."""
    next_row = 0
    for operator in graph.operators:
        if source in operator.inputs:
            taken = rows_read(operator)
            if taken is None or taken.first < next_row:
                return False
            next_row = taken.end
    return source not in graph.outputs


def rows_order(operators: Sequence[Operator], order: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Pairs (a, b) of operators that take rows of one input, where a is the last one before b in `order`."""
    readers: dict[Tensor, list[int]] = {}
    for index in order:
        taken = rows_read(operators[index])
        if taken is not None:
            readers.setdefault(taken.whole, []).append(index)
    return tuple(pair for each in readers.values() for pair in pairwise(each))


def most_held(model: Model, source: Tensor) -> int:
    """The most rows of an input which comes in rows that the arena holds at a time.

    Rows that an operator computed something of, be it only a type, do not count.
    """
    held: dict[Tensor, frozenset[int]] = {}
    for operator in model.main.operators:
        rows = _rows(operator, source, held)
        if rows:
            held[operator.outputs[0]] = rows
    lives = lifetimes(model).of
    spans = [(lives[tensor].first, lives[tensor].last, rows) for tensor, rows in held.items()]
    begins = {begin for begin, _, _ in spans}
    alive = ([rows for first, last, rows in spans if first <= begin <= last] for begin in begins)
    return max((len(frozenset().union(*each)) for each in alive), default=0)


def _rows(operator: Operator, source: Tensor, held: dict[Tensor, frozenset[int]]) -> frozenset[int]:
    taken = rows_read(operator)
    if taken is not None:
        return frozenset(range(taken.first, taken.end)) if taken.whole is source else frozenset()
    if operator.code not in ("SLICE", "CONCATENATION"):
        return frozenset()
    known = [held[tensor] for tensor in operator.inputs if tensor in held]
    if operator.code == "CONCATENATION" or not known:
        return frozenset().union(*known)
    begin = integers(operator.inputs[1])
    rows = sorted(known[0])
    first = begin[ROWS] if begin is not None and len(begin) > ROWS else 0
    return frozenset(rows[first : first + operator.outputs[0].shape[ROWS]])
