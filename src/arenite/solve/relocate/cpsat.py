"""Fewer bytes moved within a given height, searched by CP-SAT (OR-tools)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from arenite.solve.place.cp_sat import charged, reproducible_solver
from arenite.solve.relocate.course import Course, moves_before

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from arenite.budget import Budget
    from arenite.solve.relocate.field import Field, Places

_ROUNDS = 3


def search(
    field: Field, height: int, course: Course, window: range, *, effort: float, budget: Budget
) -> tuple[Course | None, int]:
    """A course that is the same outside a window, and units that each such course moves at least.

    Args:
        field: the problem.
        height: the arena in units.
        course: what to begin with; within the window it may be too high.
        window: the steps in which anything may be elsewhere.
        effort: limit of the solver's deterministic time, for each of a few turns.
        budget: is charged for the searches, and may allow less.
    """
    from ortools.sat.python import cp_model

    model = _Model(field, height, course, window)
    bound = 0
    for turn in range(_ROUNDS):
        solver = reproducible_solver(effort, budget)
        status = charged(solver, model.model, budget)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        if turn == 0:
            bound = max(0, math.ceil(solver.best_objective_bound - 1e-6))
        places = model.places(solver)
        stuck = [step for step in range(len(places)) if moves_before(field, places, step) is None]
        if not stuck:
            return Course(places), bound
        for step in stuck:
            model.demand_order(step)
    return None, bound


class _Model:
    """One offset for each buffer and step; to differ from the step before costs the buffer's size.

    Without `demand_order`, nothing says in which order the moves before a step can be made: a relaxation.
    """

    def __init__(self, field: Field, height: int, course: Course, window: range) -> None:
        from ortools.sat.python import cp_model

        self.field, self.height, self.course = field, height, course
        self.model = cp_model.CpModel()
        self.offsets: list[dict[int, cp_model.IntVar | int]] = [dict(places) for places in course.places]
        for step in window:
            for one, at in course.places[step].items():
                self.offsets[step][one] = self.model.new_int_var(0, height - field.sizes[one], "")
                self.model.add_hint(self.offsets[step][one], min(at, height - field.sizes[one]))
        cost: list[cp_model.LinearExpr] = []
        for step in range(len(course.places)):
            if step in window or step - 1 in window:
                cost += self._moved(step)
            if step in window:
                self._keep(step)
        outside = course.cost(field) - self._inside(window)
        self.model.minimize(sum(cost) + outside)

    def _inside(self, window: range) -> int:
        """What the course moves where the window can change it."""
        moves = self.course.moves(self.field)
        return sum(step.size for k in range(window.start, min(window.stop + 1, len(moves))) for step in moves[k])

    def _lasting(self, step: int) -> list[int]:
        return [one for one in self.offsets[step] if step and one in self.offsets[step - 1]]

    def _moved(self, step: int) -> list[cp_model.LinearExpr]:
        """A term of the cost for each buffer that may move before a step; what shares bytes moves as one."""
        places, terms = self.course.places, []
        for one in self._lasting(step):
            moves = self.model.new_bool_var("")
            self.model.add(self.offsets[step][one] == self.offsets[step - 1][one]).only_enforce_if(~moves)
            self.model.add_hint(moves, places[step][one] != places[step - 1][one])
            terms.append(self.field.sizes[one] * moves)
        return terms

    def _keep(self, step: int) -> None:
        """What is alive together lies as the rules say, and what had common bytes keeps its shape."""
        numbers = sorted(self.offsets[step])
        for one in numbers:
            for other, gap in self.field.rules[one].items():
                if other < one or other not in self.offsets[step]:
                    continue
                sizes = self.field.sizes[one], self.field.sizes[other]
                difference = self.offsets[step][one] - self.offsets[step][other]
                ranges = [(gap.up, self.height), *((point, point) for point in gap.points), (-self.height, -gap.down)]
                lasts = step and one in self.offsets[step - 1] and other in self.offsets[step - 1]
                if (gap.up, gap.down, gap.points) == (sizes[1], sizes[0], ()):
                    self._apart(step, one, step, other)
                elif not lasts:
                    self._within(difference, ranges)
                else:
                    self._rigid(step, one, other)

    def _within(self, difference: cp_model.LinearExpr | int, ranges: list[tuple[int, int]]) -> None:
        from ortools.sat.python import cp_model

        domain = cp_model.Domain.from_intervals([list(each) for each in ranges if each[0] <= each[1]])
        self.model.add_linear_expression_in_domain(difference, domain)

    def _rigid(self, step: int, one: int, other: int) -> None:
        """Two that a relation allows to share bytes are apart, or lie as they did in the step before."""
        same = self.model.new_bool_var("")
        now, old = self.offsets[step], self.offsets[step - 1]
        self.model.add(now[one] - now[other] == old[one] - old[other]).only_enforce_if(same)
        for when in (step, step - 1):
            self._apart(when, one, when, other, unless=same)

    def _apart(
        self, step: int, one: int, other_step: int, other: int, unless: cp_model.IntVar | None = None
    ) -> cp_model.IntVar:
        """No common byte; true if the first one is above."""
        above = self.model.new_bool_var("")
        difference = self.offsets[step][one] - self.offsets[other_step][other]
        always = [] if unless is None else [~unless]
        self.model.add(difference >= self.field.sizes[other]).only_enforce_if(above, *always)
        self.model.add(difference <= -self.field.sizes[one]).only_enforce_if(~above, *always)
        self.model.add_hint(above, self.course.places[step][one] >= self.course.places[other_step][other])
        return above

    def demand_order(self, step: int) -> None:
        """The moves before a step are made in some order, none of them onto what is still to move."""
        lasting = self._lasting(step)
        ranks = {one: self.model.new_int_var(0, len(lasting), "") for one in lasting}
        for one in lasting:
            for other in lasting:
                if one < other and other in self.field.rules[one]:
                    first = self.model.new_bool_var("")
                    for early, late, when in ((one, other, first), (other, one, ~first)):
                        self.model.add(ranks[early] + 1 <= ranks[late]).only_enforce_if(when)
                        self._apart(step, early, step - 1, late, unless=~when)

    def places(self, solver: cp_model.CpSolver) -> list[Places]:
        """The offsets found."""
        return [
            {one: at if isinstance(at, int) else solver.value(at) for one, at in offsets.items()}
            for offsets in self.offsets
        ]
