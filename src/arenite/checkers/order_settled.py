"""Checks `Settled` certificates: applies their rule to many sets of operators at a time, with numpy.

Independent of the search that it checks. A set is a row of bits; most computations go by columns, one per operator.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from arenite.checkers.order_sets import members, refusal, set_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from arenite.checkers.order_sets import Graph, Operators
    from arenite.problems.certificate import Settled

    Rows = NDArray[np.uint8]
    Flags = NDArray[np.bool_]
    Bytes = NDArray[np.int64]
    Places = NDArray[np.intp]

_ROWS = 1 << 13
"""Sets that are processed together; larger batches need more memory, smaller ones more calls of numpy."""
_BLOCK = 8
"""Batches whose successors are collected before they are settled: many successors are equal, and count once."""


def check_settled(graph: Graph, record: Settled) -> int:
    """Bytes proven by a `Settled` record.

    If a recorded set has an order below the bound, so has a recorded set with fewer operators (see `Settled`). The
    empty set is not recorded, so no recorded set has one. What all operators settle to is recorded. So no order of all
    operators is below the bound.

    Raises:
        VerificationError: the proof is wrong; the message names the step that fails.
    """
    width = (graph.problem.operators + 7) // 8
    if not width or len(record.states) % width:
        raise refusal("the recorded states are not whole")
    rows = np.frombuffer(record.states, dtype=np.uint8).reshape(-1, width)
    recorded = set(_names(rows))
    if _names(np.zeros((1, width), dtype=np.uint8))[0] in recorded:
        raise refusal("the search reached its goal")
    rule = _Rule(graph, record.bound)
    start = np.frombuffer(graph.all.to_bytes(width, "little"), dtype=np.uint8).reshape(1, width)
    if not _lead_to(recorded, set(_names(start)), rule, width):
        raise refusal("the search did not begin at the start")
    for block in range(0, len(rows), _BLOCK * _ROWS):
        ways: set[bytes] = set()
        for begin in range(block, min(len(rows), block + _BLOCK * _ROWS), _ROWS):
            ways.update(_names(rule.ways(rows[begin : begin + _ROWS], begin)))
        if not _lead_to(recorded, ways, rule, width):
            raise refusal(f"a way on from one of the states from {block} on was not looked at")
    return record.bound


def _lead_to(recorded: set[bytes], names: set[bytes], rule: _Rule, width: int) -> bool:
    """Whether all named sets are recorded or settle to recorded sets.

    A set on the way of settling will do, since each removal is a commit.
    """
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
    """Each row as bytes without trailing zeros, which identifies the set."""
    names: list[bytes] = np.ascontiguousarray(rows).view(f"S{rows.shape[1]}")[:, 0].tolist()
    return names


class _Rule:
    """The rule of `Settled` for one problem and bound: which operators may be taken back from a set.

    inputs: tensors that may end with each operator. lasting: bytes of each operator's outputs that are read or kept.
    least_own: the least that an operator may need for itself, `least` in `Settled`. eager: the eager operators. later:
    all operators that depend on one.
    """

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
        self.least_own = min(self._own(v, alone=False) for v in range(count))
        self.eager = set_of(filter(self._is_eager, range(count)))
        self.later = cache(graph.descendants)

    def _is_eager(self, operator: int) -> bool:
        graph = self.graph
        alone = (number for number in self.inputs[operator] if self.readers[number] == [operator])
        return (
            self._own(operator, alone=True) == self.least_own
            and graph.direct[operator] > 0
            and sum(graph.problem.tensors[number].size for number in alone) >= self.lasting[operator]
        )

    def _own(self, operator: int, *, alone: bool) -> int:
        """Outputs and extra of an operator, less all that it may save; or, `alone`, less what it saves in every order.

        In every order it saves of the tensors that it alone reads.
        """
        graph = self.graph
        if operator not in graph.savings:
            return graph.own(operator)
        saving = graph.savings[operator]
        counted = (
            size
            for number, size in saving.saved
            if not graph.problem.tensors[number].kept and (not alone or self.readers[number] == [operator])
        )
        return graph.own(operator) - min(saving.most, sum(counted))

    def ways(self, rows: Rows, first: int) -> Rows:
        """All sets that arise from a row by taking back an operator and the eager ones after it within the bound.

        `first`: number of the first row in the record, for messages.
        """
        sets = _Sets(self, rows)
        self._check_closed(rows, sets.ran, first)
        result = [rows[:0]]
        for operator in sets.relevant():
            if not self.eager >> operator & 1:
                places, _, memory = sets.without(operator)
                places = places[memory < self._bound]
                result.append(_without(rows[places], operator))
        some, every = sets.some_and_every()
        for operator in members(some & ~self.eager if some & self.eager else 0):
            later = self.later(operator)
            if later & some & self.eager and not later & every & ~self.eager:
                places = sets.before_eager(operator)
                result.append(self._without_later(rows[places], operator))
        return np.concatenate(result)

    def _without_later(self, rows: Rows, operator: int) -> Rows:
        """The sets without the operator and the eager ones after it, one or more, as far as the bound allows.

        Of the eager ones, the first needs the most, since none leaves more alive; the last one is taken back first.
        """
        rows = rows.copy()
        sets = _Sets(self, rows)
        later = self.later(operator)
        for eager in (v for v in sets.relevant() if later >> v & 1):
            places, left, _ = sets.without(eager)
            sets.take(eager, places, left)
            rows[places] = _without(rows[places], eager)
        _, _, memory = sets.without(operator)
        fits = np.maximum(memory, sets.live + self.least_own) < self._bound
        return _without(rows[fits], operator)

    def settled(self, rows: Rows) -> tuple[Rows, Flags]:
        """Settle the sets as far as one pass over all operators leads; also whether each set has changed."""
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
            raise refusal(f"state {first + int(np.argmax(wrong))} is not closed under predecessors")


class _Sets:
    """Sets of operators by columns: `ran[v]`: whether operator v is in each set; `live`: bytes alive after each set."""

    def __init__(self, rule: _Rule, rows: Rows) -> None:
        self._rule = rule
        count = rule.graph.problem.operators
        self.ran = np.ascontiguousarray(np.unpackbits(rows, axis=1, bitorder="little", count=count).T).view(np.bool_)
        self._some = [bool(flag) for flag in np.logical_or.reduce(self.ran, axis=1)]
        self._every = [bool(flag) for flag in np.logical_and.reduce(self.ran, axis=1)]
        self._ended: dict[int, Flags] = {}
        self.live = self._alive()

    def relevant(self) -> Iterator[int]:
        """The operators that may be the last of some set: in some set, and without a successor that is in every set.

        Later operators come first, so that their predecessors may follow when they are taken back.
        """
        rule, every = self._rule, self._every
        return (v for v in rule.latest_first if self._some[v] and not any(every[s] for s in rule.successors[v]))

    def before_eager(self, operator: int) -> Places:
        """The places of the sets that have the operator, and after it eager operators alone, one or more."""
        later = [v for v in members(self._rule.later(operator)) if self._some[v]]
        found = np.zeros(self.ran.shape[1], dtype=np.bool_)
        for eager in (v for v in later if self._rule.eager >> v & 1):
            found |= self.ran[eager]
        found &= self.ran[operator]
        for other in (v for v in later if not self._rule.eager >> v & 1):
            found &= ~self.ran[other]
        return np.flatnonzero(found)

    def some_and_every(self) -> tuple[Operators, Operators]:
        """The operators that are in one of the sets or more, and those that are in all of them."""
        some = set_of(v for v, flag in enumerate(self._some) if flag)
        return some, set_of(v for v, flag in enumerate(self._every) if flag)

    def without(self, operator: int) -> tuple[Places, Bytes, Bytes]:
        """Take back an operator from every set of which it may be the last.

        Returns the places of these sets, bytes alive after them without the operator, and bytes in use while it runs.
        """
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
        """Bytes that the operator saves in each of the sets at `places`, of tensors that end with it there."""
        saving = self._rule.graph.savings.get(operator)
        if saving is None:
            return 0
        total = np.zeros(len(places), dtype=np.int64)
        for number, size in saving.saved:
            if not self._rule.graph.problem.tensors[number].kept:
                total += self._end_of(number)[places] * np.int64(size)
        return np.minimum(total, saving.most)

    def take(self, operator: int, places: Places, left: Bytes) -> None:
        """Remove the operator from the sets at `places`, after which `left` bytes are alive."""
        self.live[places] = left
        self.ran[operator][places] = False
        self._every[operator] = False
        for number in self._rule.inputs[operator]:
            self._ended.pop(number, None)

    def _end_of(self, number: int) -> Flags:
        """For each set, whether it contains all readers of the tensor."""
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
