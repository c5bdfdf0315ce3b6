"""A checker of orders that knows nothing of how they were found: it only replays them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.schedule.problem import Problem


def check_order(problem: Problem, order: Sequence[int]) -> int:
    """The peak in bytes of `order`, by replaying it operator by operator.

    Raises VerificationError if it is not a permutation of the operators, or naming two operators that run in the
    wrong order.
    """
    if sorted(order) != list(range(problem.operators)):
        raise VerificationError(f"order: not a permutation of the operators 0 to {problem.operators - 1}")
    position = [0] * problem.operators
    for place, operator in enumerate(order):
        position[operator] = place
    for first, second in problem.before:
        if position[first] >= position[second]:
            raise VerificationError(f"order: operator {second} runs before operator {first}, whose state it depends on")
    for number, tensor in enumerate(problem.tensors):
        for consumer in tensor.consumers:
            if tensor.producer is not None and position[tensor.producer] >= position[consumer]:
                raise VerificationError(
                    f"order: operator {consumer} reads tensor {number} before operator {tensor.producer} writes it"
                )
    return max([problem.floor, *_replay(problem, order)])


def _replay(problem: Problem, order: Sequence[int]) -> list[int]:
    """Bytes alive while each operator runs."""
    written: list[list[int]] = [[] for _ in range(problem.operators)]
    read: list[list[int]] = [[] for _ in range(problem.operators)]
    readers = [len(set(tensor.consumers)) + tensor.kept for tensor in problem.tensors]
    memory = 0
    for number, tensor in enumerate(problem.tensors):
        if tensor.producer is not None:
            written[tensor.producer].append(number)
        elif readers[number]:
            memory += tensor.size
        for consumer in set(tensor.consumers):
            read[consumer].append(number)
    running = []
    for operator in order:
        memory += sum(problem.tensors[number].size for number in written[operator])
        running.append(memory + (problem.extra[operator] if problem.extra else 0))
        for number in read[operator]:
            readers[number] -= 1
        ended = [number for number in (*written[operator], *read[operator]) if not readers[number]]
        memory -= sum(problem.tensors[number].size for number in ended)
    return running
