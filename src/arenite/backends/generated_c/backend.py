"""Arenite's own kernels, which `arenite export --c` writes, as a backend without TFLM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.backend import Backend
from arenite.backends.cmsis_nn.backend import CmsisNN
from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.generated_c.bottlenecks import INVERTED_BOTTLENECK, fused, fuses, parts
from arenite.backends.generated_c.calls import called, passed_on
from arenite.backends.generated_c.folding import folded
from arenite.backends.generated_c.kept import kept
from arenite.backends.generated_c.overlap import generated_c
from arenite.backends.overlap import APART, Overlap
from arenite.backends.reference import detection
from arenite.backends.tflm.arena import Arena
from arenite.backends.tflm.head import plan_around, scratch_buffers
from arenite.operators.liveness import lifetimes
from arenite.operators.soundness import is_sound

if TYPE_CHECKING:
    from arenite.backends.build import Abi, Instance
    from arenite.model import MemoryPlan, Model, Operator


@dataclass(frozen=True)
class GeneratedC(Backend):
    """The kernels in codegen/kernels/, with calls of CMSIS-NN for cores with `instructions`; None: no such calls."""

    instructions: Instructions | None = None

    @property
    def name(self) -> str:
        """The name of the set."""
        return "c" if self.instructions is None else f"c, cmsis-nn/{self.instructions.value}"

    @property
    def generated(self) -> bool:
        """Always True."""
        return True

    @property
    def cmsis_nn(self) -> Instructions | None:
        """Instruction class for which generated C calls CMSIS-NN; None if it makes no such calls."""
        return self.instructions

    def rule(self, operator: Operator, position: int, output: int) -> Overlap:
        """CMSIS-NN's rule for operators that call CMSIS-NN; for others see `arenite.backends.generated_c.overlap`."""
        if operator.code == INVERTED_BOTTLENECK:
            return APART if position else parts(operator).overlap
        if self.instructions is not None and called(operator, self.instructions):
            return passed_on(operator, position, output, self.instructions)
        return generated_c(operator, position, output)

    def requested(self, kernel: Instance) -> tuple[int, ...]:
        """A score for each box of a detection, and scratch for CMSIS-NN.

        FULLY_CONNECTED needs none: the row sums that MVE needs are constants.
        """
        if kernel.operator.label == detection.NAME:
            return (detection.WORD * kernel.operator.input(0).shape[1],) if is_sound(kernel.operator) else ()
        if kernel.operator.code == INVERTED_BOTTLENECK:
            return (parts(kernel.operator).scratch,)
        if self.instructions is None or kernel.operator.code == "FULLY_CONNECTED":
            return ()
        if not called(kernel.operator, self.instructions):
            return ()
        return CmsisNN(self.instructions).scratch(kernel.operator, kernel.abi)

    def as_run(self, model: Model) -> Model:
        """The model with PADs folded into its convolutions, and inverted bottlenecks as one operator each.

        See `folding` and `bottlenecks`. CMSIS-NN has its own, faster kernels for the operators of a bottleneck.
        """
        return fused(folded(model)) if fuses(self) else folded(model)

    def tail_bytes(self, model: Model, abi: Abi | None = None) -> int:  # noqa: ARG002
        """Always 0: state is part of the arena."""
        return 0

    def arena(self, model: Model, plan: MemoryPlan | None = None, *, abi: Abi | None = None) -> Arena:  # noqa: ARG002
        """Planned bytes and state. Without a plan the planned bytes are those of TFLM's planner, an upper limit.

        Arguments and errors as in `Backend`, but `abi`, which makes no difference.
        """
        model = self.as_run(model if plan is None else model.with_plan(plan, model.target))
        requests = tuple(scratch_buffers(model, lifetimes(model), self.planned_scratch))
        head = plan_around(model, requests).height
        variables = kept(model).size
        return Arena(head, max((each.size for each in requests), default=0), variables, head + variables)


GENERATED_C = GeneratedC()
C_CMSIS_NN_SCALAR, C_CMSIS_NN_DSP, C_CMSIS_NN_MVE = (GeneratedC(each) for each in Instructions)
