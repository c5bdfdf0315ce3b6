"""The peak of an order scope by scope, and the least peak over every order there is. For graphs of a few operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.problems.order import Problem


def usage(problem: Problem, order: Sequence[int]) -> list[int]:
    """Bytes alive in each scope, less what its operator saves: one per operator, in the given order."""
    scope = {operator: position for position, operator in enumerate(order)}
    bytes_alive = [problem.extra[operator] if problem.extra else 0 for operator in order]
    for saving in problem.savings:
        saved = 0
        for number, size in saving.saved:
            tensor = problem.tensors[number]
            if not tensor.kept and max(scope[consumer] for consumer in tensor.consumers) == scope[saving.operator]:
                saved += size
        bytes_alive[scope[saving.operator]] -= min(saved, saving.most)
    for tensor in problem.tensors:
        if tensor.producer is None:
            first, last = 0, -1
        else:
            first = last = scope[tensor.producer]
        for consumer in tensor.consumers:
            last = max(last, scope[consumer])
        if tensor.kept:
            last = problem.operators - 1
        for position in range(first, last + 1):
            bytes_alive[position] += tensor.size
    return bytes_alive


def peak(problem: Problem, order: Sequence[int]) -> int:
    """The largest usage, at least the floor."""
    return max([problem.floor, *usage(problem, order)])


def orders(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Every order that respects data and `before`."""
    needs: list[set[int]] = [set() for _ in range(problem.operators)]
    for tensor in problem.tensors:
        if tensor.producer is not None:
            for consumer in tensor.consumers:
                needs[consumer].add(tensor.producer)
    for first, second in problem.before:
        needs[second].add(first)

    def extend(done: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(done) == problem.operators:
            yield done
        for operator in range(problem.operators):
            if operator not in done and needs[operator] <= set(done):
                yield from extend((*done, operator))

    return extend(())


def least_peak(problem: Problem) -> int:
    """The smallest peak over all orders, by trying them all."""
    return min(peak(problem, order) for order in orders(problem))
