"""Rules: whose kernels a layout must be safe with, whose scratch it has room for, and what else it must respect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.formulate.limits import NO_LIMITS, within_limits
from arenite.formulate.placement import overlap_problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.backends import Backend
    from arenite.model import Model, Tensor
    from arenite.problems.placement import PlacementProblem


@dataclass(frozen=True)
class Rules:
    """The rules of a joint search of order and layout.

    Attributes:
        kernels: the set of kernels that layouts have to be safe with.
        scratch_of: the charged set, whose scratch counts in the head to minimize; None means `kernels`.
        keep_inputs: the inputs of the main graph stay intact to the end of the inference.
        limits: largest head in bytes for sets of kernels; the charged set must be one of them. Empty: no limits.
    """

    kernels: Backend
    scratch_of: Backend | None = None
    keep_inputs: bool = False
    limits: Mapping[Backend, int] = field(default_factory=lambda: NO_LIMITS)

    @property
    def charged(self) -> Backend:
        """The set of kernels whose scratch is charged."""
        return self.scratch_of or self.kernels

    def problem(self, model: Model, order: Sequence[int]) -> tuple[PlacementProblem, tuple[Tensor, ...]]:
        """The layout problem of an order of the main graph, within the limits, and the tensors of its first buffers.

        Buffer i stands for tensor i; the buffers after the last tensor are scratch.
        """
        problem, tensors = overlap_problem(
            model, self.kernels, {0: order}, keep_inputs=self.keep_inputs, scratch_of=self.charged
        )
        if self.limits:
            problem = within_limits(problem, len(tensors), model, self.limits, self.charged, orders={0: order})
        return problem, tensors
