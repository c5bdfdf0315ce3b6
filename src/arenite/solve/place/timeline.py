"""Decides whether boxes fit in a height, stretch by stretch of time, so that the work grows linearly with the length.

      placed, fixed                 placed now         looked ahead, placed again next
    ----------------------------|-------------------|---------------------
         #### walls ################
                                  ##### free ####  ##### free #####

Walls are the fixed boxes that reach into the stretch. A stretch that does not fit beside its walls begins earlier. One
that does not fit even without walls proves that the boxes do not fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.place import cp_sat as cpsat
from arenite.solve.place.decide import Answer, Boxes

if TYPE_CHECKING:
    from arenite.budget import Budget

_STEP = 24
"""Boxes that begin between two starts of stretches. Longer stretches fail less often, but cost CP-SAT more."""
_MOST = 192
"""Boxes of a stretch, at effort 0, beyond which the search gives up rather than begin the stretch earlier."""


def fit(boxes: Boxes, height: int, effort: int, budget: Budget) -> Answer:
    """Place the boxes within `height` units, or prove that some of them do not fit; often neither succeeds.

    Each step of `effort` doubles the work per stretch and the boxes of a stretch. The search gives up once the budget
    is spent.
    """
    timeline = _Timeline(boxes, height, effort, budget)
    starts = sorted(start for start, _ in boxes.spans)
    marks = sorted({0, *starts[_STEP::_STEP]})
    # The stretch from the last mark but one already reaches to the end.
    for place in range(max(1, len(marks) - 1)):
        ahead = marks[place + 2] if place + 2 < len(marks) else boxes.sections
        if not timeline.reach(marks[: place + 1], ahead):
            return Answer(None, timeline.hopeless, timeline.states, "cp-sat")
    return Answer(tuple(timeline.offsets), True, timeline.states, "timeline")


class _Timeline:
    def __init__(self, boxes: Boxes, height: int, effort: int, budget: Budget) -> None:
        self.boxes, self.height, self.budget = boxes, height, budget
        self.work, self.most = 0.1 * 2**effort, _MOST << effort
        self.order = sorted(range(len(boxes.sizes)), key=lambda box: boxes.spans[box])
        self.offsets = [0] * len(boxes.sizes)
        self.states = 0
        self.hopeless = False

    def reach(self, marks: list[int], end: int) -> bool:
        """Place all boxes that begin between a mark and `end`: the last mark first, then earlier ones on failure.

        Returns whether they fit. `marks` and `end` are sections.
        """
        back = 1
        while True:
            start = marks[-back] if back <= len(marks) else 0
            early = [box for box in self.order if self.boxes.spans[box][0] < end]
            free = [box for box in early if self.boxes.spans[box][0] >= start]
            walls = [box for box in early if self.boxes.spans[box][0] < start < self.boxes.spans[box][1]]
            answer = self._fit(free, walls, end)
            if answer.offsets is not None:
                for box, offset in zip(free, answer.offsets, strict=False):
                    self.offsets[box] = offset
                return True
            if answer.proven:
                alone = self._fit(free, [], end) if walls else answer
                self.hopeless = alone.proven and alone.offsets is None
            if self.hopeless or start == 0 or len(free) > self.most or self.budget.over:
                return False
            back *= 2

    def _fit(self, free: list[int], walls: list[int], end: int) -> Answer:
        """Place the free boxes beside the walls; lifetimes are cut off at section `end`."""
        spans = self.boxes.spans
        members = [*free, *walls]
        base = min([spans[box][0] for box in members], default=0)
        part = Boxes(
            tuple(self.boxes.sizes[box] for box in members),
            tuple((spans[box][0] - base, min(spans[box][1], end) - base) for box in members),
        )
        fixed = {len(free) + place: self.offsets[box] for place, box in enumerate(walls)}
        answer = cpsat.fit(part, self.height, self.work, self.budget, fixed)
        self.states += answer.states
        return answer
