"""Gives every tensor of a model in a fixed order its address, where buffers may share bytes as the kernels allow it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite import overlap
from arenite.errors import VerificationError
from arenite.kernels import Kernels
from arenite.overlap import OverlapSolution, order_bound, overlap_problem
from arenite.targets.requests import requests
from arenite.targets.tflm import head_plan, inputs_on_top, memory_plan
from arenite.tflite.memory_plan import with_plan
from arenite.tflite.target_name import with_target_name
from arenite.validity import checked_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from arenite.budget import Budget
    from arenite.model import Model, Tensor
    from arenite.overlap import OverlapProblem
    from arenite.targets.target import Target


@dataclass(frozen=True)
class Shared:
    """A model that carries its layout. All sizes are bytes.

    `heads` is what TFLM will report with each set of kernels that the target may run, `lower_bound` what no layout of
    this order is below with the set that the target charges. `solution` is a layout of the problem with the scratch of
    that set, from which further searches may go on.
    """

    model: Model
    heads: Mapping[Kernels, int]
    lower_bound: int
    solution: OverlapSolution


@dataclass(frozen=True)
class Sharing:
    """How layouts are made: for which target, with inputs kept or not, and when low is low enough.

    `limits` are heads in bytes that a layout must not exceed, for some sets of kernels; `goal` is a head that need not
    be improved on.
    """

    target: Target
    keep_inputs: bool
    limits: Mapping[Kernels, int]
    goal: int = 0
    progress: Callable[[str, int, int], None] | None = None

    def place(self, model: Model, *, effort: float, budget: Budget) -> Shared | None:
        """The lowest layout found that keeps to the limits, checked; None if none does.

        `effort`: of each search, as in `overlap.solve`; `budget` is charged; no further one is begun once it is spent.

        Raises:
            VerificationError: a layout does not hold (a defect of Arenite).
        """
        first = None
        for scratch_of, sharing in self._attempts():
            found = self._placed(model, scratch_of, sharing=sharing, effort=effort, budget=budget)
            # The first attempt leaves room for what is charged; its bound holds for those that leave more as well.
            first = first or found
            if self.admits(found):
                return replace(found, lower_bound=first.lower_bound, solution=first.solution)
        return None

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
        outcome = head_plan(model, requests=requests(self.target.charged))
        solution = OverlapSolution(outcome.offsets, outcome.height, 0)
        found = Shared(
            with_target_name(model, self.target.name), self._heads(model, problem, len(tensors)), 0, solution
        )
        return found if self.admits(found) else None

    def head(self, found: Shared) -> int:
        """The head that is to be small: that of the set of kernels that the target charges."""
        return found.heads[self.target.charged]

    def admits(self, found: Shared) -> bool:
        """Whether a layout keeps to the limits, and inputs to be kept are kept with every set of kernels."""
        return bool(found.heads) and all(found.heads[kernels] <= limit for kernels, limit in self.limits.items())

    def problem(self, model: Model, scratch_of: Kernels) -> tuple[OverlapProblem, tuple[Tensor, ...]]:
        """The buffers of a model in its order, with the scratch of a set of kernels, and the tensors that they are."""
        return overlap_problem(model, self.target.kernels, keep_inputs=self.keep_inputs, scratch_of=scratch_of)

    def settle(
        self, model: Model, problem: OverlapProblem, tensors: Sequence[Tensor], solution: OverlapSolution
    ) -> Shared:
        """The model with a layout of its problem, after TFLM has been followed through it with every set of kernels.

        Raises:
            VerificationError: the layout does not hold.
        """
        overlap.check(problem, solution)
        offsets = solution.offsets
        if self.keep_inputs:
            offsets = inputs_on_top(model, problem.apart, tensors, offsets)
        plan = memory_plan(model, dict(zip(tensors, offsets, strict=False)))
        result = with_target_name(with_plan(model, plan), self.target.name)
        return Shared(result, self._heads(result, problem, len(tensors)), solution.lower_bound, solution)

    def _attempts(self) -> Iterator[tuple[Kernels, bool]]:
        """Whose scratch to leave room for, and whether buffers may share bytes."""
        yield self.target.charged, True
        if self.target.kernels is Kernels.PORTABLE:
            yield Kernels.PORTABLE, True
            yield from ((kernels, True) for kernels in self.target.sets if kernels is not self.target.charged)
            yield Kernels.PORTABLE, False
        yield self.target.charged, False

    def _placed(self, model: Model, scratch_of: Kernels, *, sharing: bool, effort: float, budget: Budget) -> Shared:
        problem, tensors = self.problem(model, scratch_of)
        if not sharing:
            problem = replace(problem, relations=())
        solution = overlap.solve(problem, goal=self.goal, effort=effort, budget=budget, progress=self.progress)
        if sharing and solution.height > max(solution.lower_bound, self.goal):
            solution = self._simpler(model, scratch_of, solution, effort=effort, budget=budget)
        return self.settle(model, problem, tensors, solution)

    def _simpler(
        self, model: Model, scratch_of: Kernels, best: OverlapSolution, *, effort: float, budget: Budget
    ) -> OverlapSolution:
        """The same or a lower layout, by the rules that all of TFLM's kernels share: fewer ways may lead further."""
        if self.target.kernels is Kernels.PORTABLE or self.target.kernels.generated:
            return best
        problem, _ = overlap_problem(model, Kernels.PORTABLE, keep_inputs=self.keep_inputs, scratch_of=scratch_of)
        if order_bound(problem) >= best.height:
            return best
        goal = max(best.lower_bound, self.goal)
        found = overlap.solve(problem, goal=goal, effort=effort / 4, budget=budget)
        return replace(best, offsets=found.offsets, height=found.height) if found.height < best.height else best

    def _heads(self, model: Model, problem: OverlapProblem, tensors: int) -> Mapping[Kernels, int]:
        """The heads of a planned model, checked; {} where inputs are not kept with one of the sets of kernels."""
        try:
            return {each: checked_head(model, problem, tensors, each) for each in self.target.sets}
        except VerificationError:
            # TFLM does not know that inputs are kept: scratch that no room was left for may come to lie on them.
            if self.keep_inputs:
                return {}
            raise
