"""The arena that TFLM will report for a model on a device, and the one to declare for it. See docs/arena.md.

Source of the head: CommitStaticMemoryPlan in TFLM's micro_allocator.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.build import CORTEX_M
from arenite.backends.cmsis_nn.scratch import scratch
from arenite.backends.instance import Instance
from arenite.backends.sets import Kernels
from arenite.backends.tflm import head as tflm
from arenite.backends.tflm.folding import as_run
from arenite.backends.tflm.greedy import ONLINE, greedy_plan
from arenite.backends.tflm.head import head_buffers, planned_offsets
from arenite.backends.tflm.kept import kept
from arenite.backends.tflm.tail import tail
from arenite.operators.liveness import lifetimes, load
from arenite.tflite.memory_plan import read_plan, with_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.backends.build import Abi
    from arenite.model import Model
    from arenite.operators.liveness import Liveness
    from arenite.problems.placement import Buffer
    from arenite.tflite.memory_plan import MemoryPlan


@dataclass(frozen=True, slots=True)
class Arena:
    """What TFLM spends on a model, in bytes.

    `head_bytes` is the planned head, scratch included, as TFLM counts it. `scratch_bytes` is the largest sum of scratch
    buffers (each rounded up to 16) alive in one scope. `tail_bytes` is what stays for good, as TFLM's recording
    allocator reports it. `total_bytes` is head and tail. `declare_bytes` is the smallest arena in which TFLM can start:
    at least the total, more where its own planning needs more. `unknown` names kinds of operators whose own allocations
    are not known; where there are any, all figures but the head are lower estimates, and so is the head for those
    that request scratch.
    """

    head_bytes: int
    scratch_bytes: int
    tail_bytes: int
    declare_bytes: int
    unknown: tuple[str, ...] = ()

    @property
    def total_bytes(self) -> int:
        """Head and tail."""
        return self.head_bytes + self.tail_bytes

    @property
    def exact(self) -> bool:
        """Whether every kind of operator is known."""
        return not self.unknown


EVERY_SET = (Kernels.REFERENCE, Kernels.CMSIS_NN_SCALAR, Kernels.CMSIS_NN_DSP, Kernels.CMSIS_NN_MVE)
"""The sets of kernels whose arenas are known."""


def arena(model: Model, kernels: Kernels, plan: MemoryPlan | None = None, *, abi: Abi = CORTEX_M) -> Arena:
    """What TFLM with these kernels will spend on a file as it is; for portable kernels the most that any set spends.

    Args:
        model: the model.
        kernels: the kernels of the build.
        plan: the offsets to assume; None means the plan in the model's metadata if it has one, else none.
        abi: how TFLM was compiled.

    Raises:
        ModelError: the model's plan does not fit its tensors, or a graph runs itself.
    """
    if kernels is Kernels.PORTABLE:
        return _largest([arena(model, each, plan, abi=abi) for each in EVERY_SET])
    if kernels.generated:
        return _generated(model, kernels, plan)
    liveness = lifetimes(model)
    offsets = planned_offsets(model, plan or read_plan(model))
    buffers, fixed = head_buffers(liveness, offsets)
    placed = [each.tensor for each in liveness.lifetimes if each.tensor.variable and each.tensor in offsets]
    requests = list(scratch_buffers(model, liveness, kernels, abi))
    head = greedy_plan([*buffers, *requests], [*fixed, *[ONLINE] * len(requests)]).height
    start = tail(model, kernels, head, planned=placed, abi=abi)
    alive = load((buffer.size, buffer.first, buffer.last) for buffer in requests)
    return Arena(head, max(alive, default=0), start.bytes, start.declare_bytes, start.unknown)


def _generated(model: Model, kernels: Kernels, plan: MemoryPlan | None) -> Arena:
    """The arena of generated C, its plan and variables; without a plan it is at most what TFLM's planning makes."""
    model = as_run(model if plan is None else with_plan(model, plan), kernels)
    requests = list(scratch_buffers(model, lifetimes(model), kernels))
    head = tflm.head_plan(model, requests=lambda operator: scratch(Instance(operator, kernels, CORTEX_M))).height
    variables = kept(model).size
    return Arena(head, max((each.size for each in requests), default=0), variables, head + variables)


def _largest(arenas: Sequence[Arena]) -> Arena:
    return Arena(
        max(each.head_bytes for each in arenas),
        max(each.scratch_bytes for each in arenas),
        max(each.tail_bytes for each in arenas),
        max(each.declare_bytes for each in arenas),
        tuple(sorted({label for each in arenas for label in each.unknown})),
    )


def scratch_buffers(model: Model, liveness: Liveness, kernels: Kernels, abi: Abi = CORTEX_M) -> Iterator[Buffer]:
    """Scratch of every operator that is run, in the order in which TFLM's kernels request it, rounded up to 16."""
    return tflm.scratch_buffers(model, liveness, lambda operator: scratch(Instance(operator, kernels, abi)))
