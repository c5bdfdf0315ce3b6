"""What a set of TFLM's kernels allocates at start-up, and the arena that results."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from arenite.backends.backend import Backend
from arenite.backends.build import Instance
from arenite.backends.tflm.arena import Arena
from arenite.backends.tflm.footprint import footprint
from arenite.backends.tflm.head import plan_around, planned_offsets, scratch_buffers
from arenite.backends.tflm.tail import tail
from arenite.operators.liveness import lifetimes, load

if TYPE_CHECKING:
    from arenite.backends.build import Abi
    from arenite.backends.tflm.footprint import Footprint
    from arenite.model import MemoryPlan, Model, Operator, Tensor


class TflmBackend(Backend):
    """A set of TFLM's kernels."""

    __slots__ = ()

    @abstractmethod
    def structure(self, label: str) -> str:
        """Structure that a kernel's Init allocates, in the letters of `arenite.backends.build.size_of`; "" for none.

        Args:
            label: the operator kind, or the name of a custom operator.
        """

    @abstractmethod
    def kept(self, kernel: Instance) -> tuple[int, ...]:
        """Bytes of every further tail allocation that a kernel makes, in order."""

    @abstractmethod
    def looks(self, kernel: Instance) -> tuple[Tensor, ...]:
        """Tensors for which a kernel's Prepare allocates a TfLiteTensor; a tensor is repeated for each allocation."""

    @abstractmethod
    def is_known(self, kernel: Instance) -> bool:
        """Whether all tail allocations and scratch requests of an operator are known."""

    def footprint(self, operator: Operator, abi: Abi) -> Footprint:
        """What TFLM allocates for an operator at start-up. See `arenite.backends.tflm.footprint`."""
        return self._once(operator, ("footprint", abi), lambda: footprint(Instance(operator, abi), self))

    def tail_bytes(self, model: Model, abi: Abi | None = None) -> int:
        """Bytes of tail. See `arenite.backends.tflm.tail`."""
        return tail(model, self, head_bytes=0, abi=abi or self.abi).bytes

    def arena(self, model: Model, plan: MemoryPlan | None = None, *, abi: Abi | None = None) -> Arena:
        """Arena that TFLM needs for a model in the order and layout of its file; arguments and errors as in `Backend`.

        The head is as in CommitStaticMemoryPlan of TFLM's micro_allocator.cc, the rest as in `tail`.
        """
        abi = abi or self.abi
        liveness = lifetimes(model)
        offsets = planned_offsets(model, plan or model.plan)
        placed = [entry.tensor for entry in liveness.lifetimes if entry.tensor.variable and entry.tensor in offsets]
        requests = tuple(scratch_buffers(model, liveness, lambda operator: self.scratch(operator, abi)))
        head = plan_around(model, requests, plan).height
        start = tail(model, self, head, planned=placed, abi=abi)
        alive = load((buffer.size, buffer.first, buffer.last) for buffer in requests)
        return Arena(head, max(alive, default=0), start.bytes, start.declare_bytes, start.unknown)
