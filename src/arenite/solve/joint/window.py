"""A stretch of an order: the operators that may move in it, and the buffers that are alive in it.

  fixed order | operators of the window, in any order | fixed order
--------------+---------------------------------------+--------------
    #########################                             enters
                    ##################                    inside
                              #########################   leaves
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.problems.order import Problem


@dataclass(frozen=True, slots=True)
class Item:
    """A buffer of `size` bytes in a window; `key` is the tensor's number, or -1 - v for the extra bytes of operator v.

    `producer` None: alive when the window begins. `leaves`: alive when it ends.
    """

    key: int
    size: int
    producer: int | None
    consumers: tuple[int, ...]
    leaves: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Operators free to move among themselves, in a valid order, the pairs that may not swap, and what is alive."""

    operators: tuple[int, ...]
    before: tuple[tuple[int, int], ...]
    items: tuple[Item, ...]


class Timeline:
    """An order and when each tensor is alive in it, kept up to date as windows are reordered."""

    def __init__(self, problem: Problem, order: Sequence[int]) -> None:
        self.problem = problem
        self.order = list(order)
        self._place = [0] * problem.operators
        self._born = [-1] * len(problem.tensors)
        self._dies = [-1] * len(problem.tensors)
        self._touched: list[list[int]] = [[] for _ in order]
        for number, tensor in enumerate(problem.tensors):
            for operator in {*tensor.consumers, *(() if tensor.producer is None else (tensor.producer,))}:
                self._touched[operator].append(number)
            self._dies[number] = problem.operators if tensor.kept else -1
        self._later: list[list[int]] = [[] for _ in order]
        for first, second in problem.before:
            self._later[first].append(second)
        self.reorder(0, self.order)

    def reorder(self, start: int, operators: Sequence[int]) -> None:
        """These operators run in this order from position `start` on, where the same ones ran before."""
        self.order[start : start + len(operators)] = operators
        for place, operator in enumerate(operators, start):
            self._place[operator] = place
        for number in {number for operator in operators for number in self._touched[operator]}:
            tensor = self.problem.tensors[number]
            self._born[number] = -1 if tensor.producer is None else self._place[tensor.producer]
            if not tensor.kept:
                self._dies[number] = max([self._born[number], *(self._place[user] for user in tensor.consumers)])

    def window(self, start: int, end: int) -> Window:
        """What may move and what is alive between the positions `start` and `end` (exclusive)."""
        operators = tuple(self.order[start:end])
        inside = frozenset(operators)
        pairs = {(a, b) for a in operators for b in self._later[a] if b in inside}
        least = -1 if start == 0 else start
        items = []
        alive = [n for n, (b, d) in enumerate(zip(self._born, self._dies, strict=True)) if b < end and d >= least]
        for number in alive:
            tensor = self.problem.tensors[number]
            users = tuple(user for user in tensor.consumers if user in inside)
            producer = tensor.producer if tensor.producer in inside else None
            if producer is not None:
                pairs.update((producer, user) for user in users)
            if tensor.size:
                items.append(Item(number, tensor.size, producer, users, self._dies[number] >= end))
        if self.problem.extra:
            own = ((operator, self.problem.extra[operator]) for operator in operators)
            items.extend(Item(-1 - operator, size, operator, (), False) for operator, size in own if size)
        return Window(operators, tuple(sorted(pairs)), tuple(items))


def unavoidable(problem: Problem) -> list[int]:
    """Positions right after an operator that is comparable to every other one, in any valid order.

    What is alive there does not depend on the order. Always includes 0 and the number of operators.
    """
    after: list[set[int]] = [set() for _ in range(problem.operators)]
    for tensor in problem.tensors:
        if tensor.producer is not None:
            after[tensor.producer].update(tensor.consumers)
    for first, second in problem.before:
        after[first].add(second)
    return _comparable(problem.operators, after)


def _comparable(count: int, after: list[set[int]]) -> list[int]:
    """Operators with `ancestors` + `descendants` = all others run at position `ancestors`; bit sets hold both."""
    waiting = [0] * count
    for users in after:
        for user in users:
            waiting[user] += 1
    ready = [operator for operator in range(count) if not waiting[operator]]
    ancestors = [0] * count
    order = []
    while ready:
        operator = ready.pop()
        order.append(operator)
        for user in after[operator]:
            ancestors[user] |= ancestors[operator] | 1 << operator
            waiting[user] -= 1
            if not waiting[user]:
                ready.append(user)
    descendants = [0] * count
    for operator in reversed(order):
        for user in after[operator]:
            descendants[operator] |= descendants[user] | 1 << user
    places = {0, count}
    for operator in range(count):
        early = ancestors[operator].bit_count()
        if early + descendants[operator].bit_count() == count - 1:
            places.add(early + 1)
    return sorted(places)
