"""The working sets, the lifetimes and the peak of a given order, in time linear in the problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.problems.order import Problem


def working_sets(problem: Problem, order: Sequence[int]) -> list[int]:
    """The working set of each operator in bytes, in the order of `order`, which must hold every operator once.

    By TFLM's rules, the outputs of an operator are alive together with all tensors that it or a later operator reads.
    The operator's extra is added and its saving subtracted. Dependencies are not checked.
    """
    position = [0] * problem.operators
    for place, operator in enumerate(order):
        position[operator] = place
    saving = saved(problem, position) if problem.savings else {}
    count = problem.operators
    change = [0] * (count + 1)
    for tensor in problem.tensors:
        last = max(map(position.__getitem__, tensor.consumers), default=-1)
        if tensor.kept:
            last = count - 1
        first = 0 if tensor.producer is None else position[tensor.producer]
        if last < first:
            if tensor.producer is None:
                continue
            last = first
        change[first] += tensor.size
        change[last + 1] -= tensor.size
    alive = 0
    result = []
    for place, operator in enumerate(order):
        alive += change[place]
        result.append(alive + (problem.extra[operator] if problem.extra else 0) - saving.get(operator, 0))
    return result


def saved(problem: Problem, position: Sequence[int]) -> dict[int, int]:
    """Bytes that each operator with an `InPlaceSaving` saves; `position[v]` is the position of v in the order."""
    result = {}
    for saving in problem.savings:
        tensors, last = problem.tensors, position[saving.operator]
        ended = (
            size
            for tensor, size in saving.saved
            if not tensors[tensor].kept and all(position[reader] <= last for reader in tensors[tensor].consumers)
        )
        result[saving.operator] = min(saving.most, sum(ended))
    return result


def lifetimes(problem: Problem, position: Sequence[int] | Mapping[int, int]) -> list[tuple[int, int]]:
    """The first and the last position at which each tensor is alive; kept ones to one position beyond the order.

    `position[v]` is the position of operator v in the order.
    """
    result = []
    for tensor in problem.tensors:
        begin = 0 if tensor.producer is None else position[tensor.producer]
        last = max(map(position.__getitem__, tensor.consumers), default=begin)
        result.append((begin, problem.operators if tensor.kept else last))
    return result


def peak(problem: Problem, order: Sequence[int]) -> int:
    """The peak of the order in bytes: its largest working set, but at least the problem's floor."""
    return max(problem.floor, *working_sets(problem, order)) if problem.operators else problem.floor
