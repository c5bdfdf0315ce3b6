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

    from arenite.schedule.problem import Problem


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


def cut(problem: Problem, order: Sequence[int], start: int, end: int) -> Window:
    """The window over the positions `start` to `end` (exclusive) of the order."""
    position = [0] * problem.operators
    for place, operator in enumerate(order):
        position[operator] = place
    inside = frozenset(order[start:end])
    pairs = {*problem.before, *((t.producer, user) for t in problem.tensors for user in t.consumers)}
    items = []
    for number, tensor in enumerate(problem.tensors):
        born = -1 if tensor.producer is None else position[tensor.producer]
        dies = problem.operators if tensor.kept else max([born, *(position[user] for user in tensor.consumers)])
        first_scope = start == 0 and born < 0
        if not tensor.size or born >= end or (dies < start and not first_scope):
            continue
        users = tuple(user for user in tensor.consumers if user in inside)
        producer = tensor.producer if tensor.producer in inside else None
        items.append(Item(number, tensor.size, producer, users, dies >= end))
    for operator, size in enumerate(problem.extra):
        if size and operator in inside:
            items.append(Item(-1 - operator, size, operator, (), False))
    before = sorted((a, b) for a, b in pairs if a is not None and a in inside and b in inside)
    return Window(tuple(order[start:end]), tuple(before), tuple(items))


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
