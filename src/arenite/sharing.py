"""Gives every tensor of a model in a fixed order its address, where buffers may share bytes as the kernels allow it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite import overlap
from arenite.errors import VerificationError
from arenite.kernels import Kernels
from arenite.overlap import overlap_problem
from arenite.targets.tflm import inputs_on_top, memory_plan
from arenite.tflite.memory_plan import with_plan
from arenite.tflite.target_name import with_target_name
from arenite.validity import checked_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arenite.model import Model
    from arenite.overlap import OverlapProblem
    from arenite.targets.target import Target


@dataclass(frozen=True)
class Shared:
    """A model that carries its layout. All sizes are bytes.

    `heads` is what TFLM will report with each set of kernels that the target may run, `lower_bound` what no layout of
    this order is below with the set that the target charges.
    """

    model: Model
    heads: Mapping[Kernels, int]
    lower_bound: int


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

    def place(self, model: Model, *, effort: float, time_limit: float) -> Shared | None:
        """The lowest layout found that keeps to the limits, checked; None if none does.

        `effort`: of each search, as in `overlap.solve`; `time_limit`: seconds after which no further one is begun.

        Raises:
            VerificationError: a layout does not hold (a defect of Arenite).
        """
        lower_bound = None
        for scratch_of, sharing in self._attempts():
            found = self._placed(model, scratch_of, sharing=sharing, effort=effort, time_limit=time_limit)
            # The first attempt leaves room for what is charged; its bound holds for those that leave more as well.
            lower_bound = found.lower_bound if lower_bound is None else lower_bound
            if all(found.heads.get(kernels, 0) <= limit for kernels, limit in self.limits.items()) and found.heads:
                return replace(found, lower_bound=lower_bound)
        return None

    def _attempts(self) -> Iterator[tuple[Kernels, bool]]:
        """Whose scratch to leave room for, and whether buffers may share bytes."""
        yield self.target.charged, True
        if self.target.kernels is Kernels.PORTABLE:
            yield Kernels.PORTABLE, True
            yield from ((kernels, True) for kernels in self.target.sets if kernels is not self.target.charged)
            yield Kernels.PORTABLE, False
        yield self.target.charged, False

    def _placed(self, model: Model, scratch_of: Kernels, *, sharing: bool, effort: float, time_limit: float) -> Shared:
        problem, tensors = overlap_problem(
            model, self.target.kernels, keep_inputs=self.keep_inputs, scratch_of=scratch_of
        )
        if not sharing:
            problem = replace(problem, relations=())
        solution = overlap.solve(problem, goal=self.goal, effort=effort, time_limit=time_limit, progress=self.progress)
        overlap.check(problem, solution)
        offsets = solution.offsets
        if self.keep_inputs:
            offsets = inputs_on_top(model, problem.apart, tensors, offsets)
        plan = memory_plan(model, dict(zip(tensors, offsets, strict=False)))
        result = with_target_name(with_plan(model, plan), self.target.name)
        return Shared(result, self._heads(result, problem, len(tensors)), solution.lower_bound)

    def _heads(self, model: Model, problem: OverlapProblem, tensors: int) -> Mapping[Kernels, int]:
        """The heads of a planned model, checked; {} where inputs are not kept with one of the sets of kernels."""
        try:
            return {each: checked_head(model, problem, tensors, each) for each in self.target.sets}
        except VerificationError:
            # TFLM does not know that inputs are kept: scratch that no room was left for may come to lie on them.
            if self.keep_inputs:
                return {}
            raise
