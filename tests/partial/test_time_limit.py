"""The search keeps to its time by a clock that only work moves, and returns the best that it had found by then."""

import itertools
import time

import pytest

from arenite import Options, zoo
from arenite.optimization import preview
from arenite.overlap.rigid import Groups
from arenite.partial.costs import Costs
from arenite.partial.frontier import frontier
from arenite.partial.line import Line
from arenite.partial.load import Load
from arenite.rewrite import prune
from arenite.targets.target import TFLM


class Clock:
    """Seconds that pass when strips are judged and groups of buffers are placed, and in no other way."""

    def __init__(self):
        self.now = 0.0

    def slows(self, monkeypatch, owner, name, seconds):
        work = getattr(owner, name)

        def slow(*arguments, **options):
            self.now += seconds
            return work(*arguments, **options)

        monkeypatch.setattr(owner, name, slow)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    clock.slows(monkeypatch, Load, "most", 0.02)
    clock.slows(monkeypatch, Groups, "first_fit", 0.01)
    return clock


@pytest.fixture(scope="module")
def mobilenet():
    return prune(zoo.build("mobilenet-v2", width=0.35, resolution=48))


def found(model, clock, limit):
    return frontier(Costs(Line(model), TFLM), 10**6, left=lambda: limit - clock.now, report=lambda _: None)


def test_no_time_is_no_search(mobilenet, clock):
    assert found(mobilenet, clock, 0.0) == []
    assert clock.now == 0


@pytest.mark.parametrize("limit", [20, 60, 120])
def test_the_search_ends_soon_after_its_time(mobilenet, clock, limit):
    choices = found(mobilenet, clock, limit)
    assert 0.8 * limit <= clock.now < limit + 10
    length = len(mobilenet.main.operators)
    for choice in choices:
        covered = [range(piece.first, piece.last + 1) for piece in choice.pieces]
        assert list(itertools.chain(*covered)) == list(range(length))
        assert all(piece.settled for piece in choice.pieces)


def test_more_time_is_never_worse(mobilenet, clock):
    heads = []
    for limit in (30, 100, 1000):
        clock.now = 0.0
        heads.append(min((choice.head for choice in found(mobilenet, clock, limit)), default=10**9))
    assert heads == sorted(heads, reverse=True)
    assert heads[-1] < heads[0]


@pytest.mark.parametrize("family", ["mobilenet-v2", "swiftnet-cell"])
def test_optimize_keeps_to_its_limit(monkeypatch, clock, family):
    """Layouts at the end of it as well: when all time is gone, the most promising one gets its first tries."""
    model = zoo.build(family)
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    whole = preview(model, Options(time_limit=30))
    clock.now = 0.0
    result = preview(model, Options(time_limit=30, split=True))
    assert clock.now < 30 + 10
    assert TFLM.arena(result).declare_bytes <= TFLM.arena(whole).declare_bytes
