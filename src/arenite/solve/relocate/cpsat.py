"""Fewest bytes moved within a given height, by CP-SAT (OR-tools), in windows of steps of a course.

Short courses are searched as a whole, longer ones in windows around the steps that have to change.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.solve.place.cp_sat import charged, reproducible_solver
from arenite.solve.relocate.course import Course, moves_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

    from arenite.budget import Budget
    from arenite.solve.relocate.field import Field, Places

_ROUNDS = 3
"""CP-SAT runs per search: one search and up to two repairs. After each run, steps whose moves have no safe order get
constraints that demand one. In one network in strips, repairs with a quarter of the effort moved three times as many
bytes, and repairs with the offsets of the run before as hints found no lower layout."""
_MOST_PAIRS = 50_000
"""Pairs of buffers alive together, per unit of effort, up to which a search is worth it: the effort does not limit how
long CP-SAT takes to prepare the constraints of the pairs, which was half a minute for MobileNetV1 at 224 in strips. In
ten models in strips, searches found something with up to 26,000 pairs per unit, and nothing with more."""
_WHOLE = 400
"""Offsets of a course (live buffers, summed over steps) up to which CP-SAT searches all steps at once."""
_REACH = 12
"""Steps on either side of a step that is too high, in one window; half as many around a move. Wider windows allow more
changes, but take CP-SAT longer."""


def is_too_large(field: Field, course: Course, window: range, effort: float) -> bool:
    """Whether a window has so many pairs of buffers alive together that a search of this effort would be in vain."""
    alive = (course.places[step].keys() for step in window)
    pairs = sum(len(field.rules[one].keys() & each) for each in alive for one in each) // 2
    return pairs > _MOST_PAIRS * effort


def search(
    field: Field, height: int, course: Course, window: range, *, effort: float, budget: Budget
) -> tuple[Course | None, int]:
    """The cheapest course found that differs from a given one only in a window, or None.

    Also returns a lower bound on the units that each such course moves; valid only for a `Field.simple` problem, since
    the model charges buffers that move together one by one.

    Args:
        height: units that every step in the window has to keep to.
        course: the course to start from; in the window it may be too high.
        window: the steps in which all buffers may have other offsets.
        effort: limit of CP-SAT's deterministic time, for each of at most `_ROUNDS` runs.
        budget: charged for the runs; may set a lower limit than `effort`.
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
    """The CP-SAT model: one offset per buffer and step; an offset other than in the step before costs the size.

    The model is a relaxation: until `demand_order`, it does not require a safe order of the moves before a step.
    """

    def __init__(self, field: Field, height: int, course: Course, window: range) -> None:
        from ortools.sat.python import cp_model

        self.field, self.height, self.course = field, height, course
        self.model = cp_model.CpModel()
        self.offsets: list[dict[int, cp_model.IntVar | int]] = [dict(places) for places in course.places]
        for step in window:
            for buffer, at in course.places[step].items():
                self.offsets[step][buffer] = self.model.new_int_var(0, height - field.sizes[buffer], "")
                self.model.add_hint(self.offsets[step][buffer], min(at, height - field.sizes[buffer]))
        cost: list[cp_model.LinearExpr] = []
        for step in range(len(course.places)):
            if step in window or step - 1 in window:
                cost += self._moved(step)
            if step in window:
                self._keep(step)
        outside = course.cost(field) - self._inside(window)
        self.model.minimize(sum(cost) + outside)

    def _inside(self, window: range) -> int:
        """Units that the course moves before the steps of the window and the one after it."""
        moves = self.course.moves(self.field)
        return sum(step.size for k in range(window.start, min(window.stop + 1, len(moves))) for step in moves[k])

    def _lasting(self, step: int) -> list[int]:
        return [one for one in self.offsets[step] if step and one in self.offsets[step - 1]]

    def _moved(self, step: int) -> list[cp_model.LinearExpr]:
        """The cost terms of a step, one per buffer that may move before it, in units.

        Buffers that share bytes move together, yet each has a term of its own.
        """
        places, terms = self.course.places, []
        for buffer in self._lasting(step):
            moves = self.model.new_bool_var("")
            self.model.add(self.offsets[step][buffer] == self.offsets[step - 1][buffer]).only_enforce_if(~moves)
            self.model.add_hint(moves, places[step][buffer] != places[step - 1][buffer])
            terms.append(self.field.sizes[buffer] * moves)
        return terms

    def _keep(self, step: int) -> None:
        """Constrain a step: gaps hold, and buffers that shared bytes in the step before keep their difference."""
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
        """Two buffers that may share bytes are apart in both steps, or keep their difference."""
        same = self.model.new_bool_var("")
        now, old = self.offsets[step], self.offsets[step - 1]
        self.model.add(now[one] - now[other] == old[one] - old[other]).only_enforce_if(same)
        for when in (step, step - 1):
            self._apart(when, one, when, other, unless=same)

    def _apart(
        self, step: int, one: int, other_step: int, other: int, unless: cp_model.IntVar | None = None
    ) -> cp_model.IntVar:
        """Constrain two buffers to have no common byte, unless `unless` holds; returns whether `one` is above."""
        above = self.model.new_bool_var("")
        difference = self.offsets[step][one] - self.offsets[other_step][other]
        always = [] if unless is None else [~unless]
        self.model.add(difference >= self.field.sizes[other]).only_enforce_if(above, *always)
        self.model.add(difference <= -self.field.sizes[one]).only_enforce_if(~above, *always)
        self.model.add_hint(above, self.course.places[step][one] >= self.course.places[other_step][other])
        return above

    def demand_order(self, step: int) -> None:
        """Constrain the moves before a step to some order in which no move lands on a buffer that is still to move."""
        lasting = self._lasting(step)
        ranks = {buffer: self.model.new_int_var(0, len(lasting), "") for buffer in lasting}
        for one in lasting:
            for other in lasting:
                if one < other and other in self.field.rules[one]:
                    first = self.model.new_bool_var("")
                    for early, late, when in ((one, other, first), (other, one, ~first)):
                        self.model.add(ranks[early] + 1 <= ranks[late]).only_enforce_if(when)
                        self._apart(step, early, step - 1, late, unless=~when)

    def places(self, solver: cp_model.CpSolver) -> list[Places]:
        """The offsets found in each step, in units."""
        return [
            {one: at if isinstance(at, int) else solver.value(at) for one, at in offsets.items()}
            for offsets in self.offsets
        ]


def fewer(field: Field, height: int, course: Course, effort: float, budget: Budget) -> Course:
    """A course within `height` units that moves no more than the given one, fewer units if CP-SAT finds one.

    `effort`: CP-SAT's deterministic time for all windows together. No search begins once the budget is spent.
    """
    if _is_short(course):
        found, bound = search(field, height, course, range(len(course.places)), effort=effort, budget=budget)
        best = course if found is None or found.cost(field) > course.cost(field) else found
        return replace(best, least=bound if field.simple else 0)
    moving = [step for step, moves in enumerate(course.moves(field)) if moves]
    every = _windows(moving, len(course.places), _REACH // 2)
    windows = [each for each in every if not is_too_large(field, course, each, effort / len(every))]
    for window in windows:
        if budget.over:
            break
        found, _ = search(field, height, course, window, effort=effort / len(windows), budget=budget)
        if found is not None and found.cost(field) < course.cost(field):
            course = found
    return course


def lowered(field: Field, height: int, course: Course, effort: float, budget: Budget) -> Course | None:
    """A course within `height` units, made from a higher one by changing windows; None if CP-SAT finds none.

    `effort`: CP-SAT's deterministic time for all windows together.
    """
    steps = len(course.places)
    high = [step for step, top in enumerate(course.heights(field)) if top > height]
    windows = [range(steps)] if _is_short(course) else _windows(high, steps, _REACH)
    if any(is_too_large(field, course, each, effort / len(windows)) for each in windows):
        return None
    for window in windows:
        if budget.over:
            return None
        found, _ = search(field, height, course, window, effort=effort / len(windows), budget=budget)
        if found is None:
            return None
        course = found
    return course


def _is_short(course: Course) -> bool:
    return sum(map(len, course.places)) <= _WHOLE


def _windows(steps: Sequence[int], count: int, reach: int) -> list[range]:
    """Ranges of `reach` steps on either side of the given steps, joined where they would overlap."""
    joined: list[tuple[int, int]] = []
    for step in steps:
        start = joined.pop()[0] if joined and step - joined[-1][1] <= 2 * reach else step
        joined.append((start, step))
    return [range(max(0, start - reach), min(count, end + reach + 1)) for start, end in joined]
