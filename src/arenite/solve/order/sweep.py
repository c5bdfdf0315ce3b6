"""Breadth-first search from the end, in bulk: all states of one size at a time, as rows of bits in numpy arrays.

    size (operators run)    n      n-1     n-2     ...     0
    states                  *  ->  ****    *****           *       one row of 64-bit words per state

In: a graph and a bound in bytes. Out: as for `search`. A sweep is slower to set up than the depth-first search, but
some ten times faster per state. Only settled states are kept (see `arenite.solve.order.settle`): a state just reached
settles first. Moves lead to smaller states only, so a size is complete once all larger sizes are.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from arenite.problems.certificate import Swept
from arenite.solve.order.graph import bits
from arenite.solve.order.search import Found, Undecided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from arenite.budget import Budget
    from arenite.solve.order.graph import Graph
    from arenite.solve.order.moves import Moves

    Words = NDArray[np.uint64]
    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_CHUNK = 1 << 13
"""States processed at a time; their columns should fit into the cache."""
_CASCADE = 3
"""Longest chain of dependent operators by which a state settles in one pass. Longer chains settle in later passes;
longer passes need more columns."""
_WORDS = 16
"""Words of successor rows, per state of the limit, at which a sweep gives up: states with many moves take long."""


@dataclass(frozen=True, slots=True)
class Refuted:
    """No order has a peak below `bound` bytes, the least memory of all moves refused; `rows`: the settled states."""

    bound: int
    states: int
    rows: tuple[Words, ...]


def sweep(
    graph: Graph, moves: Moves, bound: int, *, limit: int, budget: Budget, width: int = sys.maxsize
) -> Found | Refuted | Undecided:
    """Look for an order whose peak is below `bound` bytes.

    Args:
        graph: the problem.
        moves: backward moves of single operators, to retrace the path of an order found: from the state of all
            operators to the empty one.
        bound: bytes that the peak must stay below.
        limit: states at which the search gives up; earlier where states have many moves.
        budget: charged for each state; the search gives up once it is spent.
        width: states kept per size, those with the least bytes alive. If it leaves out any, nothing is refuted.
    """
    return _Sweep(graph, moves, bound, limit=limit, budget=budget, width=width).run()


def steps_of_state(graph: Graph) -> float:
    """Budget steps per state of a sweep. Measured: half a million states of four words per second of one core."""
    return 0.5 * max(1, (graph.count + 63) // 64)


def swept(refuted: Refuted, operators: int) -> Swept:
    """The refutation as a certificate; `operators` is the number of operators of the problem."""
    width = (operators + 7) // 8
    states = b"".join(rows.view(np.uint8)[:, :width].tobytes() for rows in refuted.rows)
    return Swept(refuted.bound, states)


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


class _Sweep:
    def __init__(self, graph: Graph, moves: Moves, bound: int, *, limit: int, budget: Budget, width: int) -> None:
        self._graph = graph
        self._moves = moves
        self._bound = bound
        self._limit = limit
        self._budget = budget
        self._width = width
        self._words = max(1, (graph.count + 63) // 64)
        self._tables = _Tables(graph)
        self._arrived: dict[int, list[_States]] = {graph.count: [self._start()]}
        self._rows: list[Words] = []
        self._origins: list[Numbers] = []
        self._settled = 0
        self._blocked: int | None = None
        self._count = 0
        self._words_arrived = 0

    def run(self) -> Found | Refuted | Undecided:
        whole = True
        while self._arrived:
            size = max(self._arrived)
            states = _merged(self._arrived.pop(size))
            if not size:
                return Found(self._path(int(states.origin[0])), self._count)
            if len(states.live) > self._width:
                whole = False
                states = states.chosen(np.sort(np.argsort(states.live, kind="stable")[: self._width]))
            for begin in range(0, len(states.live), _CHUNK):
                if self._count > self._limit or not self._follow(size, states.chosen(slice(begin, begin + _CHUNK))):
                    return Undecided(self._count)
        bound = self._bound if self._blocked is None else self._blocked
        return Refuted(bound, self._count, tuple(self._rows)) if whole else Undecided(self._count)

    def _start(self) -> _States:
        rows = np.frombuffer(self._graph.full.to_bytes(8 * self._words, "little"), dtype="<u8").reshape(1, -1)
        return _States(rows, np.array([self._graph.end], dtype=np.int64), np.array([-1], dtype=np.int64))

    def _follow(self, size: int, states: _States) -> bool:
        """Settle the states that are not settled, and make all moves from the others.

        Returns False if the search has to give up.
        """
        self._count += len(states.live)
        self._budget.spend(steps_of_state(self._graph) * len(states.live))
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
            if self._words_arrived > _WORDS * self._limit or self._budget.over:
                return False
            relevant = settled[places]
            fit = memory < self._bound
            refused = memory[relevant & ~fit]
            if refused.size:
                least = int(refused.min())
                self._blocked = least if self._blocked is None else min(least, self._blocked)
            taken_back = relevant & fit
            if taken_back.any():
                there = places[taken_back]
                rows = states.rows[there]
                self._tables.take(rows, operator)
                self._arrive(size - 1, _States(rows, left[taken_back], number[there]))
        return True

    def _arrive(self, size: int, states: _States) -> None:
        self._words_arrived += states.rows.size
        self._arrived.setdefault(size, []).append(states)

    def _path(self, number: int) -> tuple[int, ...]:
        """All states from that of all operators to the empty one; `number` is the last settled state before it."""
        origins = np.concatenate(self._origins)
        rows = np.concatenate(self._rows)
        ends = [0]
        while number >= 0:
            ends.append(int.from_bytes(rows[number].astype("<u8").tobytes(), "little"))
            number = int(origins[number])
        moves = self._moves
        path = moves.settling.way(moves.start, moves.live, ends[-1], self._bound)
        assert path is not None
        while len(ends) > 1:
            path += self._between(ends.pop(), ends[-1])
        return tuple(path)

    def _between(self, state: int, end: int) -> list[int]:
        """The states after settled state `state`, up to and with the next one, `end`."""
        moves, bound = self._moves, self._bound
        for left, new, memory in moves.moves(state, self._live(state), moves.root)[0]:
            if memory < bound and not end & ~new:
                way = moves.settling.way(new, left, end, bound)
                if way:
                    return way
        raise AssertionError("a state of the sweep does not follow from the one that it comes from")

    def _live(self, state: int) -> int:
        graph = self._graph
        return sum(
            tensor.size
            for tensor, readers in zip(graph.problem.tensors, graph.readers, strict=True)
            if (tensor.producer is None or state >> tensor.producer & 1) and (tensor.kept or readers & ~state)
        )


class _Tables:
    """For each operator of a graph: the bytes that it adds and its bit in a row of words.

    `own`: outputs and extra. `lasting`: outputs that outlive the operator. `inputs`: tensors that may end with it.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.own = [graph.made[v] + graph.extra[v] for v in range(graph.count)]
        self.lasting = [graph.made[v] - graph.dies_at_once(v) for v in range(graph.count)]
        self.inputs = [[t for t in graph.inputs[v] if graph.sizes[t] and not graph.kept[t]] for v in range(graph.count)]
        self.savings = {
            each.operator: (each.most, [(t, saved) for t, saved in each.saved if saved and not graph.kept[t]])
            for each in graph.problem.savings
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
            for tensor in self._tables.inputs[operator]:
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
            left = live - tables.lasting[operator]
            for tensor in tables.inputs[operator]:
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
        for tensor in self._tables.inputs[operator]:
            self._read.pop(tensor, None)


def _merged(arrived: Sequence[_States]) -> _States:
    """All states without duplicates.

    States are sorted by a hash, and neighbors compared. After a collision, a duplicate may remain, which costs time
    only; distinct states never merge.
    """
    states = _States(
        np.concatenate([each.rows for each in arrived]),
        np.concatenate([each.live for each in arrived]),
        np.concatenate([each.origin for each in arrived]),
    )
    states = states.chosen(np.argsort(_hashed(states.rows), kind="stable"))
    new = np.ones(len(states.live), dtype=np.bool_)
    new[1:] = (states.rows[1:] != states.rows[:-1]).any(axis=1)
    return states.chosen(new)


def _hashed(rows: Words) -> Words:
    """A hash of each row's words, by multiplication and shift as in splitmix64."""
    result = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        result = (result ^ column) * np.uint64(0xBF58476D1CE4E5B9)
        result ^= result >> np.uint64(29)
    return result


def _as_int(row: Words) -> int:
    return int.from_bytes(row.tobytes(), "little")
