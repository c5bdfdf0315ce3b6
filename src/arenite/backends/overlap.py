"""Safe positions of an operator's output relative to one of its inputs that no later operator reads.

The position is the distance d = address(input) - address(output), in bytes, between the first bytes of both:

    d > 0   output |------------------|            d = 0    output |------------------|
            input      |--------------|                     input  |--------------|

The kernel writes the output while it still reads the input. A distance is safe when no write changes a byte of the
input that is read later. A write of the value that the byte already has changes nothing. Tensor sizes are those of
their elements: the padding after a rounded-up size is never read or written.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from arenite.problems.distances import between, common, runs_of, union

if TYPE_CHECKING:
    from arenite.problems.distances import Distances


@dataclass(frozen=True, slots=True)
class Overlap:
    """Safe distances, in bytes, between an output and an input that no later operator reads.

    Every distance >= `distance` is safe; None means there is no such bound. Each distance in `exactly` is safe too.
    These are all smaller than `distance`: at them the kernel copies blocks onto themselves, and one byte more or less
    would corrupt a block. A negative distance puts the output above the start of the input. Positions without a common
    byte are always safe and are not listed.

    `intact` lists the safe distances that make the output a view: every byte written onto the input equals the byte
    that is there. At these distances both tensors may stay alive as long as no operator writes to either.

    Several inputs or outputs may overlap at the same time, each pair by its own rule. A kernel that overwrites no byte
    before the last read of that byte for each pair does so for all pairs together.
    """

    distance: int | None = None
    exactly: Distances = ()
    intact: tuple[int, ...] = ()

    def allows(self, distance: int) -> bool:
        """Whether the output may lie `distance` bytes below an input with which it shares bytes."""
        return (self.distance is not None and distance >= self.distance) or distance in self.exactly

    def both(self, other: Overlap) -> Overlap:
        """Distances that this rule and `other` both allow."""
        if self == other:  # as for most kinds of operators, which most sets of kernels run alike
            return self
        distance = None
        if self.distance is not None and other.distance is not None:
            distance = max(self.distance, other.distance)
        intact = tuple(offset for offset in self.intact if offset in other.intact)
        if not self.exactly and not other.exactly:
            return Overlap(distance, (), intact)
        points = [common(self.exactly, other.exactly)]
        points += [
            between(exact.exactly, least.distance, distance)
            for exact, least in ((self, other), (other, self))
            if least.distance is not None
        ]
        return Overlap(distance, union(chain.from_iterable(map(runs_of, points))), intact)

    def within(self, input_bytes: int, output_bytes: int) -> Overlap:
        """The same rule without distances at which tensors of these sizes share no byte."""
        distance = self.distance
        if distance is not None:
            distance = None if distance >= output_bytes else max(distance, 1 - input_bytes)
        exactly = between(
            self.exactly, 1 - input_bytes, output_bytes if distance is None else min(distance, output_bytes)
        )
        intact = tuple(offset for offset in self.intact if -input_bytes < offset < output_bytes)
        return Overlap(distance, exactly, intact)


APART = Overlap()
"""No common byte is allowed."""
ANYWHERE = Overlap(-(1 << 62))
"""Every position is safe: the kernel reads the whole input before it writes."""
