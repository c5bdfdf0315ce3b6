"""The arena that TFLM reports for a model on a device, and the arena size to declare. See docs/arena.md."""

from __future__ import annotations

from dataclasses import dataclass


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
