"""Common, a start -> CP-SAT model (OR-tools) of order and layout with overlap, for the whole graph or a part of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from arenite.problems.distances import Points, divided, greatest_divisor
from arenite.solve.place.cp_sat import charged, reproducible_solver

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ortools.sat.python import cp_model

    from arenite.budget import Budget
    from arenite.problems.placement import Relation
    from arenite.search.joint.common import Common, Conflict

    Literal: TypeAlias = cp_model.IntVar | cp_model.LinearExpr


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An order of the operators, and the offset of every buffer in bytes."""

    order: tuple[int, ...]
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The operators that may be reordered among their places, and the buffers that may move.

    A solution is an order of the whole graph only if these operators are consecutive in the start.
    """

    operators: Collection[int]
    buffers: Collection[int]


class JointModel:
    """A CP-SAT model with a place in the order for every operator, and an offset for every buffer.

    Args:
        conflicts: the pairs of buffers to constrain.
        sizes: bytes of every buffer.
        start: a valid arrangement; solutions are lower, measured by the buffers of the part.
        bound: a lower bound on the height in bytes that is already known.
        part: everything outside of it stays as in `start`; None: everything may change.
    """

    def __init__(
        self,
        common: Common,
        conflicts: Sequence[Conflict],
        sizes: Sequence[int],
        start: Arrangement,
        *,
        bound: int,
        part: Part | None = None,
    ) -> None:
        from ortools.sat.python import cp_model

        self._start = start
        self._sizes = sizes
        self._caps = common.caps
        self._counted = common.counted
        relations = [relation for conflict in conflicts for relation in (conflict.always, conflict.used_up) if relation]
        distances = [part for each in relations for part in (each.distance or 0, greatest_divisor(each.exactly))]
        self._unit = math.gcd(*sizes, *start.offsets, *distances) or 1
        part = part or Part(start.order, range(len(sizes)))
        self._model = cp_model.CpModel()
        self._first: dict[tuple[int, int], cp_model.IntVar] = {}
        self._rank = {operator: place for place, operator in enumerate(start.order)}
        self._free = set(part.operators)
        self._moving = set(part.buffers)
        self._places: dict[int, cp_model.IntVar] = {}
        self._add_places(common)
        self._top = max(start.offsets[buffer] + sizes[buffer] for buffer in self._moving if buffer < self._counted)
        """Height in bytes of the start, over the buffers that may move."""
        self._offsets: list[cp_model.IntVar | int] = [at // self._unit for at in start.offsets]
        self._height = self._add_offsets(bound)
        for conflict in conflicts:
            if sizes[conflict.one] and sizes[conflict.other] and {conflict.one, conflict.other} & self._moving:
                self._add(conflict)
        self._model.minimize(self._height)

    def _add_places(self, common: Common) -> None:
        # Operators may share a place: their order is only fixed where it matters, which makes proofs much faster.
        ranks = [self._rank[operator] for operator in self._free]
        for operator in sorted(self._free):
            self._places[operator] = self._model.new_int_var(min(ranks), max(ranks), f"place{operator}")
            self._model.add_hint(self._places[operator], self._rank[operator])
        for earlier, later in common.needs(self._free):
            self._model.add(self._places[earlier] + 1 <= self._places[later])

    def _add_offsets(self, bound: int) -> cp_model.IntVar:
        top = self._top // self._unit
        least = min(-(-bound // self._unit), top - 1)
        height = self._model.new_int_var(least, top - 1, "height")
        for buffer in sorted(self._moving):
            size = self._sizes[buffer] // self._unit
            highest = self._caps[buffer] // self._unit if self._caps else top
            counts = buffer < self._counted
            offset = self._model.new_int_var(0, max(0, (min(top, highest) if counts else highest) - size), "")
            if counts:
                self._model.add(offset + size <= height)
            self._model.add_hint(offset, self._start.offsets[buffer] // self._unit)
            self._offsets[buffer] = offset
        return height

    def run(self, effort: float, budget: Budget, *, any_lower: bool = False) -> tuple[Arrangement | None, int, float]:
        """Search an arrangement lower than the start.

        Args:
            effort: limit of the solver's deterministic time, so that the answer does not depend on the machine.
            budget: charged for the search, and may end it earlier.
            any_lower: stop at the first arrangement that is lower than the start.

        Returns:
            The arrangement, or None if none was found; a lower bound in bytes on the height, valid for the whole
            problem only without a part; the deterministic time spent.
        """
        from ortools.sat.python import cp_model

        solver = reproducible_solver(effort, budget)
        solver.parameters.cp_model_presolve = False  # presolve, above all its probing, costs more time than it saves
        solver.parameters.stop_after_first_solution = any_lower
        status = charged(solver, self._model, budget)
        spent = solver.response_proto.deterministic_time
        if status == cp_model.INFEASIBLE:
            return None, self._top, spent
        least = min(self._top, math.ceil(solver.best_objective_bound - 1e-6) * self._unit)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, least, spent
        places = {**self._rank, **{operator: solver.value(place) for operator, place in self._places.items()}}
        order = tuple(sorted(places, key=lambda operator: (places[operator], self._rank[operator])))
        return Arrangement(order, tuple(solver.value(at) * self._unit for at in self._offsets)), least, spent

    def _before(self, one: int, other: int) -> Literal | bool:
        """A literal for "operator `one` runs before `other`", or its fixed value; neither depends on the other."""
        if one not in self._free or other not in self._free:
            return self._rank[one] < self._rank[other]
        pair = min(one, other), max(one, other)
        if pair not in self._first:
            literal = self._model.new_bool_var("")
            self._model.add(self._places[pair[0]] + 1 <= self._places[pair[1]]).only_enforce_if(literal)
            self._model.add(self._places[pair[1]] + 1 <= self._places[pair[0]]).only_enforce_if(~literal)
            self._model.add_hint(literal, self._rank[pair[0]] < self._rank[pair[1]])
            self._first[pair] = literal
        return self._first[pair] if one < other else ~self._first[pair]

    def _all(self, pairs: tuple[tuple[int, int], ...]) -> Literal | bool:
        """A literal that implies that the first operator of every pair runs before the second, or a fixed value."""
        literals = [self._before(*pair) for pair in pairs]
        if any(part is False for part in literals):
            return False
        open_ = [part for part in literals if part is not True]
        if len(open_) < 2:
            return open_[0] if open_ else True
        literal = self._model.new_bool_var("")
        for part in open_:
            self._model.add_implication(literal, part)
        return literal

    def _add(self, conflict: Conflict) -> None:
        """Require one of: apart in time, above, below, or at a safe distance."""
        model, unit = self._model, self._unit
        one, other = conflict.one, conflict.other
        apart = [self._all(pairs) for pairs in conflict.apart]
        if any(literal is True for literal in apart):
            return
        difference = self._offsets[one] - self._offsets[other]
        ways = [literal for literal in apart if literal is not False]
        ways.append(self._way(difference >= self._sizes[other] // unit))
        ways.append(self._way(-difference >= self._sizes[one] // unit))
        if conflict.always is not None:
            ways += self._lying(conflict.always)
        last = self._all(conflict.last)
        if conflict.used_up is not None and last is not False:
            lying = self._lying(conflict.used_up)
            if last is not True:
                for way in lying:
                    model.add_implication(way, last)
            ways += lying
        model.add_bool_or(ways)

    def _way(self, demand: cp_model.BoundedLinearExpression | bool) -> cp_model.IntVar:
        literal = self._model.new_bool_var("")
        self._model.add(demand).only_enforce_if(literal)
        return literal

    def _on_run(self, difference: cp_model.LinearExpr, run: range) -> cp_model.IntVar:
        """A literal for "the difference is in `run`": one integer variable instead of a literal for each distance."""
        step = self._model.new_int_var(0, len(run) - 1, "")
        return self._way(difference == run.start + run.step * step)

    def _lying(self, relation: Relation) -> list[cp_model.IntVar]:
        difference = self._offsets[relation.source] - self._offsets[relation.target]
        points = divided(relation.exactly, self._unit)
        if isinstance(points, Points):
            ways = [self._on_run(difference, run) for run in points.runs]
        else:
            ways = [self._way(difference == point) for point in points]
        if relation.distance is not None:
            ways.append(self._way(difference >= relation.distance // self._unit))
        return ways
