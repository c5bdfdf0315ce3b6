"""An ordering problem with sets of operators as masks: bit v of an integer is operator v.

A state of a search is the mask of the operators that have run; it is closed under predecessors.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.problems.topological import CircleError, lowest_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.problems.order import Problem


def bits(mask: int) -> Iterator[int]:
    """Positions of the set bits, in rising order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Links:
    """Direct predecessors and successors of each operator, without repetition, and the stable topological order.

    Takes time and memory linear in the problem, so that it suits problems of any length. Raises ModelError if the
    operators form a cycle.
    """

    def __init__(self, problem: Problem) -> None:
        count = problem.operators
        predecessors: list[set[int]] = [set() for _ in range(count)]
        for tensor in problem.tensors:
            if tensor.producer is not None:
                for consumer in tensor.consumers:
                    predecessors[consumer].add(tensor.producer)
        for first, then in problem.before:
            predecessors[then].add(first)
        self.predecessors = [sorted(found) for found in predecessors]
        self.successors: list[list[int]] = [[] for _ in range(count)]
        for operator, found in enumerate(self.predecessors):
            for predecessor in found:
                self.successors[predecessor].append(operator)
        try:
            self.order = lowest_first(self.predecessors)
        except CircleError as circle:
            raise ModelError(
                f"the operators form a cycle: operator {circle.node} depends on its own output; no order exists"
            ) from None


class Graph:
    """A problem as masks; v is an operator, t a tensor, and all sizes are bytes.

    `inputs[v]` and `outputs[v]` list tensors, `ending[v]` the inputs with a size that may end with v. `made[v]` is the
    size of all outputs, `lasting[v]` that of the outputs that outlive v, `extra[v]` the extra memory. `readers[t]` is
    the mask of the consumers of t.
    """

    def __init__(self, problem: Problem, links: Links | None = None) -> None:
        links = links or Links(problem)
        count = problem.operators
        self.problem = problem
        self.links = links
        self.count = count
        self.full = (1 << count) - 1
        self.order = links.order
        self.extra = list(problem.extra) or [0] * count
        self.sizes = [tensor.size for tensor in problem.tensors]
        self.kept = [tensor.kept for tensor in problem.tensors]
        self.readers = [_mask(tensor.consumers) for tensor in problem.tensors]
        self.inputs: list[list[int]] = [[] for _ in range(count)]
        self.ending: list[list[int]] = [[] for _ in range(count)]
        self.outputs: list[list[int]] = [[] for _ in range(count)]
        self.made = [0] * count
        self.lasting = [0] * count
        for number, tensor in enumerate(problem.tensors):
            for consumer in set(tensor.consumers):
                self.inputs[consumer].append(number)
                if tensor.size and not tensor.kept:
                    self.ending[consumer].append(number)
            if tensor.producer is not None:
                self.outputs[tensor.producer].append(number)
                self.made[tensor.producer] += tensor.size
                if tensor.consumers or tensor.kept:
                    self.lasting[tensor.producer] += tensor.size
        self.savings = {
            saving.operator: (saving.most, [(saved, self.readers[t]) for t, saved in saving.saved if not self.kept[t]])
            for saving in problem.savings
        }
        """`(most, [(saved, readers)])` of each operator that may save bytes; kept tensors are left out."""
        self.start = sum(t.size for t in problem.tensors if t.producer is None and (t.kept or t.consumers))
        """Bytes alive before the first operator."""
        self.end = sum(t.size for t in problem.tensors if t.kept)
        """Bytes alive after the last operator."""

    @cached_property
    def before(self) -> list[int]:
        """For each operator, the mask of its direct predecessors."""
        return list(map(_mask, self.links.predecessors))

    @cached_property
    def after(self) -> list[int]:
        """For each operator, the mask of its direct successors."""
        return list(map(_mask, self.links.successors))

    @cached_property
    def reads(self) -> list[list[tuple[int, int]]]:
        """For each operator, `(size, readers)` of each tensor that may end with it."""
        return [[(self.sizes[t], self.readers[t]) for t in ending] for ending in self.ending]

    @cached_property
    def ancestors(self) -> list[int]:
        """For each operator, the mask of all operators that must run before it."""
        return _reached(self.order, self.links.predecessors)

    @cached_property
    def descendants(self) -> list[int]:
        """For each operator, the mask of all operators that must run after it."""
        return _reached(self.order[::-1], self.links.successors)

    @cached_property
    def least_own(self) -> int:
        """The least that an operator may need for itself in bytes: outputs and extra without all that it may save."""
        return min((self._own(v, self.savings.get(v, (0, []))[1]) for v in range(self.count)), default=0)

    @cached_property
    def eager(self) -> int:
        """Mask of the eager operators, as `certificate.Settled` defines them; each needs `least_own` for itself."""
        alone = [[end for end in self.savings.get(v, (0, []))[1] if end[1] == 1 << v] for v in range(self.count)]
        return _mask(
            [
                v
                for v in range(self.count)
                if self._own(v, alone[v]) == self.least_own
                and self.links.predecessors[v]
                and sum(size for size, readers in self.reads[v] if readers == 1 << v) >= self.lasting[v]
            ]
        )

    def _own(self, operator: int, saved: Sequence[tuple[int, int]]) -> int:
        """Bytes of outputs and extra of an operator that saves these bytes, as far as it may."""
        most = self.savings.get(operator, (0, []))[0]
        return self.made[operator] + self.extra[operator] - min(most, sum(size for size, _ in saved))

    def most_saving(self, operator: int) -> int:
        """The most bytes that the operator can save in any order."""
        most, saved = self.savings.get(operator, (0, []))
        later = self.descendants[operator] if saved else 0
        return min(most, sum(size for size, readers in saved if not readers & later))


def _mask(operators: Sequence[int]) -> int:
    mask = 0
    for operator in operators:
        mask |= 1 << operator
    return mask


def _reached(order: Sequence[int], near: Sequence[Sequence[int]]) -> list[int]:
    """For each operator, the mask of all that are reached from it; in the order, those near an operator come first."""
    found = [0] * len(near)
    for operator in order:
        mask = _mask(near[operator])
        for other in near[operator]:
            mask |= found[other]
        found[operator] = mask
    return found
