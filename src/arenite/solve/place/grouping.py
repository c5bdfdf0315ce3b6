"""Groups of buffers that are placed as one: each view on its whole, and the differences that two groups must avoid.

    offset
      ^   +-----------------------+
      |   | whole                 |      A slice lies on its rows of the whole, an input of a join on its rows of the
      |   | +-----+ +-----+       |      joined tensor. All buffers of a group move together. Each keeps its own
      |   | | one | | two | ...   |      lifetime, so that another buffer may take the bytes of a slice that has ended.
      |   +-+-----+-+-----+-------+
      +-----------------------------> time (scopes)

A model that is executed in strips has many buffers, but few groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.distances import between

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.problems.distances import Distances
    from arenite.solve.place.gaps import Gaps


@dataclass(frozen=True, slots=True)
class Group:
    """Buffers at fixed offsets from each other. `offsets` and `height` are in units; the smallest offset is 0."""

    members: tuple[int, ...]
    offsets: tuple[int, ...]
    height: int


Range = tuple[int, int]
"""An open interval of unsafe differences, in units: both ends are safe."""


@dataclass(frozen=True, slots=True)
class GroupProblem:
    """All buffers of a problem, in groups.

    `ranges[one][other]` lists the unsafe differences place(one) - place(other) as disjoint open intervals. The place of
    a group is the lowest offset of its buffers, in units.
    """

    gaps: Gaps
    groups: tuple[Group, ...]
    ranges: tuple[Mapping[int, Sequence[Range]], ...]

    def spread(self, places: Sequence[int]) -> list[int]:
        """The offsets of all buffers, in units, from the places of the groups."""
        result = [0] * len(self.gaps.sizes)
        for group, place in zip(self.groups, places, strict=True):
            for member, offset in zip(group.members, group.offsets, strict=True):
                result[member] = place + offset
        return result

    def height(self, places: Sequence[int]) -> int:
        """Height of a layout in units; see `Gaps.height` for caps."""
        return max(self.ends(places), default=0)

    def ends(self, places: Sequence[int]) -> list[int]:
        """End of each group in units, over those of its buffers that the height counts; see `Gaps.ends` for caps."""
        if not self.gaps.caps:
            return [place + group.height for place, group in zip(places, self.groups, strict=True)]
        ends = self.gaps.ends(self.spread(places))
        return [max(ends[member] for member in group.members) for group in self.groups]


def grouped(gaps: Gaps) -> GroupProblem:
    """The groups of a problem, and the unsafe differences between them."""
    groups = _grouped(gaps)
    return GroupProblem(gaps, groups, tuple(_forbidden(gaps, groups)))


def _forbidden(gaps: Gaps, groups: Sequence[Group]) -> list[dict[int, list[Range]]]:
    """For each group and each other one, the unsafe differences place(group) - place(other), as disjoint intervals."""
    where = {
        member: (number, offset)
        for number, group in enumerate(groups)
        for member, offset in zip(group.members, group.offsets, strict=True)
    }
    ranges: list[dict[int, list[Range]]] = [{} for _ in groups]
    for number, group in enumerate(groups):
        for member, offset in zip(group.members, group.offsets, strict=True):
            for gap in gaps.of[member]:
                other, other_offset = where[gap.other]
                if other != number:
                    ranges[number].setdefault(other, []).append(
                        (other_offset - offset - gap.down, other_offset - offset + gap.up)
                    )
    return [{other: _joined(each) for other, each in one.items()} for one in ranges]


def _joined(ranges: list[Range]) -> list[Range]:
    """The same differences in as few open intervals as possible.

    Two intervals that only touch stay apart: their common end is safe.
    """
    if len(ranges) == 1:
        return ranges
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low < result[-1][1]:
            result[-1] = result[-1][0], max(high, result[-1][1])
        else:
            result.append((low, high))
    return result


def _grouped(gaps: Gaps) -> tuple[Group, ...]:
    """Join groups by their exact distances, the largest views first, where all gaps between the two groups allow it.

    Groups are joined only if one lies inside the other. Without this condition, rows kept from strip to strip, each
    overlapping the next, would chain all strips into one group.
    """
    place = {one: (one, 0) for one in range(len(gaps.sizes))}
    inside = {one: [one] for one in range(len(gaps.sizes))}
    span = {one: (0, size) for one, size in enumerate(gaps.sizes)}
    pairs = [
        (min(gaps.sizes[one], gaps.sizes[gap.other]), one, gap)
        for one, each in enumerate(gaps.of)
        for gap in each
        if gap.points and one < gap.other
    ]
    for _, one, gap in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].other)):
        group, offset = place[one]
        other, other_offset = place[gap.other]
        if group == other:
            continue
        for point in _inside_points(gap.points, span[group], span[other], offset - other_offset):
            # A shift of the other group such that offset(one) - offset(gap.other) = point.
            shift = offset - point - other_offset
            if _fits(gaps, inside[group], inside[other], place, shift):
                for member in inside.pop(other):
                    place[member] = group, place[member][1] + shift
                    inside[group].append(member)
                low, high = span.pop(other)
                span[group] = min(span[group][0], low + shift), max(span[group][1], high + shift)
                break
    return tuple(_group(gaps, members, place) for members in inside.values())


def _inside_points(points: Distances, span: tuple[int, int], other: tuple[int, int], base: int) -> Distances:
    """The points at which one group lies inside the other when `other` is shifted by `base` - point; all in units."""
    ends = span[0] - other[0], span[1] - other[1]  # shifts that align the begins, or the ends, of the two groups
    return between(points, base - max(ends), base - min(ends) + 1)


def _fits(
    gaps: Gaps, group: Sequence[int], other: Sequence[int], place: dict[int, tuple[int, int]], shift: int
) -> bool:
    """Whether all gaps between two groups hold when `other` is shifted by `shift` units."""
    members = set(group)
    return all(
        gap.kept(place[one][1] + shift - place[gap.other][1])
        for one in other
        for gap in gaps.of[one]
        if gap.other in members
    )


def _group(gaps: Gaps, members: Sequence[int], place: dict[int, tuple[int, int]]) -> Group:
    """The group of these buffers; `place[member]` is its group's number and its offset in the group."""
    least = min(place[member][1] for member in members)
    offsets = tuple(place[member][1] - least for member in members)
    height = max(offset + gaps.sizes[member] for offset, member in zip(offsets, members, strict=True))
    return Group(tuple(members), offsets, height)
