"""Order and layout with overlap searched together by CP-SAT (OR-tools), for graphs of moderate size."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.ordering import order_is_free
from arenite.overlap.check import check
from arenite.overlap.common import Common
from arenite.overlap.relations import overlap_problem
from arenite.overlap.solution import OverlapSolution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

    from arenite.kernels.sets import Kernels
    from arenite.model import Model, Tensor
    from arenite.overlap.common import Meeting
    from arenite.overlap.problem import OverlapProblem, Relation

_EFFORT = 4.0
"""Deterministic time of the solver for an effort of 1: about as many seconds."""
_MOST_BUFFERS = 400
_MOST_MEETINGS = 12_000


@dataclass(frozen=True)
class JointOverlapSolution:
    """The lowest layout known, with its order, and bytes that every order and layout needs.

    `problem` and `tensors` are those of `overlap_problem` for `order`; `solution` is a checked layout of it.
    """

    order: tuple[int, ...]
    problem: OverlapProblem
    tensors: tuple[Tensor, ...]
    solution: OverlapSolution
    lower_bound: int

    @property
    def optimal(self) -> bool:
        """Whether no order and no layout is lower."""
        return self.solution.height == self.lower_bound


def solve_jointly(
    model: Model,
    kernels: Kernels,
    order: Sequence[int],
    solution: OverlapSolution,
    *,
    keep_inputs: bool = False,
    scratch_of: Kernels | None = None,
    bound: int = 0,
    effort: float = 1.0,
    time_limit: float = 60.0,
) -> JointOverlapSolution:
    """A layout lower than the one given, in any order of the main graph, or a proof that there is none.

    Args:
        model: the model, of one graph.
        kernels: the kernels that the layout has to be safe with.
        order: of the main graph, as positions in the file.
        solution: a layout of `overlap_problem` for that order.
        keep_inputs: as in `overlap_problem`.
        scratch_of: as in `overlap_problem`.
        bound: bytes of head that are known to be needed in every order.
        effort: how much work to spend, 1 being a few seconds.
        time_limit: seconds after which to settle for what there is.

    Raises:
        VerificationError: the search returned a layout that is not valid (a defect of Arenite).
    """
    deadline = time.monotonic() + time_limit
    problem, tensors = overlap_problem(model, kernels, {0: order}, keep_inputs=keep_inputs, scratch_of=scratch_of)
    start = JointOverlapSolution(tuple(order), problem, tensors, solution, bound)
    if solution.height <= bound or len(problem.buffers) > _MOST_BUFFERS or len(model.graphs) != 1:
        return start
    if not order_is_free(model, 0):
        return start
    common = Common(model, kernels, tensors, scratch_of or kernels, keep_inputs=keep_inputs)
    meetings = list(common.meetings())
    if len(meetings) > _MOST_MEETINGS or not common.complete:
        return start
    search = _Search(start, common, meetings)
    seconds = max(0.01, deadline - time.monotonic())
    found, least = search.run(_EFFORT * effort, seconds)
    if found is None:
        return JointOverlapSolution(start.order, problem, tensors, solution, least)
    new_order, offsets = found
    problem, tensors = overlap_problem(model, kernels, {0: new_order}, keep_inputs=keep_inputs, scratch_of=scratch_of)
    height = max(at + buffer.size for at, buffer in zip(offsets, problem.buffers, strict=True))
    better = OverlapSolution(offsets, height, min(least, height), "search")
    check(problem, better)
    return JointOverlapSolution(new_order, problem, tensors, better, min(least, height))


class _Search:
    """The model for CP-SAT: a place in the order for every operator, an offset for every buffer, in units."""

    def __init__(self, start: JointOverlapSolution, common: Common, meetings: Sequence[Meeting]) -> None:
        from ortools.sat.python import cp_model

        self._start = start
        self._sizes = [buffer.size for buffer in start.problem.buffers]
        relations = [each for meeting in meetings for each in (meeting.always, meeting.used_up) if each]
        distances = [part for each in relations for part in (each.distance or 0, *each.exactly)]
        self._unit = math.gcd(*self._sizes, *distances) or 1
        self._top = start.solution.height // self._unit
        self._model = cp_model.CpModel()
        self._first: dict[tuple[int, int], cp_model.IntVar] = {}
        count = len(start.order)
        rank = {operator: place for place, operator in enumerate(start.order)}
        self._rank = rank
        self._places = [self._model.new_int_var(0, count - 1, f"place{v}") for v in range(count)]
        for operator, place in enumerate(self._places):
            self._model.add_hint(place, rank[operator])
            for earlier in common.before[operator]:
                self._model.add(self._places[earlier] + 1 <= place)
        self._model.add_all_different(self._places)
        self._offsets = [self._model.new_int_var(0, max(0, self._top - size // self._unit), "") for size in self._sizes]
        least = -(-start.lower_bound // self._unit)
        self._height = self._model.new_int_var(least, max(least, self._top - 1), "height")
        for offset, size, at in zip(self._offsets, self._sizes, start.solution.offsets, strict=True):
            self._model.add(offset + size // self._unit <= self._height)
            self._model.add_hint(offset, at // self._unit)
        for meeting in meetings:
            if self._sizes[meeting.one] and self._sizes[meeting.other]:
                self._add(meeting)
        self._model.minimize(self._height)

    def run(self, effort: float, seconds: float) -> tuple[tuple[tuple[int, ...], tuple[int, ...]] | None, int]:
        """A better order with its offsets in bytes, if one was found, and bytes that are proven to be needed."""
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.cp_model_probing_level = 0  # it costs more than it saves: proofs take a third of the time
        solver.parameters.max_deterministic_time = effort
        solver.parameters.max_time_in_seconds = seconds
        status = solver.solve(self._model)
        height = self._start.solution.height
        if status == cp_model.INFEASIBLE:
            return None, height
        least = max(self._start.lower_bound, math.ceil(solver.best_objective_bound - 1e-6) * self._unit)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, min(least, height)
        order = sorted(range(len(self._places)), key=lambda operator: solver.value(self._places[operator]))
        return (tuple(order), tuple(solver.value(offset) * self._unit for offset in self._offsets)), least

    def _before(self, one: int, other: int) -> cp_model.IntVar | cp_model.LinearExpr:
        """Whether an operator runs before another one; neither needs the other."""
        pair = min(one, other), max(one, other)
        if pair not in self._first:
            literal = self._model.new_bool_var("")
            self._model.add(self._places[pair[0]] + 1 <= self._places[pair[1]]).only_enforce_if(literal)
            self._model.add(self._places[pair[1]] + 1 <= self._places[pair[0]]).only_enforce_if(~literal)
            self._model.add_hint(literal, self._rank[pair[0]] < self._rank[pair[1]])
            self._first[pair] = literal
        return self._first[pair] if one < other else ~self._first[pair]

    def _all(self, pairs: tuple[tuple[int, int], ...]) -> cp_model.IntVar | cp_model.LinearExpr:
        """A literal that is only true if all these run one before the other."""
        if len(pairs) == 1:
            return self._before(*pairs[0])
        literal = self._model.new_bool_var("")
        for pair in pairs:
            self._model.add_implication(literal, self._before(*pair))
        return literal

    def _add(self, meeting: Meeting) -> None:
        """One of: apart in time, above, below, or where a relation allows it."""
        model, unit = self._model, self._unit
        one, other = meeting.one, meeting.other
        difference = self._offsets[one] - self._offsets[other]
        ways = [self._all(pairs) for pairs in meeting.apart]
        ways.append(self._way(difference >= self._sizes[other] // unit))
        ways.append(self._way(-difference >= self._sizes[one] // unit))
        if meeting.always is not None:
            ways += self._lying(meeting.always)
        if meeting.used_up is not None:
            lying = self._lying(meeting.used_up)
            if meeting.last:
                last = self._all(meeting.last)
                for way in lying:
                    model.add_implication(way, last)
            ways += lying
        model.add_bool_or(ways)

    def _way(self, demand: cp_model.BoundedLinearExpression | bool) -> cp_model.IntVar:
        literal = self._model.new_bool_var("")
        self._model.add(demand).only_enforce_if(literal)
        return literal

    def _lying(self, relation: Relation) -> list[cp_model.IntVar]:
        difference = self._offsets[relation.source] - self._offsets[relation.target]
        ways = [self._way(difference == point // self._unit) for point in relation.exactly]
        if relation.distance is not None:
            ways.append(self._way(difference >= relation.distance // self._unit))
        return ways
