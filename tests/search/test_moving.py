"""Choices of strips for generated C, judged by its arena where tensors move."""

from __future__ import annotations

import pytest
from codegen.harness import arena_size, sources

from arenite import Ends, Options, zoo
from arenite.errors import FitError
from arenite.search import moving
from arenite.search.optimization import optimize
from arenite.search.plan import Exported

IN_ROWS = Options(target="c", split=True, max_extra_macs=0.5, ends=Ends(inputs="rows"), verify=False)


def network():
    return zoo.build("mobilenet-v2", width=0.35, resolution=48)


def test_optimize_and_export_tell_one_number():
    plan = optimize(network(), IN_ROWS)
    told = plan.arenas[1].declare_bytes if plan.exported is None else plan.exported.arena_bytes
    assert arena_size(sources(plan.model, "net", ends=Ends(inputs="rows"))) == told


def foreseen(monkeypatch, sizes):
    """Let exports have these arenas, one after the other; what was looked at."""
    seen = []

    def outlook(model, *_):
        seen.append(model)
        return Exported(sizes[len(seen) - 1], 0)

    monkeypatch.setattr(moving, "outlook", outlook)
    return seen


@pytest.mark.parametrize(("sizes", "best"), [((5_000_000, 2_000), 1), ((60_000, 70_000), 0)])
def test_the_choice_by_floors_counts_if_its_export_is_smaller(monkeypatch, sizes, best):
    seen = foreseen(monkeypatch, sizes)
    plan = optimize(network(), IN_ROWS)
    assert len(seen) == 2
    assert plan.model.main.operators == seen[best].main.operators


def test_nothing_else_is_looked_at_where_floors_are_no_lower(monkeypatch):
    seen = foreseen(monkeypatch, [16])
    optimize(network(), IN_ROWS)
    assert len(seen) == 1


def test_an_arena_is_reached_with_moves(monkeypatch):
    asked = Options(target="c", split=True, arena=3_000, ends=Ends(inputs="rows"), verify=False)
    seen = foreseen(monkeypatch, [5_000] * 2 + [2_900] * 9)
    plan = optimize(network(), asked)
    assert len(seen) == 3
    assert plan.model.main.operators == seen[-1].main.operators
    foreseen(monkeypatch, [5_000] * 9)
    with pytest.raises(FitError, match=r"smallest found is 5,000"):
        optimize(network(), asked)
