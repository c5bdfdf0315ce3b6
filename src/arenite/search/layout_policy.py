"""Model in its order, target -> model with a plan: an address for every tensor; buffers overlap as the kernels allow.

Every layout is followed through TFLM's planner with each set of kernels of the target, which places their scratch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.backends.generated_c.sums import planned_with_sums
from arenite.backends.sets import PORTABLE
from arenite.backends.target import TARGETS
from arenite.backends.tflm.head import head_plan, head_with, inputs_on_top, memory_plan, plan_around, scratch_buffers
from arenite.checkers.placement import check as check_placement
from arenite.checkers.validity import checked_head
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

    `heads`: the head that TFLM will report, for each set of kernels of the target; {} if inputs to be kept are not.
    `lower_bound` holds for every layout of this order with the charged set of kernels. `solution` is a layout of the
    problem with the scratch of the charged set, as a start for further searches.
    """

    model: Model
    heads: Mapping[Backend, int]
    lower_bound: int
    solution: Layout


@dataclass(frozen=True)
class Placed:
    """Layouts of one order.

    `kept`: the lowest layout within the limits, None if none was found. `lowest`: the lowest layout regardless of
    limits.
    """

    kept: Shared | None
    lowest: Shared


@dataclass(frozen=True)
class LayoutPolicy:
    """What layouts have to satisfy, and when a search may stop.

    `keep_inputs`: the model's inputs stay intact to the end. `limits`: bytes of head that a layout must not exceed, for
    some sets of kernels. `goal`: bytes of head at which a search may stop. `progress` is called with a phrase, the
    height so far and the lower bound (bytes).
    """

    target: Target
    keep_inputs: bool
    limits: Mapping[Backend, int]
    goal: int = 0
    progress: Callable[[str, int, int], None] | None = None

    def place(self, model: Model, *, effort: float, budget: Budget) -> Placed:
        """The lowest layouts found, checked: regardless of the limits, and within them.

        Args:
            model: in its order, without a plan.
            effort: of each search, as in `solve_placement`.
            budget: charged for the searches; none begins once the budget is spent.

        Raises:
            VerificationError: a layout is not valid (a defect of Arenite).
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
                # A layout with room for the scratch of all sets also solves the problem with that of the charged set.
                return Placed(replace(found, lower_bound=lowest.lower_bound, solution=lowest.solution), lowest)
        return Placed(None, lowest)

    def least(self, model: Model) -> int:
        """A lower bound in bytes on the head of the model in its order, from single scopes; found without a search."""
        problem, _ = self.problem(model, self.target.charged)
        return order_bound(problem)

    def adopt(self, model: Model) -> Shared | None:
        """Take over a model whose plan has no overlap; None if it exceeds the limits.

        Raises:
            VerificationError: the plan is not valid.
        """
        problem, tensors = self.problem(model, self.target.charged)
        outcome = head_plan(model, requests=self.target.charged.planned_scratch)
        solution = Layout(outcome.offsets, outcome.height, 0)
        found = Shared(model.with_plan(model.plan, self._name), self._heads(model, problem, len(tensors)), 0, solution)
        return found if self.admits(found) else None

    def head(self, found: Shared) -> int:
        """Bytes of the head to minimize: that with the target's charged set of kernels."""
        return found.heads[self.target.charged]

    def admits(self, found: Shared) -> bool:
        """Whether a layout is within the limits, and keeps the inputs with every set of kernels if it has to."""
        return bool(found.heads) and all(found.heads[kernels] <= limit for kernels, limit in self.limits.items())

    @property
    def joint_limits(self) -> Mapping[Backend, int]:
        """The limits if several sets of kernels have one, else {}.

        A single limit bounds the minimized head itself, so it needs no search of its own.
        """
        return self.limits if len(self.limits) > 1 else {}

    def followed(self, found: Shared, limits: Mapping[Backend, int]) -> Layout:
        """A solution of the problem `within_limits`: where TFLM puts tensors and scratch around an admitted layout."""
        outcomes = {kernels: head_plan(found.model, requests=kernels.planned_scratch) for kernels in limits}
        charged = outcomes[self.target.charged]
        tensors = len(self.problem(found.model, self.target.charged)[1])
        beside = (
            outcomes[scratch.kernels].offsets[tensors + scratch.first + number]
            for scratch in pressing(found.model, limits, self.target.charged)
            for number in range(len(scratch.sizes))
        )
        return Layout((*charged.offsets, *beside), charged.height, 0)

    def problem(self, model: Model, scratch_of: Backend) -> tuple[PlacementProblem, tuple[Tensor, ...]]:
        """The problem of a model in its order with the scratch of a set of kernels, and the tensors of its buffers."""
        return overlap_problem(model, self.target.backend, keep_inputs=self.keep_inputs, scratch_of=scratch_of)

    def blocked(self, found: Shared) -> str:
        """A note on the set of kernels that exceeds its limit most, and on the operator whose scratch causes it."""
        over = {kernels: found.heads[kernels] - limit for kernels, limit in self.limits.items()}
        kernels = max(over, key=over.__getitem__)
        head, limit = found.heads[kernels], self.limits[kernels]
        needs = f"needs {head:,} bytes"
        tallest = _tallest_scratch(found.model, kernels)
        if tallest is not None:
            label, size = tallest
            needs = f"needs {size:,} bytes of scratch for {label}, and with that {head:,} bytes"
        target = next(target for target in TARGETS.values() if target.backend == self.target.charged)
        return (
            f"a head of {self.head(found):,} bytes was found, but with it {kernels.name} {needs}, where TFLM by "
            f"itself takes {limit:,}; target {target.name} would give at most {self.head(found):,}"
        )

    def settle(self, model: Model, problem: PlacementProblem, tensors: Sequence[Tensor], solution: Layout) -> Shared:
        """The model with a solution of its problem as its plan, and the heads that TFLM gets from it with every set.

        Args:
            model: in its order.
            tensors: the model's tensors for the problem's first buffers.

        Raises:
            VerificationError: the layout is not valid.
        """
        check_placement(problem, solution)
        result = self._with_plan(model, problem, tensors, solution)
        return Shared(result, self._heads(result, problem, len(tensors)), solution.lower_bound, solution)

    def proposal(self, model: Model, problem: PlacementProblem, tensors: Sequence[Tensor], solution: Layout) -> Shared:
        """As `settle`, but not checked: for searches that compare many layouts, and call `check` for the one they use.

        If inputs are kept, it is checked all the same, because only the check tells whether TFLM keeps them.
        """
        if self.keep_inputs:
            return self.settle(model, problem, tensors, solution)
        result = self._with_plan(model, problem, tensors, solution)
        heads = {each: head_with(each, result) for each in self.target.sets}
        return Shared(result, heads, solution.lower_bound, solution)

    def check(self, model: Model) -> None:
        """Check the plan of a model with every set of kernels of the target.

        Raises:
            VerificationError: two buffers share bytes that must not.
        """
        problem, tensors = self.problem(model, self.target.backend)
        for each in self.target.sets:
            checked_head(model, problem, len(tensors), each)

    def _with_plan(self, model: Model, problem: PlacementProblem, tensors: Sequence[Tensor], solution: Layout) -> Model:
        offsets = solution.offsets
        if self.keep_inputs:
            offsets = inputs_on_top(model, problem.apart, tensors, offsets)
        placed = dict(zip(tensors, offsets, strict=False))
        placed = planned_with_sums(model, placed) if self.target.generated else placed
        return model.with_plan(memory_plan(model, placed), self._name)

    @property
    def _name(self) -> str | None:
        """The target's name for the file's metadata; None without overlap, where a plan is valid with all kernels."""
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
        """The lowest layout found in which every set of kernels has room for its scratch within its limit."""
        problem, tensors = self.problem(model, self.target.charged)
        limited = within_limits(problem, len(tensors), model, self.limits, self.target.charged)
        solution = solve_within(limited, goal=self.goal, effort=effort, budget=budget, progress=self.progress)
        if solution is None:
            return None
        found = self.settle(model, limited, tensors, solution)
        return replace(found, solution=replace(solution, offsets=solution.offsets[: limited.counted]))

    def _simpler(self, model: Model, scratch_of: Backend, best: Layout, *, effort: float, budget: Budget) -> Layout:
        """A lower layout than `best` found by the portable rules, or `best`.

        The portable rules allow fewer distances. So the search space is smaller, and the same effort sometimes finds a
        lower layout.
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
        """The heads in bytes of a planned model, checked; {} if some set of kernels does not keep the inputs."""
        try:
            return {kernels: checked_head(model, problem, tensors, kernels) for kernels in self.target.sets}
        except VerificationError:
            # TFLM does not know that inputs are kept: it may place scratch on them if the plan left no room for it.
            if self.keep_inputs:
                return {}
            raise


def _tallest_scratch(model: Model, kernels: Backend) -> tuple[str, int] | None:
    """The operator whose scratch reaches the head with a set of kernels, and the scratch's bytes; None without one."""
    scratch = tuple(scratch_buffers(model, lifetimes(model), kernels.planned_scratch))
    outcome = plan_around(model, scratch)
    ends = zip(scratch, outcome.offsets[len(outcome.offsets) - len(scratch) :], strict=True)
    tallest = next((buffer for buffer, offset in ends if offset + buffer.size == outcome.height), None)
    return None if tallest is None else (tallest.name.removeprefix("scratch of "), tallest.size)
