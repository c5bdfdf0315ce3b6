"""Where an operator's output may lie, relative to one of its inputs that nobody needs afterwards.

The measure is the distance d = address(input) - address(output), in bytes, between their first bytes:

    d > 0   output |------------------|            d = 0    output |------------------|
            input      |--------------|                     input  |--------------|

The kernel writes the output while it still reads the input. A distance is safe when no write hits a byte of the input
that is read later, unless it writes the value that is there already. The size of a tensor is that of its elements;
what rounding adds at its end is never read or written.
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
    """The distances at which an output is safe, for an input that nobody needs after the operator.

    Every distance of at least `distance` bytes is safe (None: no such bound), and so is each one in `exactly`, which
    are all smaller: there the kernel copies blocks onto themselves, and a byte more or less would tear them. A
    negative distance puts the output above the start of the input. Always safe, and not mentioned here, are positions
    without a common byte.

    `intact` are the safe distances at which the input is still whole afterwards, since everything that is written on
    it is its own copy: a view. There the input may live on, as may the output, as long as nobody writes to either.

    Several inputs, or several outputs, may overlap at the same time, each pair as its own rule says: a kernel that
    overwrites no byte before its last reading, pair by pair, overwrites none at all.
    """

    distance: int | None = None
    exactly: Distances = ()
    intact: tuple[int, ...] = ()

    def allows(self, distance: int) -> bool:
        """Whether the output may lie `distance` bytes below the input (where they have common bytes)."""
        return (self.distance is not None and distance >= self.distance) or distance in self.exactly

    def both(self, other: Overlap) -> Overlap:
        """The distances that this rule and the other one allow."""
        distance = None
        if self.distance is not None and other.distance is not None:
            distance = max(self.distance, other.distance)
        if not self.exactly and not other.exactly:
            return Overlap(distance, (), tuple(each for each in self.intact if each in other.intact))
        points = [common(self.exactly, other.exactly)]
        points += [
            between(one.exactly, least.distance, distance)
            for one, least in ((self, other), (other, self))
            if least.distance is not None
        ]
        exactly = union(chain.from_iterable(map(runs_of, points)))
        intact = tuple(each for each in self.intact if each in other.intact)
        return Overlap(distance, exactly, intact)

    def within(self, input_bytes: int, output_bytes: int) -> Overlap:
        """The same rule without distances at which tensors of these sizes have no common byte anyway."""
        distance = self.distance
        if distance is not None:
            distance = None if distance >= output_bytes else max(distance, 1 - input_bytes)
        exactly = between(
            self.exactly, 1 - input_bytes, output_bytes if distance is None else min(distance, output_bytes)
        )
        intact = tuple(each for each in self.intact if -input_bytes < each < output_bytes)
        return Overlap(distance, exactly, intact)


APART = Overlap()
"""No common byte."""
ANYWHERE = Overlap(-(1 << 62))
"""Any position: the kernel has read the whole input before it writes."""
