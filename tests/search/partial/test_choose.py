"""The segments of a line, against every way to cut it."""

from dataclasses import dataclass
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from arenite.budget import Budget
from arenite.search.partial.choose import Chooser
from arenite.search.partial.ways import ROW_KINDS, Segment

NUMBERS = (2, 3, 4)


@dataclass
class Line:
    """A line whose every cut is a place to begin and end: the same is alive everywhere."""

    length: int

    def __len__(self):
        return self.length

    def crossing(self, position):
        return 1


@dataclass(eq=False)
class Parts:
    """Stands for a plan of strips or of groups of channels."""

    number: int
    kind: str


KINDS = ("recompute", "some uneven", "channels")


class Costs:
    """Costs out of a table: (first, last, kind, number) -> head, tail, extra work."""

    def __init__(self, length, table, whole):
        self.line = Line(length)
        self.table = table
        self._whole = whole

    def whole(self, position):
        return Segment(position, position, None, self._whole[position])

    def most(self, first, last, kind):
        return max(NUMBERS) if kind in KINDS else 0

    after_rows = frozenset()
    behind_sums = frozenset()

    def numbers(self, stretch):
        return NUMBERS if self.most(*stretch) else ()

    def least(self, first, last):
        return 1

    def blocked(self, first, last):
        return False

    def wide(self, first):
        return range(first, len(self.line))

    def settled(self, first, last):
        return 0

    def floor(self, stretch, number):
        return 1

    def head(self, stretch, number):
        return self.table[stretch, number][0]

    def extra(self, stretch, number):
        return self.table[stretch, number][2]

    def parts(self, stretch, number):
        head, tail, extra = self.table[stretch, number]
        first, last, kind = stretch
        return Segment(first, last, Parts(number, kind), head, tail, extra)


@st.composite
def costs(draw):
    """More strips cost more work and more tail, as real ones do; heads are anything."""
    length = draw(st.integers(1, 5))
    table = {}
    for first in range(length):
        for last in range(first, length):
            for kind in KINDS:
                tail = extra = 0
                for number in NUMBERS:
                    tail += draw(st.integers(1, 4))
                    extra += draw(st.integers(0, 4)) if kind == "recompute" else 0
                    table[(first, last, kind), number] = draw(st.integers(1, 20)), tail, extra
    return Costs(length, table, [draw(st.integers(1, 20)) for _ in range(length)])


def cuts(length):
    """Every way to cut a line into segments, as (first, last)."""
    for marks in product((False, True), repeat=length - 1):
        ends = [place for place, mark in enumerate(marks) if mark] + [length - 1]
        firsts = [0, *(end + 1 for end in ends[:-1])]
        yield list(zip(firsts, ends, strict=True))


def brute_force(table, limit, most_extra):
    """(tail, extra work) of all ways that keep to the limits, those that nothing beats."""
    length = len(table.line)
    found = set()
    for segments in cuts(length):
        options = []
        for first, last in segments:
            ways = [
                table.parts((first, last, kind), number)
                for number in NUMBERS
                for kind in KINDS
                if ((first, last, kind), number) in table.table
            ]
            ways += [table.whole(first)] if first == last else []
            options.append([way for way in ways if way.head <= limit])
        for chosen in product(*options):
            extra = sum(segment.extra_macs for segment in chosen)
            if extra <= most_extra:
                found.add((sum(segment.tail for segment in chosen), extra))
    return {
        one
        for one in found
        if not any(other != one and all(a <= b for a, b in zip(other, one, strict=True)) for other in found)
    }


@given(costs(), st.integers(1, 20), st.integers(0, 12))
def test_choices_are_those_that_nothing_beats(table, limit, most_extra):
    chosen = Chooser(table, ROW_KINDS, limit, most_extra).choices(Budget())
    assert {(choice.tail, choice.extra_macs) for choice in chosen} == brute_force(table, limit, most_extra)
    for choice in chosen:
        assert [segment.first for segment in choice.segments] == [
            0,
            *(segment.last + 1 for segment in choice.segments[:-1]),
        ]
        assert choice.segments[-1].last == len(table.line) - 1
        assert choice.head == max(segment.head for segment in choice.segments) <= limit
