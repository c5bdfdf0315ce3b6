"""What `optimize` tells of an export that is smaller than its plan."""

from __future__ import annotations

from dataclasses import replace

from codegen.harness import arena_size, moved_bytes, sources

from arenite.backends.target import C
from arenite.search import relocation
from arenite.search.optimization import optimize
from arenite.search.options import Options
from arenite.search.relocation import STEPS, outlook
from arenite.search.runnable import refusals
from arenite.search.task import Task, silent
from arenite.zoo import build


def task(model, **options):
    asked = Options(target="c", **options)
    return Task.of(model, asked, asked.budget(), silent)


def test_the_report_says_what_the_export_has():
    plan = optimize(build("chain", channels=4), Options(target="c", rounds=1))
    exported = sources(plan.model, "net")
    assert moved_bytes(exported) > 0
    assert arena_size(exported) < C.arena(plan.model).declare_bytes
    (note,) = plan.notes
    assert f"arena of {arena_size(exported):,} bytes" in note
    assert f"moves {moved_bytes(exported):,} bytes" in note
    assert arena_size(sources(plan.model, "net", may_move=False)) == C.arena(plan.model).declare_bytes


def test_nothing_is_said_where_the_plan_is_what_is_exported():
    plan = optimize(build("resnet8", channels=4), Options(target="c", rounds=1))
    assert plan.notes == ()
    assert arena_size(sources(plan.model, "net")) == C.arena(plan.model).declare_bytes


def test_another_layout_that_moves_nothing():
    """A model without a plan, for which TFLM's way of planning is taken."""
    model = build("resnet8", channels=4)
    exported = outlook(model, task(model))
    assert exported is not None
    assert (exported.arena_bytes, exported.moved_bytes) == (arena_size(sources(model, "net")), 0)
    assert "with another layout than this plan" in exported.sentence(C.arena(model).declare_bytes)


def test_it_is_found_once_in_a_command(monkeypatch):
    """In another command it is found again: the clock may have ended the search of the first."""
    looked = []
    monkeypatch.setattr(relocation, "_outlook", lambda model, target, budget: looked.append(budget.left))
    model = build("chain", channels=4)
    first, second = task(model), task(model)
    for each in (first, replace(first, budget=first.budget.part(0.5)), second):
        outlook(model, each)
    assert looked == [STEPS, STEPS]


def test_its_steps_follow_the_effort_up_to_those_of_an_export(monkeypatch):
    looked = {}
    for effort in ("low", "normal", "high"):
        monkeypatch.setattr(
            relocation, "_outlook", lambda model, target, budget, effort=effort: looked.update({effort: budget.left})
        )
        model = build("chain", channels=4)
        outlook(model, task(model, effort=effort))
    assert looked == {"low": STEPS / 10, "normal": STEPS, "high": STEPS}


def test_there_is_none_where_the_target_refuses_the_model():
    model = build("chain", channels=4)
    relu = replace(model.main.operators[0], code="SOFTSIGN")
    graph = replace(model.main, operators=(relu, *model.main.operators[1:]))
    refused = replace(model, graphs=(graph,))
    assert refusals(refused, C)
    assert outlook(refused, task(refused)) is None
