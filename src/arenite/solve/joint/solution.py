"""An order together with a layout, and the check of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.check.layout import check as check_layout
from arenite.errors import VerificationError
from arenite.problems.layout import Buffer, Exhausted, Solution
from arenite.problems.layout import Problem as LayoutProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.problems.order import Problem

ALIGNMENT = 16
"""Bytes; TFLM begins every buffer of the arena at a multiple of this."""


@dataclass(frozen=True, slots=True)
class JointSolution:
    """An order of the operators and an address for everything it needs; all of it in bytes.

    `offsets[t]` belongs to tensor t of the problem, `scratch[v]` is where the `extra` bytes of operator v begin (0
    where it needs none); they are one block. No order and layout together are lower than `lower_bound`; that is the
    bound of the order search unless `exhausted` names the search that went above it. Where operators have extra bytes,
    such a search speaks of blocks: the tensors of a graph that an operator runs could lie apart, in gaps that hold no
    block. That is why models of several graphs are not laid out here.
    """

    order: tuple[int, ...]
    offsets: tuple[int, ...]
    scratch: tuple[int, ...]
    height: int
    lower_bound: int
    exhausted: Exhausted | None = None

    @property
    def optimal(self) -> bool:
        """Whether the lower bound proves the height."""
        return self.height == self.lower_bound


def layout_problem(problem: Problem, order: Sequence[int]) -> LayoutProblem:
    """The buffers that an order makes: all tensors by number, then the extra bytes of all operators by number.

    Scope 0 lies before the first operator, where everything without a producer begins; the operator at position i
    runs in scope i + 1. Rules of TFLM's micro_allocation_info.cc.
    """
    scope = [0] * problem.operators
    for place, operator in enumerate(order):
        scope[operator] = place + 1
    buffers = []
    for number, tensor in enumerate(problem.tensors):
        first = 0 if tensor.producer is None else scope[tensor.producer]
        last = problem.operators if tensor.kept else max([first, *(scope[user] for user in tensor.consumers)])
        buffers.append(Buffer(f"tensor {number}", tensor.size, first, last))
    for operator, size in enumerate(problem.extra):
        buffers.append(Buffer(f"scratch of operator {operator}", size, scope[operator], scope[operator]))
    return LayoutProblem(tuple(buffers), ALIGNMENT)


def check(problem: Problem, solution: JointSolution) -> None:
    """Raise VerificationError unless the order is valid and the layout fits it and its claimed height."""
    place = {operator: position for position, operator in enumerate(solution.order)}
    if sorted(solution.order) != list(range(problem.operators)):
        raise VerificationError("joint solution: its order does not name every operator once")
    pairs = [(t.producer, user) for t in problem.tensors if t.producer is not None for user in t.consumers]
    for earlier, later in (*pairs, *problem.before):
        if place[earlier] > place[later]:
            raise VerificationError(f"joint solution: operator {later} runs before operator {earlier}, which it needs")
    if solution.lower_bound > solution.height:
        raise VerificationError(f"joint solution: {solution.height} bytes, below its own bound {solution.lower_bound}")
    offsets = (*solution.offsets, *(solution.scratch if problem.extra else ()))
    check_layout(layout_problem(problem, solution.order), Solution(offsets, solution.height, 0))
