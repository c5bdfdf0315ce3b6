"""The arena that TFLM will report for a model on a device, and the one to declare for it. See docs/arena.md.

Source of the head: CommitStaticMemoryPlan in TFLM's micro_allocator.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.tflm.greedy import ONLINE, greedy_plan
from arenite.backends.tflm.head import head_buffers, planned_offsets, scratch_buffers
from arenite.backends.tflm.tail import tail
from arenite.operators.liveness import lifetimes, load

if TYPE_CHECKING:
    from arenite.backends.build import Abi
    from arenite.backends.tflm.backend import TflmBackend
    from arenite.model import MemoryPlan, Model


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


def arena(model: Model, backend: TflmBackend, plan: MemoryPlan | None, *, abi: Abi) -> Arena:
    """What TFLM with these kernels will spend on a file as it is.

    Args:
        model: the model.
        backend: the kernels of the build.
        plan: the offsets to assume; None means the plan in the model's metadata if it has one, else none.
        abi: how TFLM was compiled.

    Raises:
        ModelError: the model's plan does not fit its tensors, or a graph runs itself.
    """
    liveness = lifetimes(model)
    offsets = planned_offsets(model, plan or model.plan)
    buffers, fixed = head_buffers(liveness, offsets)
    placed = [each.tensor for each in liveness.lifetimes if each.tensor.variable and each.tensor in offsets]
    requests = list(scratch_buffers(model, liveness, lambda operator: backend.scratch(operator, abi)))
    head = greedy_plan([*buffers, *requests], [*fixed, *[ONLINE] * len(requests)]).height
    start = tail(model, backend, head, planned=placed, abi=abi)
    alive = load((buffer.size, buffer.first, buffer.last) for buffer in requests)
    return Arena(head, max(alive, default=0), start.bytes, start.declare_bytes, start.unknown)
