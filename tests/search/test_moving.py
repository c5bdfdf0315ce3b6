"""Choices of strips for generated C, judged by its arena where tensors move."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from functools import cache

import pytest

from arenite import Ends, Options, zoo
from arenite.backends.target import C
from arenite.errors import FitError
from arenite.search import relocation
from arenite.search.c_export import program
from arenite.search.decide import without_strips
from arenite.search.ends import as_held
from arenite.search.moving import with_moves
from arenite.search.optimization import optimize
from arenite.search.plan import Exported
from arenite.search.split import PartialSearch, objective_of, without
from arenite.search.task import Task, silent

ROWS = Ends(inputs="rows")
IN_ROWS = Options(target="c", split=True, max_extra_macs=0.5, effort="low", ends=ROWS, verify=False)


def test_optimize_and_export_tell_one_number():
    plan = optimize(zoo.build("mobilenet-v1", resolution=16), IN_ROWS)
    assert plan.exported is not None
    assert plan.exported.moved_bytes > 0
    assert program(as_held(plan.model, C, ROWS), "net").memory.size == plan.exported.arena_bytes


def test_the_smallest_arena_that_an_error_tells_is_one_of_exported_c():
    network = zoo.build("mobilenet-v1", resolution=16)
    with pytest.raises(FitError) as error:
        optimize(network, replace(IN_ROWS, arena=300))
    smallest = int(re.search(r"smallest found is ([\d,]+)", str(error.value))[1].replace(",", ""))
    plan = optimize(network, replace(IN_ROWS, arena=smallest))
    assert plan.exported is not None
    assert plan.exported.arena_bytes <= smallest < plan.arenas[1].declare_bytes


def test_an_arena_that_moves_alone_reach_needs_no_strips(monkeypatch):
    network = zoo.build("u-net", depth=2, channels=4, resolution=16)
    asked = replace(IN_ROWS, ends=Ends())
    wanted = optimize(network, replace(asked, split=False, max_extra_macs=None)).arenas[1].declare_bytes - 16
    monkeypatch.setattr(relocation, "outlook", lambda _model, _task: Exported(wanted, 0))
    assert optimize(network, replace(asked, arena=wanted)).strips == ()


@cache
def started(ends):
    """A search for strips of a small network, and its candidate without strips."""
    asked = replace(IN_ROWS, ends=ends)
    task = Task.of(zoo.build("mobilenet-v1", resolution=32), asked, asked.budget(), silent)
    whole = without_strips(task)
    first = without(task, whole)
    return PartialSearch(task, whole, first, objective_of(task.options)), first


def looked_at(monkeypatch, sizes, *, ends=ROWS, enough=None):
    """The candidates where exports have these arenas, one after the other, and the models that were looked at.

    The best choice by floors is there three times, in place of other choices.
    """
    seen = []

    def outlook(model, _):
        seen.append(model)
        return Exported(sizes[len(seen) - 1], 0)

    found = PartialSearch.choices
    monkeypatch.setattr(relocation, "outlook", outlook)
    monkeypatch.setattr(PartialSearch, "choices", lambda search: 3 * found(search))
    ways, first = started(ends)
    ways = copy(ways)
    ways.objective = replace(ways.objective, enough=enough)
    return list(with_moves(ways, first)), seen


@pytest.mark.parametrize(("sizes", "arenas"), [((50_000, 2_000), [50_000, 2_000]), ((40_000, 50_000), [40_000])])
def test_the_choice_by_floors_counts_if_its_export_is_smaller(monkeypatch, sizes, arenas):
    found, seen = looked_at(monkeypatch, sizes)
    assert [each.arena for each in found] == arenas
    assert [each.choice is None for each in found] == [True, False][: len(found)]
    assert [each.decision.model for each in found] == seen[: len(found)]
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("size", "asked"),
    [(16, {}), (2_900, {"enough": 3_000}), (50_000, {"ends": Ends(), "enough": 3_000})],
    ids=["floor", "fits", "image"],
)
def test_nothing_else_is_looked_at(monkeypatch, size, asked):
    """Where floors are no lower, where the arena is reached, and where no input comes in rows."""
    found, seen = looked_at(monkeypatch, [size], **asked)
    assert len(found) == len(seen) == 1


def test_nothing_is_looked_at_where_moves_decide_nothing(monkeypatch):
    assert looked_at(monkeypatch, [], ends=Ends()) == ([], [])


def test_more_are_looked_at_until_an_arena_is_reached(monkeypatch):
    found, seen = looked_at(monkeypatch, [5_000, 5_000, 2_900], enough=3_000)
    assert [each.arena for each in found] == [5_000, 2_900]
    assert len(seen) == 3
