"""Breadth-first search from the end, in bulk: all states of one size at a time; the twin in C is `../c/breadth.c`.

    size (operators run)    n      n-1     n-2     ...     0
    states                  *  ->  ****    *****           *       one row of 64-bit words per state

Only settled states count and are kept (see `settle`). A move takes back an operator, and the eager ones after it
(`eager.py`). In C a state settles before it waits. Here a state just reached waits first, as a row of bits in numpy
arrays, and settles together with the others of its size. Moves lead to smaller states only, so a size is complete once
all larger sizes are. The states of a size are in the order of their hashes, and each remembers the first of the states
that it can be reached from, so that both ways give the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from arenite.solve.core.orders.eager import eager_moves
from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.solve.core.orders.eager import Flags, Numbers, Words
    from arenite.solve.order.graph import Graph

_CASCADE = 3
"""Longest chain of dependent operators by which a state settles in one pass. Longer chains settle in later passes;
longer passes need more columns."""


@dataclass(slots=True)
class _States:
    """States of one size.

    `rows`: (states, words) bits of the operators that have run. `live`: (states,) bytes alive. `origin`: (states,)
    number of the settled state before, -1 at the start.
    """

    rows: Words
    live: Numbers
    origin: Numbers

    def chosen(self, places: Numbers | Flags | slice) -> _States:
        return _States(self.rows[places], self.live[places], self.origin[places])


class PythonBreadthFirst:
    """`BreadthFirst` in Python."""

    def __init__(self, graph: Graph, bound: int, moves: int) -> None:
        self._graph = graph
        self._bound = bound
        self._most = moves
        self._words = max(1, (graph.count + 63) // 64)
        self._tables = _Tables(graph)
        self._arrived: dict[int, list[_States]] = {graph.count: [self._start()]}
        self._size = graph.count
        self._current: _States | None = None
        self._next = 0
        self._rows: list[Words] = []
        self._origins: list[Numbers] = []
        self._settled = 0
        self._moves = 0
        self._refused: int | None = None
        self._goal = -1
        self._complete = (0, 0)

    def run(self, states: int) -> tuple[bool | None, int, int]:
        """See `BreadthFirst`."""
        if self._current is None:
            if not self._arrived:
                return False, *self._complete
            self._size = max(self._arrived)
            merged = _merged(self._arrived.pop(self._size), self._full())
            if not self._size:
                self._goal = int(merged.origin[0])
                return True, *self._complete
            self._current, self._next = merged, 0
        end = self._next + states
        self._follow(self._size, self._current.chosen(slice(self._next, end)))
        self._next = end
        if self._moves > self._most:
            return None, self._complete[0], self._most + 1
        if end >= len(self._current.live):
            self._current = None
            self._complete = self._settled, self._moves
        return None, *self._complete

    def refused(self) -> int | None:
        """See `BreadthFirst`."""
        return self._refused

    def states(self) -> bytes:
        """See `BreadthFirst`."""
        width = (self._graph.count + 7) // 8
        return b"".join(rows.view(np.uint8)[:, :width].tobytes() for rows in self._rows)

    def way(self) -> list[int]:
        """See `BreadthFirst`."""
        origins = np.concatenate(self._origins)
        rows = np.concatenate(self._rows)
        states, number = [], self._goal
        while number >= 0:
            states.append(_as_int(rows[number].astype("<u8")))
            number = int(origins[number])
        return states

    def _full(self) -> Words:
        return np.frombuffer(self._graph.full.to_bytes(8 * self._words, "little"), dtype="<u8").astype(np.uint64)

    def _start(self) -> _States:
        live, origin = np.array([self._graph.end], dtype=np.int64), np.array([-1], dtype=np.int64)
        return _States(self._full().reshape(1, -1), live, origin)

    def _follow(self, size: int, states: _States) -> None:
        """Settle the states that are not settled, and make all moves from the others."""
        chunk = _Chunk(self._tables, states.rows, states.live, self._bound)
        ways = chunk.settle()
        settled = chunk.taken == 0
        for taken in np.unique(chunk.taken[~settled]).tolist():
            there = np.flatnonzero(chunk.taken == taken)
            self._arrive(size - taken, _States(chunk.rows[there], chunk.live[there], states.origin[there]))
        number = self._settled - 1 + np.cumsum(settled)
        self._settled += int(settled.sum())
        self._rows.append(states.rows[settled])
        self._origins.append(states.origin[settled])
        for operator, places, left, memory in ways:
            relevant = settled[places]
            fit = memory < self._bound
            eager = self._graph.eager >> operator & 1
            self._refuse(memory[relevant & ~fit & (left <= states.live[places]) if eager else relevant & ~fit])
            taken_back = relevant & fit & (not eager)
            if taken_back.any():
                there = places[taken_back]
                rows = states.rows[there]
                self._tables.take(rows, operator)
                self._moves += len(there)
                self._arrive(size - 1, _States(rows, left[taken_back], number[there]))
        rows, number = states.rows[settled], number[settled]
        for move in eager_moves(self._graph, rows, states.live[settled]):
            fit = move.memory < self._bound
            self._refuse(move.memory[~fit])
            self._moves += int(fit.sum())
            sizes = np.unpackbits(move.rows.view(np.uint8), axis=1).sum(axis=1, dtype=np.int64)
            for left in np.unique(sizes[fit]).tolist():
                there = fit & (sizes == left)
                self._arrive(left, _States(move.rows[there], move.live[there], number[move.places[there]]))

    def _refuse(self, memory: Numbers) -> None:
        """Note the least memory of moves that the bound refuses."""
        if memory.size:
            least = int(memory.min())
            self._refused = least if self._refused is None else min(least, self._refused)

    def _arrive(self, size: int, states: _States) -> None:
        self._arrived.setdefault(size, []).append(states)


class _Tables:
    """For each operator of a graph: the bytes that it adds and its bit in a row of words.

    `own`: outputs and extra.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.own = [graph.made[v] + graph.extra[v] for v in range(graph.count)]
        self.savings = {
            saving.operator: (saving.most, [(t, saved) for t, saved in saving.saved if saved and not graph.kept[t]])
            for saving in graph.problem.savings
        }
        self.latest_first = graph.order[::-1]
        self._word = [v >> 6 for v in range(graph.count)]
        self._rest = [np.uint64(~(1 << (v & 63)) & (1 << 64) - 1) for v in range(graph.count)]

    def take(self, rows: Words, operator: int, places: Numbers | slice = slice(None)) -> None:
        """Take an operator back in these rows, in place."""
        rows[places, self._word[operator]] &= self._rest[operator]


class _Chunk:
    """Some states, as rows and also as columns: for each relevant operator, a flag per row whether it has run."""

    def __init__(self, tables: _Tables, rows: Words, live: Numbers, bound: int) -> None:
        self._tables = tables
        self._bound = bound
        self.rows = rows.copy()
        self.live = live.copy()
        self.taken = np.zeros(len(live), dtype=np.int64)
        """Number of operators that each row has taken back by settling."""
        self._some = _as_int(np.bitwise_or.reduce(rows))
        self._all = _as_int(np.bitwise_and.reduce(rows))
        self._candidates = self._possibly_last()
        self._columns = self._transposed()
        self._read: dict[int, Flags] = {}

    def _possibly_last(self) -> list[int]:
        """Operators, latest first, that can be taken back in some row, directly or after some steps of settling."""
        graph = self._tables.graph
        needed = self._all
        found = 0
        for _ in range(_CASCADE):
            new = [v for v in bits(self._some & ~found) if not graph.after[v] & needed]
            for operator in new:
                found |= 1 << operator
            needed &= ~found
        return [v for v in self._tables.latest_first if found >> v & 1]

    def _transposed(self) -> dict[int, Flags]:
        graph = self._tables.graph
        mask = 0
        for operator in self._candidates:
            mask |= 1 << operator | graph.after[operator]
            for tensor in self._tables.graph.ending[operator]:
                mask |= graph.readers[tensor]
        mask &= self._some
        first, last = (mask & -mask).bit_length() - 1 >> 3, mask.bit_length() - 1 >> 3
        octets = self.rows.view(np.uint8)[:, first : last + 1]
        columns = np.ascontiguousarray(np.unpackbits(octets, axis=1, bitorder="little").T).view(np.bool_)
        return {operator: columns[operator - 8 * first] for operator in bits(mask)}

    def settle(self) -> list[tuple[int, Numbers, Numbers, Numbers]]:
        """Settle by one pass over the operators, latest first.

        Returns for each operator that could be taken back: the operator, the rows, the bytes alive afterwards, and the
        memory while it runs. These figures hold for rows that did not change in the pass.
        """
        tables = self._tables
        ways = []
        for operator in self._candidates:
            places = np.flatnonzero(self._last(operator))
            if not places.size:
                continue
            live = self.live[places]
            left = live - tables.graph.lasting[operator]
            for tensor in tables.graph.ending[operator]:
                left += self._all_read(tensor, places) * np.int64(tables.graph.sizes[tensor])
            memory = left + tables.own[operator]
            if operator in tables.savings:
                memory -= self._saving(*tables.savings[operator], places)
            free = (left <= live) & (memory < self._bound)
            if free.any():
                self._take(operator, places[free], left[free])
            ways.append((operator, places, left, memory))
        return ways

    def _last(self, operator: int) -> Flags:
        """Flags of the rows in which the operator has run and none of its successors has."""
        needed = [v for v in bits(self._tables.graph.after[operator]) if v in self._columns]
        if not needed:
            return self._columns[operator]
        later = self._columns[needed[0]]
        for other in needed[1:]:
            later = later | self._columns[other]
        return self._columns[operator] > later

    def _all_read(self, tensor: int, places: Numbers) -> Flags:
        """Flags of those rows in which all readers of the tensor have run."""
        if tensor not in self._read:
            readers = list(bits(self._tables.graph.readers[tensor]))
            if all(reader in self._columns for reader in readers):
                flags = self._columns[readers[0]]
                for reader in readers[1:]:
                    flags = flags & self._columns[reader]
            else:
                flags = np.zeros(len(self.live), dtype=np.bool_)
            self._read[tensor] = flags
        return self._read[tensor][places]

    def _saving(self, most: int, saved: Sequence[tuple[int, int]], places: Numbers) -> Numbers:
        """Bytes that an operator saves in each of these rows."""
        total = np.zeros(len(places), dtype=np.int64)
        for tensor, size in saved:
            total += self._all_read(tensor, places) * np.int64(size)
        return np.minimum(total, most)

    def _take(self, operator: int, places: Numbers, left: Numbers) -> None:
        self.live[places] = left
        self.taken[places] += 1
        self._columns[operator][places] = False
        self._tables.take(self.rows, operator, places)
        for tensor in self._tables.graph.ending[operator]:
            self._read.pop(tensor, None)


def _merged(arrived: Sequence[_States], full: Words) -> _States:
    """All states without duplicates, in the order of their hashes, each with the least of its origins.

    States with the same hash are sorted as numbers; that hardly ever happens.
    """
    states = _States(
        np.concatenate([states.rows for states in arrived]),
        np.concatenate([states.live for states in arrived]),
        np.concatenate([states.origin for states in arrived]),
    )
    hashes = _hashed(states.rows ^ full)
    states = states.chosen(order := np.lexsort((states.origin, hashes)))
    new = _differs(states.rows)
    if (new[1:] & (hashes[order][1:] == hashes[order][:-1])).any():
        states = states.chosen(np.lexsort((states.origin, *states.rows.T, hashes[order])))
        new = _differs(states.rows)
    return states.chosen(new)


def _differs(rows: Words) -> Flags:
    """Flags of the rows that differ from the one before."""
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return new


def _hashed(rows: Words) -> Words:
    """A hash of each row's words, by multiplication and shift as in splitmix64; the same as `set_hash` in C."""
    result = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        result = (result ^ column) * np.uint64(0xBF58476D1CE4E5B9)
        result ^= result >> np.uint64(29)
    return result


def _as_int(row: Words) -> int:
    return int.from_bytes(row.tobytes(), "little")
