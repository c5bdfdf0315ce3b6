"""From buffers that do not fit in a height to a few of them that do not either, for a proof that is quick to check."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from arenite.layout import canonical
from arenite.layout.decide import Boxes
from arenite.layout.lifetimes import sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.layout.problem import Buffer

_STATES = 2000
"""Of each search without one more buffer; where they are not enough, the buffer stays."""


def core(buffers: Sequence[Buffer], members: Sequence[int], height: int, deadline: float) -> tuple[int, ...]:
    """Numbers, in order, of the members that are left when none that can be spared is left.

    Args:
        buffers: of the problem.
        members: numbers of buffers that do not fit in `height` together; none of them is empty.
        height: bytes.
        deadline: the value of time.monotonic() after which all that are left stay.
    """
    left = set(members)
    for number in sorted(members, key=lambda one: (buffers[one].last - buffers[one].first, buffers[one].size, one)):
        if time.monotonic() > deadline:
            break
        fewer = [buffers[one] for one in sorted(left - {number})]
        if fewer and _cannot_fit(fewer, height, deadline):
            left.remove(number)
    return tuple(sorted(left))


def _cannot_fit(buffers: Sequence[Buffer], height: int, deadline: float) -> bool:
    unit = math.gcd(*(each.size for each in buffers))
    boxes = Boxes(tuple(each.size // unit for each in buffers), tuple(sections(buffers)))
    ranks = sorted(range(len(buffers)), key=lambda one: -buffers[one].size)
    answer = canonical.fit(boxes, height // unit, ranks, fewest=True, states=_STATES, deadline=deadline)
    return answer.proven and answer.offsets is None
