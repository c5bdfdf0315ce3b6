"""Places of a frontier's points in a chart -> labels that do not lie on each other.

   0, 1                         Points too near to each other for labels of their own have one, at the first of
o--o----+                       them, with the numbers of the first and the last.
        o 2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Place = tuple[float, float]


def point_labels(places: Sequence[Place], apart: Place) -> list[tuple[Place, str]]:
    """Where each label goes, and what it says.

    Args:
        places: across and up or down, in the order of the points: each lies beyond the one before it in both.
        apart: the width and the height of a label, in the same units.
    """
    groups: list[list[int]] = []
    for number, place in enumerate(places):
        if groups and _near(places[groups[-1][0]], place, apart):
            groups[-1].append(number)
        else:
            groups.append([number])
    return [(places[group[0]], _label(group[0], group[-1])) for group in groups]


def _near(one: Place, other: Place, apart: Place) -> bool:
    return all(abs(a - b) < least for a, b, least in zip(one, other, apart, strict=True))


def _label(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first}, {last}" if last == first + 1 else f"{first} to {last}"
