"""Defers operators without inputs (such as DEQUANTIZE of constants) to just before the one operator that reads them.

`certificate.Deferred` states the rule and proves that it keeps the least peak. Deferring makes more operators
comparable to all others: an operator without inputs is comparable to hardly any other one, and each such operator hides
the points at which a problem can be cut into pieces.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.problems.order import Problem
    from arenite.solve.order.graph import Links


def deferrable(problem: Problem, links: Links) -> tuple[int, ...]:
    """The operators that may be deferred, in rising order."""
    serves: dict[int, bool] = {}
    reading: set[int] = set()
    for tensor in problem.tensors:
        reading.update(tensor.consumers)
        if tensor.producer is not None:
            alone = not tensor.kept and len(set(tensor.consumers)) == 1
            serves[tensor.producer] = serves.get(tensor.producer, True) and alone
    return tuple(
        v
        for v in range(problem.operators)
        if serves.get(v)
        and v not in reading
        and not links.predecessors[v]
        and len(links.successors[v]) == 1
        and not (problem.extra and problem.extra[v])
    )


def deferred(problem: Problem, links: Links, operators: Sequence[int]) -> Problem:
    """The problem with further precedence: `operators` run after all other direct predecessors of their reader."""
    waiting = set(operators)
    pairs = tuple(
        (predecessor, operator)
        for operator in operators
        for predecessor in links.predecessors[links.successors[operator][0]]
        if predecessor not in waiting
    )
    return replace(problem, before=problem.before + pairs)


def moved(links: Links, operators: Sequence[int], order: Sequence[int]) -> list[int]:
    """The order with each of `operators` moved to just before its reader."""
    waiting: dict[int, list[int]] = {}
    for operator in operators:
        waiting.setdefault(links.successors[operator][0], []).append(operator)
    late = set(operators)
    result: list[int] = []
    for operator in order:
        if operator not in late:
            result += waiting.get(operator, [])
            result.append(operator)
    return result
