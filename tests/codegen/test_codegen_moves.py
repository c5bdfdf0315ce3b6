"""Generated code in which tensors move between operators."""

from __future__ import annotations

import re

import pytest

import arenite
from arenite.errors import OptionError
from arenite.problems.lifetimes import maximum_load
from arenite.problems.placement import Layout
from arenite.problems.relocation import Move, MovingSolution
from arenite.search.c_export import export_c
from arenite.search.relocation import arena

from .harness import arena_size, moved_bytes, sources
from .test_codegen_models import check

MODELS = [
    arenite.zoo.build("swiftnet-cell", resolution=32),
    arenite.zoo.build("darts", cells=2, resolution=16),
    arenite.zoo.build("u-net", depth=2, resolution=32),
    arenite.zoo.build("paper"),
]


def stacked(problem, **_):
    """Every buffer in a place of its own: the worst of all layouts."""
    offsets, height = [], 0
    for buffer in problem.buffers:
        offsets.append(height)
        height += buffer.size
    return Layout(tuple(offsets), height, 0)


def compacted(problem, *_, **__):
    """What the paper's runtime does: before each operator, all that is alive is pushed to the begin of the arena."""
    order = sorted(
        (number for number, each in enumerate(problem.buffers) if each.size), key=lambda it: first(problem, it)
    )
    offsets, steps, alive, height = [0] * len(problem.buffers), [], {}, 0
    for scope in sorted({first(problem, number) for number in order}):
        top = 0
        for number in [number for number in alive if problem.buffers[number].last >= scope]:
            if alive[number] != top:
                steps.append(Move(scope, (number,), alive[number], top, problem.buffers[number].size))
            alive[number] = top
            top += problem.buffers[number].size
        alive = {number: at for number, at in alive.items() if problem.buffers[number].last >= scope}
        for number in (number for number in order if first(problem, number) == scope):
            offsets[number] = alive[number] = top
            top += problem.buffers[number].size
        height = max(height, top)
    return MovingSolution(tuple(offsets), tuple(steps), height, 0)


def first(problem, number):
    return problem.buffers[number].first


def test_tensors_pushed_together_before_every_operator(monkeypatch, tmp_path):
    """Compaction reaches the peak, and its many moves change no output; places of outputs follow them."""
    loads = []
    monkeypatch.setattr("arenite.search.relocation.solve_placement", stacked)
    monkeypatch.setattr(
        "arenite.search.relocation.solve_relocation",
        lambda problem, *_, **__: loads.append(problem.apart) or compacted(problem),
    )
    plans = [arena(model) for model in MODELS]
    for model, load, plan in zip(MODELS, tuple(loads), plans, strict=True):
        assert plan.size == maximum_load(load)
        assert sum(map(len, plan.moves.values())) > 5
        moved = sum(move.size for each in plan.moves.values() for move in each)
        assert moved_bytes(sources(model, "moving")) == moved
    check(MODELS, tmp_path)


@pytest.fixture(scope="module")
def tight():
    """A network in whose order no fixed places are as low as its largest operator needs."""
    return arenite.zoo.build("darts")


def test_moves_are_taken_where_they_make_the_arena_smaller(tight, tmp_path):
    still, moving = export_c(tight, "still", may_move=False), export_c(tight, "moving", moves_worth=0)
    assert moved_bytes(still) == 0 < moved_bytes(moving)
    assert arena_size(moving) < arena_size(still)
    assert "arenite_move" not in still["still.c"]
    calls = re.findall(r"arenite_move\(.*arena \+ \d+\), .*arena \+ \d+\), (\d+)\);", moving["moving.c"])
    assert sum(map(int, calls)) == moved_bytes(moving)
    assert f"would have {arena_size(still) - arena_size(moving)} bytes more" in moving["moving.h"]
    check([tight], tmp_path)


def test_moves_that_copy_much_to_save_little_are_not_made(tight):
    """`darts` saves 16 of 90,112 bytes by 8,192 that it moves: two thousandths, where a hundredth is asked for."""
    files = export_c(tight, "moving")
    assert moved_bytes(files) == 0
    assert arena_size(files) == arena_size(export_c(tight, "still", may_move=False))
    assert moved_bytes(export_c(tight, "moving", moves_worth=0.0019)) > 0


@pytest.mark.parametrize("worth", [-0.1, float("nan"), float("inf")])
def test_a_share_that_is_none_is_refused(worth, tight):
    with pytest.raises(OptionError, match="moves_worth"):
        export_c(tight, moves_worth=worth)


def test_the_moves_of_channels_first_are_not_made(shared):
    """16 bytes less would have cost 65,536 bytes that every inference moves."""
    model = arenite.read(shared / "cases" / "nchw.tflite")
    assert moved_bytes(sources(model, "m")) == 0
    assert moved_bytes(sources(model, "m", moves_worth=0)) > 0


def test_where_nothing_is_gained_nothing_moves():
    files = export_c(arenite.zoo.build("resnet8"), "net")
    assert moved_bytes(files) == 0
    assert "MOVED_BYTES" not in files["net.h"]
    assert "arenite_move.c" not in files
