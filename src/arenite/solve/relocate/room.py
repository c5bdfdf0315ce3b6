"""Candidate offsets for one more buffer among buffers already placed, with and without moving the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.relocate.repack import Block, repacked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from arenite.solve.relocate.field import Field, Places


@dataclass(frozen=True, slots=True)
class Room:
    """Candidates within `height` units.

    `fresh` are the buffers that begin in the same scope. They have not been written yet, so they move at no cost. In
    all methods, `places` are the offsets of the buffers already placed, those of `fresh` included.
    """

    field: Field
    height: int
    fresh: frozenset[int]

    def without_moves(self, number: int, places: Places) -> Iterator[Places]:
        """The places with this buffer added where it touches another buffer or an end of the arena."""
        for offset in self.field.fitting(number, self._offsets(number, places), places):
            yield {**places, number: offset}

    def with_moves(self, number: int, places: Places) -> Iterator[Places]:
        """The places with this buffer added where others make room; buffers that share bytes move together."""
        groups = [self._group(group, places) for group in self.field.groups(places)]
        yield from self._one_elsewhere(number, places, groups)
        yield from self._all_closer(number, places, groups)

    def _group(self, members: tuple[int, ...], places: Places) -> _PlacedGroup:
        low, high = self.field.span(members, places)
        block = Block(low, high - low, self._weight(members))
        return _PlacedGroup({buffer: places[buffer] for buffer in members}, block)

    def _offsets(self, number: int, places: Mapping[int, int]) -> list[int]:
        """Offsets for a buffer at which it touches another one or an end, or has a limit distance of its gap."""
        size, rules = self.field.sizes[number], self.field.rules[number]
        found = {0, self.height - size}
        for other, at in places.items():
            gap = rules.get(other)
            if gap is not None:
                found.update((at + gap.up, at - gap.down, *(at + point for point in gap.points)))
            found.update((at, at + self.field.sizes[other], at + self.field.sizes[other] - size, at - size))
        return sorted(offset for offset in found if 0 <= offset <= self.height - size)

    def _one_elsewhere(self, number: int, places: Places, groups: Sequence[_PlacedGroup]) -> Iterator[Places]:
        """One group moves to a place apart from all others, so that the buffer fits."""
        at_ends, touching = self._offsets(number, {}), [self._offsets(number, group.places) for group in groups]
        in_the_way = self._in_the_way(number, {*at_ends}.union(*touching), groups)
        for moving in groups:
            others = [(group, offsets) for group, offsets in zip(groups, touching, strict=True) if group is not moving]
            rest = {other: at for other, at in places.items() if other not in moving.places}
            spans = [(group.block.start, group.block.end) for group, _ in others]
            for offset in sorted({*at_ends}.union(*(offsets for _, offsets in others))):
                if in_the_way[offset] not in ([], [moving]):
                    continue
                walls = [(offset, offset + self.field.sizes[number]), *spans]
                for target in _apart(walls, moving.block.size, self.height):
                    yield {**rest, **moving.at(target), number: offset}

    def _in_the_way(
        self, number: int, offsets: Collection[int], groups: Sequence[_PlacedGroup]
    ) -> dict[int, list[_PlacedGroup]]:
        """The groups that conflict with the buffer at each offset."""
        fitting_of = [(group, set(self.field.fitting(number, offsets, group.places))) for group in groups]
        return {offset: [group for group, fitting in fitting_of if offset not in fitting] for offset in offsets}

    def _all_closer(self, number: int, places: Places, groups: Sequence[_PlacedGroup]) -> Iterator[Places]:
        """The buffer goes between two groups, or shares bytes with some; all groups are repacked in their order."""
        alone = _Shape({number: 0}, None)
        for slot in range(len(groups) + 1):
            yield from self._repacked(places, [*groups[:slot], None, *groups[slot:]], alone)
        for shape in self._shared(number, places, groups):
            taken = [place for place, group in enumerate(groups) if not group.places.keys().isdisjoint(shape.inside)]
            for slot in taken if shape.used is None else [taken[0]]:
                order = [
                    None if place == slot else group
                    for place, group in enumerate(groups)
                    if place not in taken or place == slot
                ]
                yield from self._repacked(places, order, shape)

    def _repacked(self, places: Places, order: Sequence[_PlacedGroup | None], shape: _Shape) -> Iterator[Places]:
        """The places after repacking groups in `order`, in which None stands for this shape."""
        inside = shape.inside
        size = max(at + self.field.sizes[buffer] for buffer, at in inside.items())
        starts_of = {buffer: places[buffer] - at for buffer, at in inside.items() if buffer in places}
        for start in dict.fromkeys(starts_of.values()) or [0]:
            weight = sum(self._weight((buffer,)) for buffer, its in starts_of.items() if its == start)
            block = Block(start, size, weight)
            for starts in repacked([block if group is None else group.block for group in order], self.height):
                result: Places = {}
                for group, at in zip(order, starts, strict=True):
                    if group is None:
                        result.update((buffer, at + offset) for buffer, offset in inside.items())
                    else:
                        result.update(group.at(at))
                yield result

    def _weight(self, group: Sequence[int]) -> int:
        """Cost of moving a group: its largest buffer in units, without `fresh` ones."""
        return max((self.field.sizes[each] for each in group if each not in self.fresh), default=0)

    def _shared(self, number: int, places: Places, groups: Sequence[_PlacedGroup]) -> Iterator[_Shape]:
        """Shapes of the buffer with one group that it may share bytes with, or with all groups of its inputs."""
        rules = self.field.rules[number]
        points: Places = {}
        for group in groups:
            for other, at in group.places.items():
                gap = rules.get(other)
                if gap is None:
                    continue
                if gap.points:
                    points[other] = -gap.points[0]
                for distance in (gap.up, -gap.down, *gap.points):
                    beside = {buffer: place - at - distance for buffer, place in group.places.items()}
                    if self.field.fits(number, 0, beside) and any(
                        self.field.touch(number, 0, buffer, place) for buffer, place in beside.items()
                    ):
                        yield _shape(number, beside, other)
        whole = [group for group in groups if any(buffer in points for buffer in group.places)]
        if len(whole) > 1:
            beside = {}
            for group in whole:
                other = next(buffer for buffer in group.places if buffer in points)
                beside.update((buffer, at - places[other] + points[other]) for buffer, at in group.places.items())
            if self.field.fits(number, 0, beside):
                yield _shape(number, beside, None)


@dataclass(frozen=True, slots=True, eq=False)
class _PlacedGroup:
    """Buffers that share bytes, with their offsets, and the block that stands for them when groups are repacked."""

    places: Places
    block: Block

    def at(self, start: int) -> Places:
        """The offsets of the buffers if the group begins at `start`."""
        by = start - self.block.start
        return {buffer: place + by for buffer, place in self.places.items()}


@dataclass(frozen=True, slots=True)
class _Shape:
    """The new buffer with those whose bytes it shares, as one rigid unit; `inside`: their offsets from its begin.

    `used` is the buffer whose bytes the new one shares; None if there are none, or several.
    """

    inside: Mapping[int, int]
    used: int | None


def _shape(number: int, beside: Mapping[int, int], used: int | None) -> _Shape:
    """The rigid unit of a buffer and others; `beside`: their offsets from the buffer's."""
    low = min(0, *beside.values())
    return _Shape({number: -low, **{other: at - low for other, at in beside.items()}}, used)


def _apart(walls: Sequence[tuple[int, int]], size: int, height: int) -> Iterator[int]:
    """The lowest and the highest offset of `size` units in every hole between `walls` (begin, end)."""
    at = 0
    for low, high in [*sorted(walls), (height, height)]:
        if low - at >= size:
            yield at
            if low - size != at:
                yield low - size
        at = max(at, high)
