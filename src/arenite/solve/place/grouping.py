"""Groups of buffers that are placed as one: each view on its whole.

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
    from collections.abc import Sequence

    from arenite.problems.distances import Distances
    from arenite.solve.place.gaps import Related


@dataclass(frozen=True, slots=True)
class Group:
    """Buffers at fixed offsets from each other. `offsets` and `height` are in units; the smallest offset is 0."""

    members: tuple[int, ...]
    offsets: tuple[int, ...]
    height: int


@dataclass(frozen=True, slots=True)
class GroupProblem:
    """All buffers of a problem, in groups. The place of a group is the lowest offset of its buffers, in units."""

    units: Related
    groups: tuple[Group, ...]

    def spread(self, places: Sequence[int]) -> list[int]:
        """The offsets of all buffers, in units, from the places of the groups."""
        result = [0] * len(self.units.sizes)
        for group, place in zip(self.groups, places, strict=True):
            for member, offset in zip(group.members, group.offsets, strict=True):
                result[member] = place + offset
        return result

    def height(self, places: Sequence[int]) -> int:
        """Height of a layout in units; see `Units.height` for caps."""
        return max(self.ends(places), default=0)

    def ends(self, places: Sequence[int]) -> list[int]:
        """End of each group in units, over those of its buffers that the height counts; see `Units.ends` for caps."""
        if not self.units.caps:
            return [place + group.height for place, group in zip(places, self.groups, strict=True)]
        ends = self.units.ends(self.spread(places))
        return [max(ends[member] for member in group.members) for group in self.groups]


def grouped(units: Related) -> GroupProblem:
    """The buffers of a problem in groups.

    Groups are joined by their exact distances, the largest views first, where all gaps between the two groups allow it.
    Groups are joined only if one lies inside the other. Without this condition, rows kept from strip to strip, each
    overlapping the next, would chain all strips into one group.
    """
    sizes = units.sizes
    place = {buffer: (buffer, 0) for buffer in range(len(sizes))}
    inside = {buffer: [buffer] for buffer in range(len(sizes))}
    span = {buffer: (0, size) for buffer, size in enumerate(sizes)}
    related = ((one, units.gap(one, other)) for one, other in units.gaps)
    pairs = [(min(sizes[one], sizes[gap.other]), one, gap) for one, gap in related if gap is not None and gap.points]
    for _, buffer, gap in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].other)):
        group, offset = place[buffer]
        other, other_offset = place[gap.other]
        if group == other:
            continue
        for point in _inside_points(gap.points, span[group], span[other], offset - other_offset):
            # A shift of the other group such that offset(one) - offset(gap.other) = point.
            shift = offset - point - other_offset
            if _fits(units, inside[group], inside[other], place, shift):
                for member in inside.pop(other):
                    place[member] = group, place[member][1] + shift
                    inside[group].append(member)
                low, high = span.pop(other)
                span[group] = min(span[group][0], low + shift), max(span[group][1], high + shift)
                break
    return GroupProblem(units, tuple(_group(units, members, place) for members in inside.values()))


def _inside_points(points: Distances, span: tuple[int, int], other: tuple[int, int], base: int) -> Distances:
    """The points at which one group lies inside the other when `other` is shifted by `base` - point; all in units."""
    ends = span[0] - other[0], span[1] - other[1]  # shifts that align the begins, or the ends, of the two groups
    return between(points, base - max(ends), base - min(ends) + 1)


def _fits(
    units: Related, group: Sequence[int], other: Sequence[int], place: dict[int, tuple[int, int]], shift: int
) -> bool:
    """Whether all gaps between two groups hold when `other` is shifted by `shift` units."""
    for one in other:
        at = place[one][1] + shift
        for member in group:
            if not units.allows(one, member, at - place[member][1]):
                return False
    return True


def _group(units: Related, members: Sequence[int], place: dict[int, tuple[int, int]]) -> Group:
    """The group of these buffers; `place[member]` is its group's number and its offset in the group."""
    if len(members) == 1:  # as most are
        return Group((members[0],), (0,), units.sizes[members[0]])
    least = min(place[member][1] for member in members)
    offsets = tuple(place[member][1] - least for member in members)
    height = max(offset + units.sizes[member] for offset, member in zip(offsets, members, strict=True))
    return Group(tuple(members), offsets, height)
