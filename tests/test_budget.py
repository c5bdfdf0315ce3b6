"""Budgets count work, and the clock counts only where a person asked for it."""

import math
import time
from dataclasses import replace

import pytest
from ortools.sat.python import cp_model

from arenite import OptionError, Options, optimize, zoo
from arenite.budget import NORMAL_STEPS, Budget
from arenite.errors import FitError
from arenite.search import decide
from arenite.search.task import Task, silent
from arenite.solve.place.cp_sat import STEPS_OF_UNIT, charged, fit, reproducible_solver
from arenite.solve.place.decide import Boxes


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


def test_cp_sat_gets_no_more_deterministic_time_than_the_budget_has_steps_for():
    budget = Budget(2 * STEPS_OF_UNIT)
    assert reproducible_solver(0.5, budget).parameters.max_deterministic_time == 0.5
    assert reproducible_solver(9.0, budget).parameters.max_deterministic_time == 2
    assert reproducible_solver(9.0, budget, 4 * STEPS_OF_UNIT).parameters.max_deterministic_time == 0.5
    budget.spend(3 * STEPS_OF_UNIT)
    assert reproducible_solver(9.0, budget).parameters.max_deterministic_time == 0


def test_cp_sat_is_charged_for_the_size_of_its_model_and_for_its_work():
    """Presolve of a large model takes seconds that CP-SAT's deterministic time does not count."""
    spent = []
    for count in (10, 100):
        budget = Budget()
        boxes = Boxes((1,) * count, tuple((each, each + 2) for each in range(count)))
        assert fit(boxes, 2, 0.01, budget).offsets is not None
        spent.append(NORMAL_STEPS - budget.left)
    assert spent[0] > 50 * 3 * 10
    assert spent[1] > 50 * 3 * 100


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


def test_an_interruption_ends_searches_and_nothing_else():
    budget = Budget(10)
    part = budget.part(0.5)
    assert not budget.interrupt()
    with budget.searching():
        assert (part.over, budget.struck) == (False, False)
        assert budget.interrupt()
        assert not budget.interrupt()
    assert (part.left, part.seconds, part.over, budget.struck, budget.interrupted) == (0, 0, True, True, True)
    limited = Budget(10, seconds=0)
    assert limited.over
    assert not limited.interrupted


def test_an_interruption_stops_cp_sat():
    """CP-SAT does not look at the budget, and would keep Ctrl-C to itself."""
    budget, stopped = Budget(), []
    solver = reproducible_solver(1.0, budget)
    assert not solver.parameters.catch_sigint_signal
    model = cp_model.CpModel()
    solver.stop_search = lambda: stopped.append(solver)
    solve = solver.solve
    solver.solve = lambda model: (budget.interrupt(), solve(model))[1]
    with budget.searching():
        charged(solver, model, budget)
    assert stopped == [solver]


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


@pytest.mark.parametrize(("sizes", "kept"), [((64, 80), 64), ((80, 64), 64)])
def test_high_effort_is_never_worse_than_normal(monkeypatch, sizes, kept):
    """The search with ten times the steps goes other ways, and may miss what the normal one finds."""
    planned = decide._decided

    def larger_or_smaller(task):
        decision = planned(task)
        return replace(decision, head=sizes[task.budget.left > NORMAL_STEPS], lower_bound=0)

    monkeypatch.setattr(decide, "_decided", larger_or_smaller)
    task = Task.of(zoo.build("paper"), Options(effort="high"), Options(effort="high").budget(), silent)
    assert decide.decided(task).head == kept


def test_high_effort_reaches_an_arena_that_one_of_its_searches_misses(monkeypatch):
    planned = decide._decided

    def missed(task):
        if task.budget.left <= NORMAL_STEPS:
            raise FitError("not reached")
        return planned(task)

    monkeypatch.setattr(decide, "_decided", missed)
    high = Options(effort="high")
    assert decide.decided(Task.of(zoo.build("paper"), high, high.budget(), silent)).head == 4720
    monkeypatch.setattr(decide, "NORMAL_STEPS", 0)
    monkeypatch.setattr(decide, "_decided", lambda task: missed(replace(task, budget=Budget(0))))
    with pytest.raises(FitError, match="not reached"):
        decide.decided(Task.of(zoo.build("paper"), high, high.budget(), silent))


def test_high_effort_begins_with_what_normal_effort_does(monkeypatch):
    """Parts of the search go by the effort, not by the steps that are left."""
    planned, asked = decide._decided, []

    def decided(task):
        asked.append((task.options.effort, task.budget.left))
        return planned(task)

    monkeypatch.setattr(decide, "_decided", decided)
    high = Options(effort="high")
    decide.decided(Task.of(zoo.build("paper"), high, high.budget(), silent))
    (first, second) = asked
    assert first == ("normal", NORMAL_STEPS)
    assert second[0] == "high"


def test_high_effort_for_c_keeps_the_smaller_arena_of_the_c(monkeypatch):
    """A lower layout may have moves that save less."""
    planned = decide._decided

    def lower_with_more_steps(task):
        return replace(planned(task), head=64 if task.budget.left > NORMAL_STEPS else 80, lower_bound=0)

    monkeypatch.setattr(decide, "_decided", lower_with_more_steps)
    monkeypatch.setattr(decide, "_arena", lambda _, decision: 1_000 - decision.head)
    high = Options(effort="high", target="c")
    assert decide.decided(Task.of(zoo.build("paper"), high, high.budget(), silent)).head == 80
