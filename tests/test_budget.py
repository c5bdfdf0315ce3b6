"""Budgets count work, and the clock counts only where a person asked for it."""

import math
import time

import pytest

from arenite import OptionError, Options, optimize, zoo
from arenite.budget import STEPS_PER_DETERMINISTIC_SECOND, Budget


def test_what_a_part_spends_is_spent_of_the_whole():
    whole = Budget(1000)
    part = whole.part(0.5)
    part.spend(300)
    assert (part.left, whole.left) == (200, 700)
    part.spend(300)
    assert part.over
    assert not whole.over
    assert whole.left == 400


def test_a_part_has_its_least_however_little_is_left():
    whole = Budget(100)
    whole.spend(500)
    assert whole.over
    assert whole.part(1.0, 50).left == 50


def test_deterministic_time_is_charged():
    budget = Budget(2 * STEPS_PER_DETERMINISTIC_SECOND)
    assert budget.deterministic_time(0.5) == 0.5
    budget.spend_deterministic_time(1.5)
    assert budget.deterministic_time(1.0) == 0.5
    budget.spend_deterministic_time(1.0)
    assert budget.deterministic_time(1.0) == 0


def test_without_a_limit_the_clock_is_not_looked_at(monkeypatch):
    monkeypatch.setattr(time, "monotonic", None)
    budget = Budget(10)
    assert budget.part(0.5).left == 5
    assert budget.seconds == math.inf
    assert not budget.struck


def test_a_time_limit_ends_all_parts_and_says_so(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    budget = Budget(10, seconds=5)
    part = budget.part(0.5)
    assert (part.left, part.seconds, budget.struck) == (5, 5, False)
    now[0] = 105.0
    assert not budget.struck  # no search was ended by it
    assert (part.left, part.over, budget.struck) == (0, True, True)


def test_a_plan_tells_that_the_limit_has_struck():
    limited = optimize(zoo.build("inception"), Options(rounds=1, time_limit=0))
    assert limited.timed_out
    assert limited.to_json()["timed_out"] is True
    assert any("the time limit of 0 s" in note for note in limited.notes)
    free = optimize(zoo.build("paper"), Options(rounds=1))
    assert not free.timed_out
    assert free.to_json()["timed_out"] is False


def test_plans_do_not_depend_on_the_clock(monkeypatch):
    """A clock that leaps by hours between any two looks at it changes nothing."""
    model, options = zoo.build("nasnet-a"), Options(rounds=1)
    plan = optimize(model, options)
    ticks = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))
    assert optimize(model, options).content == plan.content


def test_efforts_are_known():
    assert Options(effort="low").budget().left < Options().budget().left < Options(effort="high").budget().left
    with pytest.raises(OptionError, match="effort: 'huge' is not one of low, normal, high"):
        Options(effort="huge")
