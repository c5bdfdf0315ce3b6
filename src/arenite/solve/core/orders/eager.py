"""Moves of a breadth-first search by which eager operators are taken back too (see `certificate.Settled`), in bulk.

state     a  b  v  e  f  .  .       v is taken back with e and f, the eager operators after it, the last one first
after it  a  b  .  .  .  .  .
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from arenite.solve.order.graph import Graph

    Words = NDArray[np.uint64]
    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]


class EagerMove(NamedTuple):
    """A move of an operator and eager ones after it.

    `places`: numbers of the states that have it. `rows`, `live` and `memory`: the states after it, the bytes alive
    there, and the most bytes in use while these operators run.
    """

    places: Numbers
    rows: Words
    live: Numbers
    memory: Numbers


def eager_moves(graph: Graph, rows: Words, live: Numbers) -> Iterator[EagerMove]:
    """All moves of an operator with one or more eager ones; `rows`: words of each state, `live`: bytes alive there."""
    some, every = (int.from_bytes(each.reduce(rows).tobytes(), "little") for each in (np.bitwise_or, np.bitwise_and))
    for operator in bits(some & ~graph.eager if graph.eager else 0):
        eager, others = graph.descendants[operator] & graph.eager & some, graph.descendants[operator] & ~graph.eager
        if not eager or others & every:
            continue
        found = _any(rows, 1 << operator) & _any(rows, eager) & ~_any(rows, others)
        places = np.flatnonzero(found)
        if not places.size:
            continue
        taken, alive = rows[places], live[places]
        for follower in (v for v in reversed(graph.order) if eager >> v & 1):
            _take_back(graph, taken, alive, follower, np.flatnonzero(_any(taken, 1 << follower)))
        first = alive + graph.least_own
        own = graph.made[operator] + graph.extra[operator] - _saving(graph, taken, operator)
        _take_back(graph, taken, alive, operator, np.arange(len(places)))
        memory = np.maximum(first, alive + own)
        yield EagerMove(places, taken, alive, memory)


def _take_back(graph: Graph, rows: Words, live: Numbers, operator: int, places: Numbers) -> None:
    """Take back an operator that is the last one in the states at these places."""
    live[places] -= graph.lasting[operator]
    for size, readers in graph.reads[operator]:
        live[places] += _every(rows[places], readers) * np.int64(size)
    rows[places] &= ~_words(1 << operator, rows)


def _saving(graph: Graph, rows: Words, operator: int) -> Numbers:
    """Bytes that an operator saves that is the last one in these states."""
    most, saved = graph.savings.get(operator, (0, []))
    total = np.zeros(len(rows), dtype=np.int64)
    for size, readers in saved:
        total += _every(rows, readers) * np.int64(size)
    return np.minimum(total, most)


def _every(rows: Words, mask: int) -> Flags:
    """Flags of the states that have all operators of a mask."""
    words = _words(mask, rows)
    found: Flags = np.logical_and.reduce(rows & words == words, axis=1)
    return found


def _any(rows: Words, mask: int) -> Flags:
    """Flags of the states that have one or more of the operators of a mask."""
    found: Flags = np.logical_or.reduce(rows & _words(mask, rows) != 0, axis=1)
    return found


def _words(mask: int, rows: Words) -> Words:
    """A mask as a row of as many words."""
    return np.frombuffer(mask.to_bytes(8 * rows.shape[1], "little"), dtype="<u8").astype(np.uint64)
