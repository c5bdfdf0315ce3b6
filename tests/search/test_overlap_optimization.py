"""The main job with overlap: what targets gain, what is written about it, and that unsafe plans are caught."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import pytest
from typer.testing import CliRunner

from arenite import zoo
from arenite.backends import Backend, Overlap
from arenite.backends.sets import CMSIS_NN_DSP, PORTABLE
from arenite.backends.target import TARGETS, find_target
from arenite.backends.tflm.head import head_plan, planned_head
from arenite.budget import Budget
from arenite.checkers.validity import JUDGED, is_right, validity
from arenite.cli import app
from arenite.errors import OptionError, VerificationError
from arenite.model import MemoryPlan
from arenite.problems.placement import Layout
from arenite.runtimes import process
from arenite.runtimes.verification import verify
from arenite.search.optimization import Options, decided, optimize, preview
from arenite.search.task import Task, silent
from arenite.solve.place.solver import solve
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.write import write_bytes

QUICK = Options(rounds=1)
REFERENCE = replace(QUICK, target="tflm-reference")
CORTEX_M4 = replace(QUICK, target="tflm-cmsis-nn/cortex-m4")
needs_tflm = pytest.mark.skipif(process.absent("tflm") is not None, reason="tflite-micro is not installed")
FAMILIES = ["paper", "mobilenet-v1", "mobilenet-v2", "resnet8", "u-net", "densenet", "inception", "chain"]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_zoo_is_no_worse_with_any_target_and_right_with_its_kernels(family):
    model = zoo.build(family)
    for target in TARGETS.values():
        result = preview(model, replace(QUICK, target=target))
        assert is_right(result, target.backend)
        assert result is model or result.target == target.name
        for kernels in target.sets:
            forms = map(kernels.as_run, (model, result))
            before, after = (head_plan(each, requests=kernels.planned_scratch).height for each in forms)
            assert after <= before


@needs_tflm
@pytest.mark.parametrize("family", ["resnet8", "mobilenet-v1"])
def test_heads_below_the_peak_with_identical_outputs(family):
    plan = optimize(zoo.build(family), REFERENCE)
    assert plan.after.head < plan.after.peak
    assert plan.lower_bound <= plan.after.head == planned_head(plan.model)
    assert plan.verified["tflm"] == "identical"
    assert plan.shared_pairs > 0
    assert REFERENCE.runs_on.backend in plan.valid_with


HEADS = {
    "tiny__vww_96_int8": 36_896,
    "tiny__pretrainedResnet_quant": 33_312,
    "tiny__kws_ref_model": 10_048,
    "tflite-micro__person_detect": 36_896,
}


@needs_tflm
@pytest.mark.parametrize("name", HEADS)
def test_real_models_for_reference_kernels(shared, name):
    source = read_model(shared / "models" / f"{name}.tflite")
    plan = optimize(source, REFERENCE)
    assert plan.after.head <= HEADS[name]
    assert plan.verified["tflm"] == "identical"
    assert plan.verified["litert"] != "different"
    portable = optimize(source, QUICK)
    assert portable.verified["tflm"] == "identical"
    assert not portable.changed or portable.valid_with == JUDGED


def test_without_overlap_nothing_shares_bytes():
    model = zoo.build("paper")
    plan = optimize(model, replace(REFERENCE, overlap=False))
    assert (plan.after.head, plan.lower_bound, plan.shared_pairs) == (4960, 4960, 0)
    assert plan.valid_with == JUDGED
    assert plan.model.target is None


@pytest.mark.parametrize(
    ("family", "target", "head", "alone"),
    [
        ("darts", "tflm", 65_520, True),
        ("darts", "tflm-reference", 65_520, True),
        ("swiftnet-cell", "tflm-reference", 202_544, False),
    ],
)
def test_what_proves_that_no_order_is_better(family, target, head, alone):
    """A single operator needs as much, by all its inputs together; or else only a few buffers near the highest do."""
    result = decided(Task.of(zoo.build(family), replace(QUICK, target=target), Budget(), silent))
    assert (result.head, result.lower_bound) == (head, head)
    assert [proof.schedule.lower_bound == head for proof in result.proofs] == [alone]


@pytest.mark.parametrize("strips", [{}, {"split": True, "minimize": "head", "max_extra_macs": 0.2}])
def test_what_is_best_without_overlap_is_a_candidate(monkeypatch, strips):
    """Here no layout with overlap is found that is any good, as if the search had no time."""

    def stacked(problem, **options):
        if problem.plain:
            return solve(problem, **options)
        ends = list(accumulate(buffer.size for buffer in problem.buffers))
        return Layout((0, *ends[:-1]), ends[-1], 0)

    monkeypatch.setattr("arenite.search.layout_policy.solve_placement", stacked)
    monkeypatch.setattr("arenite.search.whole._jointly", lambda task, policy, best, bound: (best, bound))
    result = preview(zoo.build("paper"), replace(REFERENCE, **strips))
    assert planned_head(result) <= 4960 if strips else planned_head(result) == 4960
    assert result.target == "tflm-reference"


def test_a_second_run_changes_nothing():
    for options in (QUICK, REFERENCE, replace(QUICK, keep_inputs=True)):
        once = optimize(zoo.build("resnet8"), options)
        again = optimize(read_bytes(once.content, "again"), options)
        assert again.content == once.content
        assert not again.changed


def test_a_plan_for_other_kernels_is_replaced():
    first = optimize(zoo.build("mobilenet-v1"), REFERENCE).model
    assert not is_right(first, CMSIS_NN_DSP)
    plan = optimize(first, QUICK)
    assert "made for tflm-reference" in plan.notes[-1]
    assert plan.model.target == "tflm"
    assert plan.valid_with == JUDGED
    with pytest.raises(VerificationError, match="wrong results with the kernels of tflm;"):
        optimize(first, replace(QUICK, plan="respect"))


def test_a_plan_that_is_right_for_more_than_it_says_is_renamed():
    portable = optimize(zoo.build("chain"), QUICK)
    narrow = optimize(zoo.build("chain"), REFERENCE).model
    if is_right(narrow, PORTABLE) and planned_head(narrow) == portable.after.head:
        again = optimize(narrow, QUICK)
        assert again.model.target == "tflm"


def test_keeping_inputs():
    for target in ("tflm", "tflm-reference", "tflm-cmsis-nn/cortex-m55"):
        result = preview(zoo.build("resnet8"), replace(QUICK, target=target, keep_inputs=True))
        assert is_right(result, find_target(target).backend, keep_inputs=True)


def cmsis_only():
    """A model, and its plan for Cortex-M4, which the reference kernels compute something else with."""
    for family in ("paper", "mobilenet-v1", "inception", "u-net"):
        plan = optimize(zoo.build(family), CORTEX_M4)
        if REFERENCE.runs_on.backend not in plan.valid_with:
            return plan
    raise AssertionError("no model has a plan for Cortex-M4 alone")


@needs_tflm
def test_what_cannot_be_run_here_is_said():
    plan = cmsis_only()
    assert plan.verified["litert"] == "identical"
    assert plan.verified["tflm"].startswith("unavailable: the plan is for tflm-cmsis-nn/cortex-m4")
    found = verify(plan.source, plan.content, rounds=1)
    assert found.status == plan.verified
    assert found.plan.names == "cmsis-nn/dsp" or CMSIS_NN_DSP in found.plan.kernels
    back = optimize(plan.model, QUICK)
    assert back.verified["tflm"] == "identical"


def clashing():
    model = zoo.build("paper")
    return model.with_plan(MemoryPlan((tuple(None if each.constant else 0 for each in model.main.tensors),)))


def test_plans_from_elsewhere_are_judged():
    judged = validity(clashing())
    assert judged.pairs > 0
    assert judged.kernels == ()
    assert not any(judged.holds(target) for target in TARGETS.values())
    apart = validity(optimize(zoo.build("paper"), replace(QUICK, overlap=False)).model)
    assert (apart.pairs, apart.kernels) == (0, JUDGED)


@needs_tflm
def test_a_plan_that_lies_about_its_kernels_is_run_all_the_same():
    """Only a plan that is right with the kernels it names is excused from running with others."""
    lying = replace(clashing(), target="tflm-cmsis-nn/cortex-m4")
    assert verify(zoo.build("paper"), lying, rounds=1).status["tflm"] == "different"


def unsafe(backend, operator, source, target, rule_of=Backend.overlap):
    """The rule, with every distance lower than the safe one by a row of the image or so."""
    rule = rule_of(backend, operator, source, target)
    if rule.distance is None:
        return rule
    return Overlap(rule.distance - 256, (), rule.intact).within(source.bytes, target.bytes)


@pytest.fixture
def unsafe_rules(monkeypatch, forget_rules):
    forget_rules()
    monkeypatch.setattr(Backend, "overlap", unsafe)


@needs_tflm
def test_an_unsafe_distance_is_caught(unsafe_rules):
    with pytest.raises(VerificationError, match="not the same as its source; TFLM"):
        optimize(zoo.build("mobilenet-v1"), REFERENCE)


@needs_tflm
def test_an_unsafe_distance_ends_with_exit_code_1_and_nothing_written(unsafe_rules, tmp_path):
    source, out = tmp_path / "source.tflite", tmp_path / "out.tflite"
    source.write_bytes(write_bytes(zoo.build("mobilenet-v1")))
    arguments = ["optimize", str(source), "-o", str(out), "--target", "tflm-reference", "--rounds", "1"]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "not the same as its source" in line
    assert not out.exists()


def test_a_layout_that_breaks_a_rule_is_not_written(monkeypatch):
    def wrong(problem, **_):
        return Layout((0,) * len(problem.buffers), max(each.size for each in problem.buffers), 0)

    monkeypatch.setattr("arenite.search.layout_policy.solve_placement", wrong)
    with pytest.raises(VerificationError, match=r"clash|begins"):
        optimize(zoo.build("paper"), REFERENCE)


def test_same_input_same_bytes():
    model = zoo.build("inception", modules=2)
    assert optimize(model, REFERENCE).content == optimize(model, REFERENCE).content


def test_an_unknown_target_is_refused_at_once():
    with pytest.raises(OptionError, match="no target is called 'stm32'"):
        Options(target="stm32")


def test_what_has_no_effect_is_pruned():
    model = zoo.build("paper")
    main = model.main
    copy = next(each for each in main.tensors if each.constant)
    dead = replace(copy, name="dead", data=None, shape=(100,))
    grown = replace(model, graphs=(replace(main, tensors=(*main.tensors, dead)),))
    plan = optimize(read_bytes(write_bytes(grown), "grown"), QUICK)
    assert len(plan.model.main.tensors) == len(main.tensors)
    assert plan.model.plan is not None
    assert sorted(plan.order) == list(range(len(main.operators)))


def test_no_layout_for_a_target_is_a_plain_reordering():
    for target in ("tflm", "tflm-cmsis-nn/cortex-m55"):
        plan = optimize(zoo.build("paper"), replace(QUICK, target=target, layout=False))
        assert (plan.after.peak, plan.model.plan) == (4960, None)
        assert plan.lower_bound <= plan.after.head == planned_head(plan.model)


def test_a_target_that_nobody_knows_is_replaced():
    model = optimize(zoo.build("resnet8"), QUICK).model
    plan = optimize(replace(model, target="tomorrow"), QUICK)
    assert plan.model.target == "tflm"


def test_orders_that_move_operators_with_scratch_are_searched_jointly_from_a_valid_layout(shared):
    path = shared / "models" / "gen_randwire_ws32_c16_32.tflite"
    plan = optimize(read_model(path), Options(target="tflm-cmsis-nn/cortex-m55", rounds=1, effort="low"))
    assert plan.lower_bound <= plan.after.head < plan.before.head


def test_a_view_of_a_kept_input_keeps_the_plan_from_being_called_optimal(shared):
    path = shared / "models" / "tflite-micro__micro_speech_quantized.tflite"
    options = Options(target="tflm-reference", keep_inputs=True, rounds=1)
    assert not optimize(read_model(path), options).optimal  # 5,984 bytes would do with RESHAPE on the input


def test_a_plan_that_is_wrong_for_the_target_is_not_respected(vww_like):
    planned = optimize(vww_like, Options(target="tflm-reference", rounds=1)).model
    assert not is_right(planned, CMSIS_NN_DSP)
    with pytest.raises(VerificationError, match="wrong results with the kernels of tflm-cmsis-nn/cortex-m4"):
        optimize(planned, Options(target="tflm-cmsis-nn/cortex-m4", plan="respect"))
    assert optimize(planned, Options(target="tflm-reference", plan="respect", rounds=1)).model is planned


@pytest.mark.parametrize("asked", [{"layout": False}, {"overlap": False}])
def test_a_plan_in_which_buffers_share_bytes_is_not_kept_where_they_must_not(vww_like, asked):
    planned = optimize(vww_like, Options(target="tflm-reference", rounds=1)).model
    plan = optimize(planned, Options(target="tflm-reference", rounds=1, **asked))
    assert plan.after.head >= plan.after.peak
    assert any("was not asked for" in note for note in plan.notes)


@pytest.fixture
def vww_like():
    return zoo.build("mobilenet-v1")
