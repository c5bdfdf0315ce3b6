"""Decides whether boxes fit in a height, by an exhaustive search from the bottom up; the twin in C is `c/canonical.c`.

    height ------------------------
              |    | c |          |   In a layout pushed down as far as it goes, every box lies on the floor or on
           +--+----+---+--+       |   another box. So take the lowest ledge that is still open, and one moment
           |   a   |  b   | ledge |   (section) of it: either one of the boxes alive then lies on the ledge, or none
           +-------+------+-------+   does, and each of them must rest on a box that is yet to be placed.

The ledge is the least of the lowest offsets of all boxes left. A partial layout is pruned as soon as, in some section,
the boxes left cannot be stacked below the height even if each could lie anywhere above its own lowest offset. If the
boxes left fall into parts that are never alive together, each part is searched alone. Pushing down and pruning by
section are ideas of MiniMalloc (Moffitt, ASPLOS 2023). Branching on one section of a ledge, and on leaving the ledge
open there, makes the choices disjoint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arenite.solve.place.decide import Boxes

_OPEN = 1 << 60
"""Lowest offset, in units, of a box that has no other box left to rest on: above every real offset."""
_NOTES = 4_000_000
"""Boxes, summed over the states remembered as infeasible: a limit of memory, some 300 MB in Python and 60 MB in C."""


@dataclass(slots=True)
class _Branch:
    """A node of the search: boxes left in one part of time, and its branches.

    Each branch but the last places one of `choices` on the ledge; the last places none of the boxes in `ledge` there.
    `tried` counts the branches taken, `mark` is the length of the undo log, `state` the key among the infeasible ones.
    `parts` are the parts of the current branch that are still to be searched.
    """

    boxes: list[int]
    choices: list[int]
    ledge: list[int]
    mark: int
    state: tuple[tuple[int, ...], tuple[int, ...]]
    tried: int = 0
    parts: list[list[int]] = field(default_factory=list)


class PythonBoxSearch:
    """`BoxSearch` in Python."""

    def __init__(self, boxes: Boxes, height: int, ranks: Sequence[int], fewest: bool) -> None:
        self.sizes, self.spans = boxes.sizes, boxes.spans
        self.height, self.ranks, self.fewest = height, ranks, fewest
        self.left: list[set[int]] = [set() for _ in range(boxes.sections)]
        for box, (start, end) in enumerate(boxes.spans):
            for section in range(start, end):
                self.left[section].add(box)
        self.meets = [sorted(set().union(*self.left[a:e]) - {box}) for box, (a, e) in enumerate(boxes.spans)]
        self.lowest = [0] * len(boxes.sizes)
        self.placed = [0] * len(boxes.sizes)
        self.room = [0] * boxes.sections
        self.undone: list[tuple[list[int], int, int]] = []
        self.hopeless: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
        self.noted = 0
        self.stack = [self._branch(list(range(len(self.sizes))))] if self._fits(range(len(self.room))) else []

    def run(self, states: int) -> tuple[bool | None, int]:
        """See `BoxSearch`."""
        for done in range(states):
            if not self.stack:
                return False, done
            branch = self.stack[-1]
            self._undo(branch.mark)
            if branch.tried > len(branch.choices):
                self._remember(branch)
                self.stack.pop()
            elif self._step(branch) and self._open_next(self.stack):
                return True, done + 1
        return (None if self.stack else False), states

    def offsets(self) -> list[int]:
        """See `BoxSearch`."""
        return list(self.lowest)

    def _step(self, branch: _Branch) -> bool:
        """Take the next branch; returns False if it is pruned."""
        way = branch.tried
        branch.tried += 1
        if way == len(branch.choices):
            branch.parts = [branch.boxes]
            return self._leave_open(branch.ledge)
        box = branch.choices[way]
        branch.parts = self._parts([other for other in branch.boxes if other != box])
        return self._place(box)

    def _open_next(self, stack: list[_Branch]) -> bool:
        """Open the next part to search, of the top node or of one below it; returns True if no part is left."""
        while stack and not stack[-1].parts:
            stack.pop()
        if not stack:
            return True
        branch = self._branch(stack[-1].parts.pop())
        if branch.state not in self.hopeless:
            stack.append(branch)
        return False

    def _remember(self, branch: _Branch) -> None:
        """Remember that these boxes, with these lowest offsets, do not fit; up to `_NOTES` boxes altogether."""
        if self.noted < _NOTES:
            self.noted += len(branch.boxes)
            self.hopeless.add(branch.state)

    def _branch(self, boxes: list[int]) -> _Branch:
        """The node for these boxes: the section of the lowest ledge with the fewest choices, or least free height."""
        low = min([self.lowest[box] for box in boxes])
        on_ledge: dict[int, list[int]] = {}
        for box in boxes:
            if self.lowest[box] == low:
                for section in range(*self.spans[box]):
                    on_ledge.setdefault(section, []).append(box)
        room = self.room
        if self.fewest:
            section = min(on_ledge, key=lambda s: (len(on_ledge[s]) + (room[s] > 0), room[s], s))
        else:
            section = min(on_ledge, key=lambda s: (room[s], s))
        ledge = on_ledge[section]
        twins: set[tuple[int, tuple[int, int]]] = set()
        choices = []
        for box in sorted(ledge, key=self.ranks.__getitem__):
            shape = self.sizes[box], self.spans[box]
            if shape not in twins:
                twins.add(shape)
                choices.append(box)
        state = tuple(boxes), tuple([self.lowest[box] for box in boxes])
        return _Branch(boxes, choices, ledge, len(self.undone), state)

    def _place(self, box: int) -> bool:
        """Place a box at its lowest offset, which raises its neighbors; returns False if some box no longer fits."""
        lowest, sizes, placed, undone = self.lowest, self.sizes, self.placed, self.undone
        top = lowest[box] + sizes[box]
        limit = self.height - top
        start, end = self.spans[box]
        placed[box] = 1
        for section in range(start, end):
            self.left[section].discard(box)
        undone.append((placed, box, 0))
        touched = set(range(start, end))
        for other in self.meets[box]:
            if not placed[other] and lowest[other] < top:
                if sizes[other] > limit:
                    return False
                undone.append((lowest, other, lowest[other]))
                lowest[other] = top
                touched.update(range(*self.spans[other]))
        return self._fits(touched)

    def _leave_open(self, ledge: list[int]) -> bool:
        """Raise these boxes off the ledge: each rests on a box not placed yet. Returns False if some box cannot fit."""
        lowest, sizes, placed = self.lowest, self.sizes, self.placed
        raised = []
        for box in ledge:
            rest = min([lowest[i] + sizes[i] for i in self.meets[box] if not placed[i]], default=_OPEN)
            if rest + sizes[box] > self.height:
                return False
            raised.append((box, rest))
        touched: set[int] = set()
        for box, rest in raised:
            self.undone.append((lowest, box, lowest[box]))
            lowest[box] = rest
            touched.update(range(*self.spans[box]))
        return self._fits(touched)

    def _fits(self, sections: Iterable[int]) -> bool:
        """Whether the boxes left can be stacked in each of these sections by itself; updates the free height there."""
        lowest, sizes, height, room = self.lowest, self.sizes, self.height, self.room
        for section in sections:
            top = 0
            for low, size in sorted([(lowest[box], sizes[box]) for box in self.left[section]]):
                top = (max(top, low)) + size
            if top > height:
                return False
            if height - top != room[section]:
                self.undone.append((room, section, room[section]))
                room[section] = height - top
        return True

    def _parts(self, boxes: list[int]) -> list[list[int]]:
        """The boxes in parts that are never alive together, the smallest part last."""
        parts: list[list[int]] = []
        reached = -1
        spans = self.spans
        for box in sorted(boxes, key=spans.__getitem__):
            start, end = spans[box]
            if start >= reached:
                parts.append([])
            parts[-1].append(box)
            reached = max(reached, end)
        parts.sort(key=len, reverse=True)
        return parts

    def _undo(self, mark: int) -> None:
        """Undo all changes since the undo log had `mark` entries."""
        undone, placed = self.undone, self.placed
        while len(undone) > mark:
            values, index, value = undone.pop()
            values[index] = value
            if values is placed:
                for section in range(*self.spans[index]):
                    self.left[section].add(index)
