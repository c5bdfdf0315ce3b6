"""Model with an offline plan -> Validity: the sets of kernels that compute correct results with the plan.

The rules of `backends` judge every pair of buffers that share bytes while both are alive. So plans of other tools, and
plans that do not name their target, are judged as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from arenite.backends.sets import GENERATED, PORTABLE, REFERENCE
from arenite.backends.target import TARGETS
from arenite.backends.tflm.head import layout_problem, plan_around, planned_offsets, scratch_buffers
from arenite.checkers.placement import check as check_placement
from arenite.errors import VerificationError
from arenite.formulate.placement import overlap_problem
from arenite.names import printable
from arenite.operators.liveness import ALIGNMENT, lifetimes
from arenite.problems.lifetimes import neighbors
from arenite.problems.placement import Layout, PlacementProblem

if TYPE_CHECKING:
    from arenite.backends import Backend
    from arenite.backends.target import Target
    from arenite.model import Model
    from arenite.problems.placement import Buffer

JUDGED = PORTABLE.safe_with
"""All known sets of kernels of TFLM."""


@dataclass(frozen=True)
class Validity:
    """The validity of a file's offline plan, or of TFLM's own plan for a file without one.

    pairs: pairs of buffers that share bytes while both are alive.
    kernels: the sets of TFLM's kernels that compute correct results with the plan; all of them if `pairs` is 0 and the
        addresses are aligned.
    made_for: name of the target in the metadata; None without one.
    model: the model with the plan, of which `in_c` is asked.
    """

    pairs: int
    kernels: tuple[Backend, ...]
    made_for: str | None = None
    model: Model | None = field(default=None, repr=False, compare=False)

    @cached_property
    def in_c(self) -> tuple[Backend, ...]:
        """The sets of kernels of generated C that are right with the plan; judged when they are first asked for.

        A plan in which no buffers share bytes may be wrong for C, whose sums over strips live longer than the rows.
        """
        if self.model is None:
            return () if self.pairs else GENERATED
        return tuple(each for each in GENERATED if is_right(self.model, each))

    @property
    def everywhere(self) -> bool:
        """Whether the plan is valid with all known sets of TFLM's kernels."""
        return self.kernels == JUDGED

    @property
    def nowhere(self) -> bool:
        """Whether the plan is valid with no known set of kernels, of TFLM or of generated C."""
        return not self.kernels and not self.in_c

    @property
    def names(self) -> str:
        """The names of the sets in `kernels`, separated by commas."""
        return ", ".join(kernels.name for kernels in self.kernels)

    def holds(self, target: Target) -> bool:
        """Whether the plan is valid with all sets of kernels of a target."""
        return set(self.in_c if target.generated else self.kernels).issuperset(target.backend.safe_with)

    def fault(self, *targets: Target) -> str | None:
        """Why the plan must not be used for some of these targets, as a clause; None if it may be used for all."""
        wrong = [target.name for target in targets if not self.holds(target)]
        if not wrong:
            return None
        made_for = f", made for {printable(self.made_for)}," if self.made_for else ""
        valid = f"valid with {self.names} kernels only" if self.kernels else "not valid with any kernels known"
        whose = f"target {wrong[0]} computes" if len(wrong) == 1 else f"targets {', '.join(wrong)} compute"
        return f"the memory plan{made_for} is {valid}: {whose} wrong results with it"


def validity(model: Model) -> Validity:
    """Judge the offline plan that a model carries.

    Raises:
        ModelError: the plan does not fit the model's tensors, or a graph calls itself.
    """
    if model.plan is None or model.compiled_by_vela:  # no rules are known for the buffers of Vela's NPU commands
        return Validity(0, JUDGED, model.target)
    pairs = shared_pairs(model)
    apart = not pairs and _aligned(model)
    return Validity(pairs, tuple(each for each in JUDGED if apart or is_right(model, each)), model.target, model)


def _aligned(model: Model) -> bool:
    """Whether every address of the plan is one that TFLM's own planner could choose: kernels load whole words."""
    return not any(offset % ALIGNMENT for offset in planned_offsets(model, model.plan).values())


def not_for_reference(model: Model) -> str | None:
    """Why reference kernels cannot tell what a file computes, as a clause; None if they can.

    They cannot if the plan names a target with other kernels, is valid with these, but not with the reference kernels;
    or if it names generated C, and TFLM does not run an operator.
    """
    target = TARGETS.get(model.target or "")
    if target is None or target.runs_reference:
        return None
    refused = _refused(model) if target.generated else None
    if refused is not None or is_right(model, REFERENCE):
        return refused and f"the plan is for {target.name}, TFLM cannot run {refused}"
    return (
        f"the plan is for {target.name}, TFLM here runs reference kernels" if is_right(model, target.backend) else None
    )


def _refused(model: Model) -> str | None:
    """The first operator that TFLM does not run, and why."""
    for operator in model.main.operators:
        why = REFERENCE.why_not(operator)
        if why is not None:
            return f"{operator.label}: {why}"
    return None


def is_right(model: Model, kernels: Backend, *, keep_inputs: bool = False) -> bool:
    """Whether the file's plan, or TFLM's own, is valid: no kernel overwrites a byte that is still needed.

    A plan that places variables is never valid, because their overlaps are not judged.

    Args:
        kernels: the set of kernels, or the several sets of a target; the plan must be valid with each.
        keep_inputs: the model's inputs must be intact after the inference as well.
    """
    problem, tensors = overlap_problem(model, kernels, keep_inputs=keep_inputs)
    try:
        for kernel_set in kernels.sets:
            checked_head(model, problem, len(tensors), kernel_set)
    except VerificationError:
        return False
    return True


def checked_head(model: Model, problem: PlacementProblem, tensors: int, kernels: Backend) -> int:
    """The head in bytes that TFLM gets from a model's plan, after the resulting layout has been checked.

    Args:
        problem: its placement problem, which says what tensors may share bytes.
        tensors: number of the problem's buffers, from the first on, that are tensors; its scratch is not used.
        kernels: the set of kernels whose scratch TFLM places around the plan.

    Raises:
        VerificationError: two buffers share bytes that must not.
    """
    model = kernels.as_run(model)
    scratch = tuple(scratch_buffers(model, lifetimes(model), kernels.planned_scratch))
    outcome = plan_around(model, scratch)
    relations = tuple(relation for relation in problem.relations if max(relation.source, relation.target) < tensors)
    judged = PlacementProblem((*problem.buffers[:tensors], *scratch), relations, problem.alignment)
    check_placement(judged, Layout(outcome.offsets, outcome.height, 0))
    return outcome.height


def shared_pairs(model: Model) -> int:
    """The number of pairs of tensors that share bytes while both are alive, in the plan that the model carries."""
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
