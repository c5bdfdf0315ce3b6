"""The checker's part for searches in bulk (`Swept`): the rule applied to many sets of operators at a time, with numpy.

Nothing of it comes from the search that it is used to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from arenite.check.order_sets import members
from arenite.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from arenite.check.order_sets import Graph
    from arenite.problems.certificate import Swept

    Rows = NDArray[np.uint8]
    Flags = NDArray[np.bool_]
    Bytes = NDArray[np.int64]
    Places = NDArray[np.intp]

_ROWS = 1 << 13
"""Sets whose columns are looked at together."""
_BLOCK = 8
"""So many times as many are looked at before asking what their ways settle to: many have ways in common."""


def check_swept(graph: Graph, record: Swept) -> int:
    """If an order within the bound led back to one recorded set, one would lead to another, with fewer operators.

    What the set of all operators settles to is recorded, the empty set is not: so there is no such order. Raises
    VerificationError, saying which step fails.
    """
    width = (graph.problem.operators + 7) // 8
    if not width or len(record.states) % width:
        raise _refusal("the recorded states are not whole")
    rows = np.frombuffer(record.states, dtype=np.uint8).reshape(-1, width)
    recorded = set(_names(rows))
    if _names(np.zeros((1, width), dtype=np.uint8))[0] in recorded:
        raise _refusal("the search reached its goal")
    rule = _Rule(graph, record.bound)
    start = np.frombuffer(graph.all.to_bytes(width, "little"), dtype=np.uint8).reshape(1, width)
    if not _lead_to(recorded, set(_names(start)), rule, width):
        raise _refusal("the search did not begin at the start")
    for block in range(0, len(rows), _BLOCK * _ROWS):
        ways: set[bytes] = set()
        for begin in range(block, min(len(rows), block + _BLOCK * _ROWS), _ROWS):
            ways.update(_names(rule.ways(rows[begin : begin + _ROWS], begin)))
        if not _lead_to(recorded, ways, rule, width):
            raise _refusal(f"a way on from one of the states from {block} on was not looked at")
    return record.bound


def _lead_to(recorded: set[bytes], names: set[bytes], rule: _Rule, width: int) -> bool:
    """Whether all of the sets settle to recorded ones."""
    while names := names - recorded:
        rows = np.array(list(names), dtype=f"S{width}").view(np.uint8).reshape(-1, width)
        names = set()
        for begin in range(0, len(rows), _ROWS):
            left, changed = rule.settled(rows[begin : begin + _ROWS])
            if not changed.all():
                return False
            names.update(_names(left))
    return True


def _names(rows: Rows) -> list[bytes]:
    """Each row as bytes, without zeros at the end."""
    names: list[bytes] = np.ascontiguousarray(rows).view(f"S{rows.shape[1]}")[:, 0].tolist()
    return names


def _refusal(reason: str) -> VerificationError:
    return VerificationError(f"certificate of the lower bound: {reason}")


class _Rule:
    """What may be taken back from sets of operators, by the words of `Swept`."""

    def __init__(self, graph: Graph, bound: int) -> None:
        self.graph = graph
        self._bound = bound
        count = graph.problem.operators
        self.successors: list[list[int]] = [[] for _ in range(count)]
        for operator, needed in enumerate(graph.direct):
            for predecessor in members(needed):
                self.successors[predecessor].append(operator)
        self.readers = [list(members(readers)) for readers in graph.readers]
        self.inputs: list[list[int]] = [[] for _ in range(count)]
        self.lasting = [0] * count
        for number, tensor in enumerate(graph.problem.tensors):
            for reader in self.readers[number]:
                if not tensor.kept:
                    self.inputs[reader].append(number)
            if tensor.producer is not None and (tensor.kept or tensor.consumers):
                self.lasting[tensor.producer] += tensor.size
        self.latest_first = sorted(range(count), key=lambda v: -graph.ancestors[v].bit_count())

    def ways(self, rows: Rows, first: int) -> Rows:
        """All sets with one operator fewer that are within the bound. `first`: the number of the first row."""
        sets = _Sets(self, rows)
        self._check_closed(rows, sets.ran, first)
        result = [rows[:0]]
        for operator in sets.relevant():
            places, _, memory = sets.without(operator)
            places = places[memory < self._bound]
            result.append(_without(rows[places], operator))
        return np.concatenate(result)

    def settled(self, rows: Rows) -> tuple[Rows, Flags]:
        """The sets without what settles at once, once through all operators; and which of them have changed."""
        rows = rows.copy()
        sets = _Sets(self, rows)
        changed = np.zeros(len(rows), dtype=np.bool_)
        for operator in sets.relevant():
            places, left, memory = sets.without(operator)
            free = (left <= sets.live[places]) & (memory < self._bound)
            if free.any():
                places = places[free]
                sets.take(operator, places, left[free])
                rows[places] = _without(rows[places], operator)
                changed[places] = True
        return rows, changed

    def _check_closed(self, rows: Rows, ran: Flags, first: int) -> None:
        beyond = 8 * rows.shape[1] - len(ran)
        wrong = (rows[:, -1] >> (8 - beyond)).astype(np.bool_) if beyond else np.zeros(len(rows), dtype=np.bool_)
        for operator, successors in enumerate(self.successors):
            for successor in successors:
                wrong |= ran[successor] > ran[operator]
        if wrong.any():
            raise _refusal(f"state {first + int(np.argmax(wrong))} is not closed under predecessors")


class _Sets:
    """Sets of operators by columns: `ran[v]` tells which of them operator v is in; `live` is what is alive after."""

    def __init__(self, rule: _Rule, rows: Rows) -> None:
        self._rule = rule
        count = rule.graph.problem.operators
        self.ran = np.ascontiguousarray(np.unpackbits(rows, axis=1, bitorder="little", count=count).T).view(np.bool_)
        self._some = [bool(flag) for flag in np.logical_or.reduce(self.ran, axis=1)]
        self._every = [bool(flag) for flag in np.logical_and.reduce(self.ran, axis=1)]
        self._ended: dict[int, Flags] = {}
        self.live = self._alive()

    def relevant(self) -> Iterator[int]:
        """Operators that are in some of the sets, and none that needs them in all: only these may be the last.

        Latest first, so that those follow whose successors are taken back meanwhile.
        """
        rule, every = self._rule, self._every
        return (v for v in rule.latest_first if self._some[v] and not any(every[s] for s in rule.successors[v]))

    def without(self, operator: int) -> tuple[Places, Bytes, Bytes]:
        """The sets whose last operator it may be; without it, bytes alive after them; and bytes while it runs."""
        rule = self._rule
        last = self.ran[operator]
        for successor in rule.successors[operator]:
            if self._some[successor]:
                last = last > self.ran[successor]
        places = np.flatnonzero(last)
        left: Bytes = self.live[places] - rule.lasting[operator]
        for number in rule.inputs[operator]:
            if all(self._some[reader] for reader in rule.readers[number]):
                left += self._end_of(number)[places] * np.int64(rule.graph.problem.tensors[number].size)
        return places, left, left + rule.graph.own(operator) - self._saving(operator, places)

    def _saving(self, operator: int, places: Places) -> Bytes | int:
        """Bytes that the operator saves of tensors that end with it in some of the sets."""
        saving = self._rule.graph.savings.get(operator)
        if saving is None:
            return 0
        total = np.zeros(len(places), dtype=np.int64)
        for number, size in saving.saved:
            if not self._rule.graph.problem.tensors[number].kept:
                total += self._end_of(number)[places] * np.int64(size)
        return np.minimum(total, saving.most)

    def take(self, operator: int, places: Places, left: Bytes) -> None:
        """Take the operator back in some of the sets."""
        self.live[places] = left
        self.ran[operator][places] = False
        self._every[operator] = False
        for number in self._rule.inputs[operator]:
            self._ended.pop(number, None)

    def _end_of(self, number: int) -> Flags:
        """In which sets everything that reads the tensor is."""
        if number not in self._ended:
            readers = self._rule.readers[number]
            ended = self.ran[readers[0]]
            for reader in readers[1:]:
                ended = ended & self.ran[reader]
            self._ended[number] = ended
        return self._ended[number]

    def _alive(self) -> Bytes:
        live = np.zeros(self.ran.shape[1], dtype=np.int64)
        always = 0
        for number, tensor in enumerate(self._rule.graph.problem.tensors):
            readers = self._rule.readers[number]
            stays = tensor.kept or not all(self._some[reader] for reader in readers)
            if not tensor.size or not (stays or self._rule.readers[number]):
                continue
            if tensor.producer is not None and not self._some[tensor.producer]:
                continue
            if stays and (tensor.producer is None or self._every[tensor.producer]):
                always += tensor.size
            elif stays or not all(self._every[reader] for reader in readers):
                alive = self.ran[tensor.producer] if tensor.producer is not None else np.True_
                live += (alive if stays else alive > self._end_of(number)) * np.int64(tensor.size)
        return live + always


def _without(rows: Rows, operator: int) -> Rows:
    result: Rows = rows.copy()
    result[:, operator >> 3] &= np.uint8(~(1 << (operator & 7)) & 255)
    return result
