"""With which kernels a file's memory plan is right, judged from the plan itself.

The rules of `backends` are asked about every pair of buffers that share bytes while both are needed, so that
plans from elsewhere, and plans that do not tell their target, are judged as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.sets import GENERATED, PORTABLE, REFERENCE
from arenite.backends.target import TARGETS
from arenite.backends.tflm.head import head_plan, layout_problem, planned_offsets, scratch_buffers
from arenite.check.placement import check as check_placement
from arenite.errors import VerificationError
from arenite.formulate.placement import overlap_problem
from arenite.operators.liveness import lifetimes
from arenite.problems.lifetimes import neighbors
from arenite.problems.placement import Layout, PlacementProblem

if TYPE_CHECKING:
    from arenite.backends import Backend
    from arenite.backends.target import Target
    from arenite.model import Model
    from arenite.problems.placement import Buffer

JUDGED = PORTABLE.safe_with
"""Every set of kernels of TFLM whose rules are known."""


@dataclass(frozen=True, slots=True)
class Validity:
    """What is known of a file's memory plan; of TFLM's own planning where it has none.

    `pairs` is the number of pairs of buffers that share bytes while both are needed. `kernels` are the sets with which
    that is right; all of them where there is no such pair. `made_for` is the name of the target in the metadata.
    `in_c` are the sets of kernels of generated C with which it is right.
    """

    pairs: int
    kernels: tuple[Backend, ...]
    made_for: str | None = None
    in_c: tuple[Backend, ...] = ()

    @property
    def everywhere(self) -> bool:
        """Whether the plan is right with every set of kernels of TFLM that is known."""
        return self.kernels == JUDGED

    @property
    def names(self) -> str:
        """The names of the sets, as people read them."""
        return ", ".join(kernels.name for kernels in self.kernels)

    def holds(self, target: Target) -> bool:
        """Whether the plan is right with the kernels of a target."""
        return {*self.kernels, *self.in_c}.issuperset(target.backend.safe_with)


def validity(model: Model) -> Validity:
    """Judge the plan that a model carries.

    Raises:
        ModelError: the plan does not fit the model's tensors, or a graph runs itself.
    """
    made_for = model.target
    if model.plan is None or model.compiled_by_vela:  # Vela's buffers are those of its NPU: not ours to judge
        return Validity(0, JUDGED, made_for, in_c=GENERATED)
    pairs = shared_pairs(model)
    kernels = tuple(each for each in JUDGED if not pairs or is_right(model, each))
    in_c = tuple(each for each in GENERATED if not pairs or is_right(model, each))
    return Validity(pairs, kernels, made_for, in_c)


def not_for_reference(model: Model) -> str | None:
    """Why reference kernels cannot be asked what a file computes, None if they can.

    That is so where the plan says that it was made for other kernels, is right with those, and not with the reference.
    """
    target = TARGETS.get(model.target or "")
    if target is None or target.runs_reference or is_right(model, REFERENCE):
        return None
    return (
        f"the plan is for {target.name}, TFLM here runs reference kernels" if is_right(model, target.backend) else None
    )


def is_right(model: Model, kernels: Backend, *, keep_inputs: bool = False) -> bool:
    """Whether no tensor loses a byte that is still needed when these kernels run the file as it is.

    Variables that the plan places are not judged: a plan with such is never right.
    """
    problem, tensors = overlap_problem(model, kernels, keep_inputs=keep_inputs)
    try:
        for each in kernels.sets:
            checked_head(model, problem, len(tensors), each)
    except VerificationError:
        return False
    return True


def checked_head(model: Model, problem: PlacementProblem, tensors: int, kernels: Backend) -> int:
    """The head in bytes when TFLM follows the plan that a model carries, after what comes of it has been checked.

    Args:
        model: the model, with its plan.
        problem: which of its tensors may share bytes.
        tensors: how many of the problem's buffers are tensors; the rest is scratch, and not used.
        kernels: the kernels whose scratch TFLM places around the plan.

    Raises:
        VerificationError: buffers share bytes that must not.
    """
    model = kernels.as_run(model)
    outcome = head_plan(model, requests=kernels.planned_scratch)
    scratch = scratch_buffers(model, lifetimes(model), kernels.planned_scratch)
    relations = tuple(each for each in problem.relations if max(each.source, each.target) < tensors)
    judged = PlacementProblem((*problem.buffers[:tensors], *scratch), relations, problem.alignment)
    check_placement(judged, Layout(outcome.offsets, outcome.height, 0))
    return outcome.height


def shared_pairs(model: Model) -> int:
    """Pairs of tensors that share bytes while both are needed, with the plan that the model carries."""
    problem, tensors = layout_problem(model)
    plan = planned_offsets(model, model.plan)
    placed = [
        (buffer, plan[tensor])
        for buffer, tensor in zip(problem.buffers, tensors, strict=False)
        if tensor in plan and buffer.size
    ]
    meets = neighbors([buffer for buffer, _ in placed])
    return sum(
        _share(*placed[number], *placed[other])
        for number, others in enumerate(meets)
        for other in others
        if other < number
    )


def _share(one: Buffer, at: int, other: Buffer, there: int) -> bool:
    return at < there + other.size and there < at + one.size
