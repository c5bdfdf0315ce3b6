"""Candidate offsets for one more buffer among buffers already placed, with and without moving the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.relocate.repack import Block, repacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
        for offset in self._offsets(number, places):
            if self.field.fits(number, offset, places):
                yield {**places, number: offset}

    def with_moves(self, number: int, places: Places) -> Iterator[Places]:
        """The places with this buffer added where others make room; buffers that share bytes move together."""
        groups = self.field.groups(places)
        yield from self._one_elsewhere(number, places, groups)
        yield from self._all_closer(number, places, groups)

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

    def _one_elsewhere(self, number: int, places: Places, groups: Sequence[tuple[int, ...]]) -> Iterator[Places]:
        """One group moves to a place apart from all others, so that the buffer fits."""
        for group in groups:
            rest = {other: at for other, at in places.items() if other not in group}
            low, high = self.field.span(group, places)
            for offset in self._offsets(number, rest):
                if not self.field.fits(number, offset, rest):
                    continue
                walls = [(offset, offset + self.field.sizes[number])]
                walls += [self.field.span(other, rest) for other in groups if other != group]
                for target in _apart(walls, high - low, self.height):
                    moved = {buffer: places[buffer] + target - low for buffer in group}
                    yield {**rest, **moved, number: offset}

    def _all_closer(self, number: int, places: Places, groups: Sequence[tuple[int, ...]]) -> Iterator[Places]:
        """The buffer goes between two groups, or shares bytes with some; all groups are repacked in their order."""
        alone = ((number,), {number: 0}, None)
        for slot in range(len(groups) + 1):
            yield from self._repacked(places, [*groups[:slot], None, *groups[slot:]], alone)
        for shape in self._shared(number, places, groups):
            members, _, used = shape
            taken = [place for place, group in enumerate(groups) if group[0] in members]
            for slot in taken if used is None else [taken[0]]:
                order = [
                    None if place == slot else group
                    for place, group in enumerate(groups)
                    if place not in taken or place == slot
                ]
                yield from self._repacked(places, order, shape)

    def _repacked(
        self,
        places: Places,
        order: Sequence[tuple[int, ...] | None],
        shape: tuple[tuple[int, ...], Mapping[int, int], int | None],
    ) -> Iterator[Places]:
        """The places after repacking groups in `order`, in which None stands for the block with the new buffer.

        `shape`: the members of this block, their offsets in it, and the buffer whose bytes the new one shares (None if
        there are none, or several).
        """
        members, inside, _ = shape
        size = max(inside[buffer] + self.field.sizes[buffer] for buffer in members)
        old = [buffer for buffer in members if buffer in places]
        anchors: list[int | None] = [*old] if old else [None]
        for anchor in anchors:
            blocks = []
            for group in order:
                if group is None:
                    start = 0 if anchor is None else places[anchor] - inside[anchor]
                    weight = sum(
                        self._weight((buffer,))
                        for buffer in old
                        if anchor is not None and places[buffer] - inside[buffer] == start
                    )
                    blocks.append(Block(start, size, weight))
                else:
                    low, high = self.field.span(group, places)
                    blocks.append(Block(low, high - low, self._weight(group)))
            for upwards in (False, True):
                starts = repacked(blocks, self.height, upwards=upwards)
                if starts is None:
                    continue
                result: Places = {}
                for group, block, start in zip(order, blocks, starts, strict=True):
                    if group is None:
                        result.update((buffer, start + inside[buffer]) for buffer in members)
                    else:
                        result.update((buffer, places[buffer] + start - block.start) for buffer in group)
                yield result

    def _weight(self, group: Sequence[int]) -> int:
        """Cost of moving a group: its largest buffer in units, without `fresh` ones."""
        return max((self.field.sizes[each] for each in group if each not in self.fresh), default=0)

    def _shared(
        self, number: int, places: Places, groups: Sequence[tuple[int, ...]]
    ) -> Iterator[tuple[tuple[int, ...], Mapping[int, int], int | None]]:
        """Blocks of the buffer with one group that it may share bytes with, or with all groups of its inputs."""
        rules = self.field.rules[number]
        points: Places = {}
        for group in groups:
            for other in group:
                gap = rules.get(other)
                if gap is None:
                    continue
                if gap.points:
                    points[other] = -gap.points[0]
                for distance in (gap.up, -gap.down, *gap.points):
                    shape = {buffer: places[buffer] - places[other] - distance for buffer in group}
                    if self.field.fits(number, 0, shape) and self._touches(number, shape):
                        yield self._block(number, shape, other)
        whole = [group for group in groups if any(buffer in points for buffer in group)]
        if len(whole) > 1:
            shape = {}
            for group in whole:
                other = next(buffer for buffer in group if buffer in points)
                shape.update((buffer, places[buffer] - places[other] + points[other]) for buffer in group)
            if self.field.fits(number, 0, shape):
                yield self._block(number, shape, None)

    def _touches(self, number: int, shape: Mapping[int, int]) -> bool:
        return any(self.field.touch(number, 0, other, at) for other, at in shape.items())

    def _block(
        self, number: int, shape: Mapping[int, int], used: int | None
    ) -> tuple[tuple[int, ...], Mapping[int, int], int | None]:
        low = min(0, *shape.values())
        inside = {number: -low, **{other: at - low for other, at in shape.items()}}
        return tuple(inside), inside, used


def _apart(walls: Sequence[tuple[int, int]], size: int, height: int) -> Iterator[int]:
    """The lowest and the highest offset of `size` units in every hole between `walls` (begin, end)."""
    at = 0
    for low, high in [*sorted(walls), (height, height)]:
        if low - at >= size:
            yield at
            if low - size != at:
                yield low - size
        at = max(at, high)
