"""What `optimize` tells of an export that is smaller than its plan."""

from __future__ import annotations

from codegen.harness import arena_size, moved_bytes, sources

from arenite.backends.target import C
from arenite.budget import Budget
from arenite.search.optimization import optimize
from arenite.search.options import Options
from arenite.search.relocation import outlook
from arenite.zoo import build


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
    exported = outlook(model, C, Budget())
    assert exported is not None
    assert (exported.arena_bytes, exported.moved_bytes) == (arena_size(sources(model, "net")), 0)
    assert "with another layout than this plan" in exported.sentence(C.arena(model).declare_bytes)
