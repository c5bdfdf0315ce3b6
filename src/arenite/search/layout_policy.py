"""Finds an address for every tensor of a model whose order is fixed; buffers may share bytes as the kernels allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.backends.sets import PORTABLE
from arenite.backends.target import TARGETS
from arenite.backends.tflm.head import head_plan, inputs_on_top, memory_plan, scratch_buffers
from arenite.check.placement import check as check_placement
from arenite.check.validity import checked_head
from arenite.errors import VerificationError
from arenite.formulate.limits import pressing, within_limits
from arenite.formulate.placement import overlap_problem
from arenite.operators.liveness import lifetimes
from arenite.problems.placement import Layout
from arenite.search.joint.every_order import order_bound
from arenite.solve.place.solver import solve as solve_placement
from arenite.solve.place.solver import solve_within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arenite.backends import Backend
    from arenite.backends.target import Target
    from arenite.budget import Budget
    from arenite.model import Model, Tensor
    from arenite.problems.placement import PlacementProblem


@dataclass(frozen=True)
class Shared:
    """A model that carries its layout. All sizes are bytes.

    `heads` is what TFLM will report with each set of kernels that the target may run, `lower_bound` what no layout of
    this order is below with the set that the target charges. `solution` is a layout of the problem with the scratch of
    that set, from which further searches may go on.
    """

    model: Model
    heads: Mapping[Backend, int]
    lower_bound: int
    solution: Layout


@dataclass(frozen=True)
class Placed:
    """Layouts of one order.

    `kept`: the lowest found within the limits, None if there is none. `lowest`: the lowest found at all.
    """

    kept: Shared | None
    lowest: Shared


@dataclass(frozen=True)
class LayoutPolicy:
    """How layouts are made: for which target, with inputs kept or not, and when low is low enough.

    `limits` are heads in bytes that a layout must not exceed, for some sets of kernels; `goal` is a head that need not
    be improved on.
    """

    target: Target
    keep_inputs: bool
    limits: Mapping[Backend, int]
    goal: int = 0
    progress: Callable[[str, int, int], None] | None = None

    def place(self, model: Model, *, effort: float, budget: Budget) -> Placed:
        """The lowest layouts found, checked: without a look at the limits, and within them.

        `effort`: of each search, as in `solve_placement`; `budget` is charged, and no other begins once it is spent.

        Raises:
            VerificationError: a layout does not hold (a defect of Arenite).
        """
        lowest = self._placed(model, self.target.charged, sharing=True, effort=effort, budget=budget)
        if self.admits(lowest):
            return Placed(lowest, lowest)
        if self.joint_limits:
            limited = self._within_limits(model, effort=effort, budget=budget)
            if limited is not None and self.admits(limited):
                return Placed(replace(limited, lower_bound=max(limited.lower_bound, lowest.lower_bound)), lowest)
        for sharing in (True, False) if self.keep_inputs else ():
            room = self.target.backend
            found = self._placed(model, room, sharing=sharing, effort=effort, budget=budget)
            if self.admits(found):
                # With room for the scratch of all sets, what holds for that of the charged one alone holds as well.
                return Placed(replace(found, lower_bound=lowest.lower_bound, solution=lowest.solution), lowest)
        return Placed(None, lowest)

    def least(self, model: Model) -> int:
        """Bytes of head that no layout of a model in its order is below, as far as single operators tell."""
        problem, _ = self.problem(model, self.target.charged)
        return order_bound(problem)

    def adopt(self, model: Model) -> Shared | None:
        """A model with its plan, in which no two buffers share a byte; None if it does not keep to the limits.

        Raises:
            VerificationError: the plan does not hold.
        """
        problem, tensors = self.problem(model, self.target.charged)
        outcome = head_plan(model, requests=self.target.charged.planned_scratch)
        solution = Layout(outcome.offsets, outcome.height, 0)
        found = Shared(model.with_plan(model.plan, self._name), self._heads(model, problem, len(tensors)), 0, solution)
        return found if self.admits(found) else None

    def head(self, found: Shared) -> int:
        """The head that is to be small: that of the set of kernels that the target charges."""
        return found.heads[self.target.charged]

    def admits(self, found: Shared) -> bool:
        """Whether a layout keeps to the limits, and inputs to be kept are kept with every set of kernels."""
        return bool(found.heads) and all(found.heads[kernels] <= limit for kernels, limit in self.limits.items())

    @property
    def joint_limits(self) -> Mapping[Backend, int]:
        """The limits if several sets of kernels have one, else {}: one on the minimized head alone needs no search."""
        return self.limits if len(self.limits) > 1 else {}

    def followed(self, found: Shared, limits: Mapping[Backend, int]) -> Layout:
        """Where TFLM puts all buffers of the problem `within_limits` of an admitted layout."""
        outcomes = {kernels: head_plan(found.model, requests=kernels.planned_scratch) for kernels in limits}
        charged = outcomes[self.target.charged]
        tensors = len(self.problem(found.model, self.target.charged)[1])
        beside = (
            outcomes[each.kernels].offsets[tensors + each.first + number]
            for each in pressing(found.model, limits, self.target.charged)
            for number in range(len(each.sizes))
        )
        return Layout((*charged.offsets, *beside), charged.height, 0)

    def problem(self, model: Model, scratch_of: Backend) -> tuple[PlacementProblem, tuple[Tensor, ...]]:
        """The buffers of a model in its order, with the scratch of a set of kernels, and the tensors that they are."""
        return overlap_problem(model, self.target.backend, keep_inputs=self.keep_inputs, scratch_of=scratch_of)

    def blocked(self, found: Shared) -> str:
        """Which set of kernels a layout is above its limit with, and for whose scratch, in a sentence."""
        over = {kernels: found.heads[kernels] - limit for kernels, limit in self.limits.items()}
        kernels = max(over, key=over.__getitem__)
        head, limit = found.heads[kernels], self.limits[kernels]
        needs = f"needs {head:,} bytes"
        tallest = _tallest_scratch(found.model, kernels)
        if tallest is not None:
            label, size = tallest
            needs = f"needs {size:,} bytes of scratch for {label}, and with that {head:,} bytes"
        target = next(each for each in TARGETS.values() if each.backend == self.target.charged)
        return (
            f"a head of {self.head(found):,} bytes was found, but with it {kernels.name} {needs}, where TFLM by "
            f"itself takes {limit:,}; `--target {target.name}` would give at most {self.head(found):,}"
        )

    def settle(self, model: Model, problem: PlacementProblem, tensors: Sequence[Tensor], solution: Layout) -> Shared:
        """The model with a layout of its problem, after TFLM has been followed through it with every set of kernels.

        Raises:
            VerificationError: the layout does not hold.
        """
        check_placement(problem, solution)
        offsets = solution.offsets
        if self.keep_inputs:
            offsets = inputs_on_top(model, problem.apart, tensors, offsets)
        plan = memory_plan(model, dict(zip(tensors, offsets, strict=False)))
        result = model.with_plan(plan, self._name)
        return Shared(result, self._heads(result, problem, len(tensors)), solution.lower_bound, solution)

    @property
    def _name(self) -> str | None:
        """The name of the target that plans are made for; None where they are right with all kernels."""
        return self.target.name if self.target.backend.may_overlap else None

    def _placed(self, model: Model, scratch_of: Backend, *, sharing: bool, effort: float, budget: Budget) -> Shared:
        problem, tensors = self.problem(model, scratch_of)
        if not sharing:
            problem = replace(problem, relations=())
        solution = solve_placement(problem, goal=self.goal, effort=effort, budget=budget, progress=self.progress)
        if sharing and solution.height > max(solution.lower_bound, self.goal):
            solution = self._simpler(model, scratch_of, solution, effort=effort, budget=budget)
        return self.settle(model, problem, tensors, solution)

    def _within_limits(self, model: Model, *, effort: float, budget: Budget) -> Shared | None:
        """The lowest layout found whose other sets of kernels have room for their scratch within the limits."""
        problem, tensors = self.problem(model, self.target.charged)
        limited = within_limits(problem, len(tensors), model, self.limits, self.target.charged)
        solution = solve_within(limited, goal=self.goal, effort=effort, budget=budget, progress=self.progress)
        if solution is None:
            return None
        found = self.settle(model, limited, tensors, solution)
        return replace(found, solution=replace(solution, offsets=solution.offsets[: limited.counted]))

    def _simpler(self, model: Model, scratch_of: Backend, best: Layout, *, effort: float, budget: Budget) -> Layout:
        """`best`, or a lower layout found by the portable rules.

        These allow fewer distances, so the search space is smaller, and the same effort sometimes reaches further.
        """
        backend = self.target.backend
        if backend.portable or backend.generated or not backend.may_overlap:
            return best
        problem, _ = overlap_problem(model, PORTABLE, keep_inputs=self.keep_inputs, scratch_of=scratch_of)
        if order_bound(problem) >= best.height:
            return best
        goal = max(best.lower_bound, self.goal)
        found = solve_placement(problem, goal=goal, effort=effort / 4, budget=budget)
        return replace(best, offsets=found.offsets, height=found.height) if found.height < best.height else best

    def _heads(self, model: Model, problem: PlacementProblem, tensors: int) -> Mapping[Backend, int]:
        """The heads of a planned model, checked; {} where inputs are not kept with one of the sets of kernels."""
        try:
            return {each: checked_head(model, problem, tensors, each) for each in self.target.sets}
        except VerificationError:
            # TFLM does not know that inputs are kept: scratch that no room was left for may come to lie on them.
            if self.keep_inputs:
                return {}
            raise


def _tallest_scratch(model: Model, kernels: Backend) -> tuple[str, int] | None:
    """The operator whose scratch ends at the head with a set of kernels, and its bytes; None where no scratch does."""
    outcome = head_plan(model, requests=kernels.planned_scratch)
    scratch = list(scratch_buffers(model, lifetimes(model), kernels.planned_scratch))
    ends = zip(scratch, outcome.offsets[len(outcome.offsets) - len(scratch) :], strict=True)
    tallest = next((buffer for buffer, offset in ends if offset + buffer.size == outcome.height), None)
    return None if tallest is None else (tallest.name.removeprefix("scratch of "), tallest.size)
