"""Plans of rewritten sources: verified, said, by position of the source, in strips, and in C."""

from __future__ import annotations

import pytest
from codegen.harness import arena_size

from arenite.rewrite import Dilate, FoldShapes, Tidy
from arenite.rewrite.passes import rewritten
from arenite.search.c_export import export_c
from arenite.search.optimization import Options, optimize
from arenite.tflite.read import read_model


def codes(plan):
    return [operator.code for operator in plan.model.main.operators]


def test_a_series_in_blocks_is_as_small_as_one_that_is_dilated(shared):
    source = read_model(shared / "cases" / "tcn.tflite")
    plan = optimize(source, Options(rounds=2))
    dilated = optimize(read_model(shared / "cases" / "tcn_dilated.tflite"), Options(rounds=2))
    assert codes(plan) == codes(dilated)
    assert (plan.before.head, plan.after.head, plan.optimal) == (4_352, 2_048, True)
    assert set(plan.verified.values()) == {"identical"}
    assert any("3 convolutions are dilated in place of SPACE_TO_BATCH_ND" in note for note in plan.notes)
    assert len(plan.order) == len(plan.model.main.operators)
    assert all(position is not None for position in plan.order)
    joins = [place for place, each in enumerate(source.main.operators) if each.code == "BATCH_TO_SPACE_ND"]
    made = [place for place, code in zip(plan.order, codes(plan), strict=True) if code in ("PAD", "CONV_2D")]
    assert sorted(made) == sorted([1, 2, *joins, *joins])


def test_c_of_a_series_in_blocks(shared):
    source = read_model(shared / "cases" / "tcn.tflite")
    plan = optimize(source, Options(rounds=1, target="c"))
    assert not any("cannot run" in note for note in plan.notes)
    assert arena_size(export_c(plan.model)) <= 2_048


def test_strips_of_a_series_in_blocks_know_the_operators_of_the_source(shared):
    source = read_model(shared / "cases" / "tcn.tflite")
    plan = optimize(source, Options(rounds=1, split=True, minimize="head", target="tflm-reference"))
    assert plan.after.head <= 2_048
    for strips in plan.strips:
        assert strips.operators
        assert set(strips.operators) <= set(range(len(source.main.operators)))


def test_computed_shapes_are_gone_and_said(shared):
    plan = optimize(read_model(shared / "cases" / "dyn.tflite"), Options(rounds=2))
    assert codes(plan) == ["FULLY_CONNECTED"]
    assert set(plan.verified.values()) == {"identical"}
    assert plan.after.head < plan.before.head
    assert any("4 operators are left out that computed shapes" in note for note in plan.notes)


@pytest.mark.parametrize("name", ["nchw", "attn_i8", "lnorm", "ifbranch"])
def test_sources_without_anything_to_rewrite_stay_the_same_object(shared, name):
    source = read_model(shared / "cases" / f"{name}.tflite")
    result, sentences, _ = rewritten(source, (FoldShapes(), Dilate()))
    assert result is source
    assert sentences == ()


def test_what_only_copies_is_counted(shared):
    source = read_model(shared / "models" / "mcunet__mcunet-320kb-1mb_imagenet.tflite")
    result, (sentence,), _ = rewritten(source, (FoldShapes(), Dilate(), Tidy()))
    assert len(result.main.operators) == 72
    assert sentence.startswith("50 operators are left out: ")
