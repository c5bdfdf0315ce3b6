"""Finite sets of distances in bytes, ascending: few are listed, many are kept as arithmetic progressions.

A kernel that works in passes over an image may write every pixel over another pixel. Then every multiple of the pixel's
size is a safe distance: a quarter of a million distances for an image of 512 x 512. As a progression they take constant
space.

    listed        (0, 64, 128)
    progressions  Points((range(0, 37748736, 144),))
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_LISTED = 64
"""Distances up to which a set is a tuple: iterating over few numbers is faster than computing with progressions."""


@dataclass(frozen=True, eq=False)
class Points:
    """A set as disjoint arithmetic progressions; each is non-empty and has a positive step."""

    runs: tuple[range, ...]

    def __len__(self) -> int:
        return sum(len(run) for run in self.runs)

    def __contains__(self, number: object) -> bool:
        return any(number in run for run in self.runs)

    def __iter__(self) -> Iterator[int]:
        return iter(self.runs[0]) if len(self.runs) == 1 else heapq.merge(*self.runs)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        return self.runs[0][place] if len(self.runs) == 1 else tuple(self)[place]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, tuple | Points):
            return NotImplemented
        if isinstance(other, Points) and self.runs == other.runs:
            return True
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """The hash of the tuple that equals this set. It takes a walk over all of them, so it is kept."""
        return hash(tuple(self))


Distances = tuple[int, ...] | Points
"""Distances in bytes, ascending and without repetition: a tuple of at most `MOST_LISTED` distances, or `Points`."""


def union(runs: Iterable[range]) -> Distances:
    """The union of disjoint progressions with positive steps; empty progressions are dropped."""
    kept = tuple(run for run in runs if run)
    if sum(map(len, kept)) <= MOST_LISTED:
        return tuple(sorted(number for run in kept for number in run))
    return Points(kept)


def runs_of(distances: Distances) -> tuple[range, ...]:
    """The set as progressions; each number of a tuple becomes a progression of its own."""
    if isinstance(distances, Points):
        return distances.runs
    return tuple(range(number, number + 1) for number in distances)


def between(distances: Distances, low: int | None, high: int | None) -> Distances:
    """The distances of at least `low` and below `high`; None sets no limit."""
    if not isinstance(distances, Points):
        return tuple(each for each in distances if (low is None or each >= low) and (high is None or each < high))
    return union(part(run, low, high) for run in distances.runs)


def common(one: Distances, other: Distances) -> Distances:
    """The intersection of two sets."""
    if not isinstance(one, Points):
        return tuple(number for number in one if number in other)
    if not isinstance(other, Points):
        return tuple(number for number in other if number in one)
    return union(crossed(mine, theirs) for mine in one.runs for theirs in other.runs)


def multiples(distances: Distances, unit: int) -> Distances:
    """The distances that are multiples of `unit`."""
    if not isinstance(distances, Points):
        return tuple(number for number in distances if number % unit == 0)
    return union(crossed(run, range(run[0] // unit * unit, run[-1] + 1, unit)) for run in distances.runs)


def aligned(least: int | None, points: Distances, unit: int, size: int) -> tuple[int | None, Distances]:
    """Safe distances to a buffer of `size` bytes, at multiples of `unit`.

    Args:
        least: every distance of at least this many bytes is safe; None: no lower limit.
        points: further safe distances.
        unit: bytes.
        size: a multiple of `unit`; from there on the buffers share no byte, so that nothing has to be said.

    Returns the same two figures.
    """
    from_here = None if least is None else -(-least // unit) * unit
    if from_here is not None and from_here >= size:
        from_here = None
    return from_here, between(multiples(points, unit), None, from_here)


def with_more(distances: Distances, more: Distances) -> Distances:
    """The union of two sets, which may overlap."""
    if not isinstance(distances, Points) and not isinstance(more, Points):
        return union(range(number, number + 1) for number in {*distances, *more})
    many, few = (distances, more) if isinstance(distances, Points) else (more, distances)
    new = tuple(number for number in few if number not in many)
    return union((*runs_of(many), *runs_of(new)))


def divided(distances: Distances, divisor: int) -> Distances:
    """All distances divided by `divisor`, which divides each of them; a negative divisor reverses the order."""
    if not isinstance(distances, Points):
        return tuple(sorted(number // divisor for number in distances)) if distances else ()
    return union(_ascending(run[0] // divisor, run[-1] // divisor, len(run)) for run in distances.runs)


def greatest_divisor(distances: Distances) -> int:
    """The greatest common divisor of all distances; 0 for an empty set or {0}."""
    if not isinstance(distances, Points):
        return math.gcd(*distances)
    return math.gcd(*(number for run in distances.runs for number in (run[0], run[-1], run[len(run) > 1])))


def nearest(distances: Distances, middle: int) -> list[int]:
    """For each progression, the last number up to `middle` and the first from `middle` on; for a tuple, all numbers."""
    found = []
    for run in runs_of(distances):
        found += [*part(run, None, middle + 1)[-1:], *part(run, middle, None)[:1]]
    return found


def part(run: range, low: int | None, high: int | None) -> range:
    """The part of an ascending progression that is at least `low` and below `high`; None sets no limit."""
    first = 0 if low is None else max(0, -(-(low - run.start) // run.step))
    last = len(run) if high is None else min(len(run), max(0, -(-(high - run.start) // run.step)))
    return run[first:last]


def crossed(one: range, other: range) -> range:
    """The intersection of two ascending progressions, which is a progression (Chinese remainder theorem)."""
    divisor = math.gcd(one.step, other.step)
    if not one or not other or (other.start - one.start) % divisor:
        return range(0)
    step = one.step // divisor * other.step
    period = other.step // divisor
    steps = (other.start - one.start) // divisor * pow(one.step // divisor, -1, period) % period if period > 1 else 0
    first = one.start + steps * one.step
    low, end = max(one.start, other.start), min(one[-1], other[-1]) + 1
    start = first + max(0, -(-(low - first) // step)) * step
    return range(start, max(start, end), step)


def _ascending(first: int, last: int, count: int) -> range:
    low, high = min(first, last), max(first, last)
    return range(low, high + 1, (high - low) // (count - 1) if count > 1 else 1)
