"""The arena that TFLM reports for a model on a device, and the arena size to declare. See docs/arena.md.

Source of the head: CommitStaticMemoryPlan in TFLM's micro_allocator.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.tflm.head import plan_around, planned_offsets, scratch_buffers
from arenite.backends.tflm.tail import tail
from arenite.operators.liveness import lifetimes, load

if TYPE_CHECKING:
    from arenite.backends.build import Abi
    from arenite.backends.tflm.backend import TflmBackend
    from arenite.model import MemoryPlan, Model


@dataclass(frozen=True, slots=True)
class Arena:
    """Arena of a model in bytes.

    Attributes:
        head_bytes: the planned head with scratch, as TFLM counts it.
        scratch_bytes: the largest sum, over all scopes, of scratch buffers alive together, each rounded up to 16.
        tail_bytes: the persistent bytes that TFLM's recording allocator reports.
        declare_bytes: the smallest arena in which TFLM starts: the total, or more where TFLM's planning needs more.
        unknown: operator kinds whose allocations are not known. If there are any, all figures but the head are lower
            bounds. The head is one too if an unknown kind requests scratch.
    """

    head_bytes: int
    scratch_bytes: int
    tail_bytes: int
    declare_bytes: int
    unknown: tuple[str, ...] = ()

    @property
    def total_bytes(self) -> int:
        """Bytes of head and tail."""
        return self.head_bytes + self.tail_bytes

    @property
    def exact(self) -> bool:
        """Whether the allocations of every operator kind are known."""
        return not self.unknown


def arena(model: Model, backend: TflmBackend, plan: MemoryPlan | None, *, abi: Abi) -> Arena:
    """Arena that TFLM with these kernels needs for a model in the order and layout of its file.

    Args:
        plan: the offsets to assume; None means the plan in the model's metadata, or no plan if there is none.

    Raises:
        ModelError: the model's plan does not match its tensors, or a graph calls itself.
    """
    liveness = lifetimes(model)
    offsets = planned_offsets(model, plan or model.plan)
    placed = [entry.tensor for entry in liveness.lifetimes if entry.tensor.variable and entry.tensor in offsets]
    requests = tuple(scratch_buffers(model, liveness, lambda operator: backend.scratch(operator, abi)))
    head = plan_around(model, requests, plan).height
    start = tail(model, backend, head, planned=placed, abi=abi)
    alive = load((buffer.size, buffer.first, buffer.last) for buffer in requests)
    return Arena(head, max(alive, default=0), start.bytes, start.declare_bytes, start.unknown)
