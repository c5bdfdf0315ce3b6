"""The main job end to end, on models of the zoo and on real ones."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import hand_made
import numpy as np
import pytest

import arenite
from arenite import zoo
from arenite.backends.tflm.head import head_plan, layout_problem, planned_head
from arenite.checkers.order import check_certificate
from arenite.errors import FitError, OptionError, OutputError, VerificationError
from arenite.formulate.order import ordering_problem
from arenite.model import MemoryPlan, Operator
from arenite.operators.liveness import lifetimes
from arenite.operators.peak import peak_memory
from arenite.problems.placement import Layout
from arenite.report import optimize as report
from arenite.runtimes import process
from arenite.runtimes.run import Memory, Run
from arenite.runtimes.verification import Verdict, Verification, not_verified
from arenite.search.optimization import Options, least_peak_memory, optimize
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

SMALL = {
    "paper": {},
    "mobilenet-v1": {"resolution": 32},
    "swiftnet-cell": {"resolution": 32},
    "random-wired": {"nodes": 8},
    "nasnet-a": {"cells": 1},
    "darts": {"cells": 3},
    "densenet": {"blocks": 2},
    "u-net": {"resolution": 32},
    "inception": {"modules": 2},
}
QUICK = Options(rounds=2, overlap=False)
"""Without overlap, since the figures here are peaks."""


def _is_read(graph, operator) -> bool:
    """Whether anybody reads a result of an operator: those that are pruned have none that is read."""
    read = {*graph.outputs, *(tensor for each in graph.operators for tensor in each.inputs)}
    return any(tensor in read for tensor in operator.outputs)


def assert_sound(plan: arenite.Plan) -> None:
    """What must hold of every plan, whatever the model."""
    assert len(set(plan.order)) == len(plan.order) == len(plan.model.main.operators)
    gone = set(range(len(plan.source.main.operators))).difference(plan.order)
    assert all(not _is_read(plan.model.main, plan.source.main.operators[position]) for position in gone)
    assert plan.after.head <= plan.before.head or plan.notes
    assert plan.lower_bound <= plan.after.head
    assert planned_head(plan.model) == plan.after.head
    assert plan.optimal == (plan.after.head == plan.lower_bound)
    for proof in plan.proofs:
        assert check_certificate(proof.problem, proof.schedule.certificate) >= proof.schedule.lower_bound


@pytest.mark.parametrize("family", SMALL)
def test_zoo_models_become_optimal_and_stay_identical(family):
    model = zoo.build(family, **SMALL[family])
    plan = optimize(model, QUICK)
    assert_sound(plan)
    assert plan.optimal
    assert plan.verified["litert"] == "identical"
    assert plan.verified["tflm"] == "identical"


def test_the_papers_example():
    plan = optimize(zoo.build("paper"), QUICK)
    assert (plan.before.peak, plan.after.peak, plan.after.head, plan.lower_bound) == (5216, 4960, 4960, 4960)
    assert plan.order == (0, 3, 5, 1, 2, 4, 6)
    assert plan.after.arena < plan.before.arena


def test_a_model_that_gains_nothing_comes_back_byte_for_byte():
    content = write_bytes(zoo.build("chain", length=3))
    model = arenite.tflite.read.read_bytes(content, "chain.tflite")
    plan = optimize(model, QUICK)
    assert not plan.changed
    assert plan.content == content
    assert plan.order == tuple(range(len(model.main.operators)))


def test_layout_alone_and_order_alone():
    model = zoo.build("swiftnet-cell", resolution=32)
    both = optimize(model, QUICK)
    layout_only = optimize(model, replace(QUICK, reorder=False))
    order_only = optimize(model, replace(QUICK, layout=False))
    assert layout_only.order == tuple(range(len(model.main.operators)))
    assert layout_only.after.peak == layout_only.before.peak
    assert order_only.model.plan is None
    assert both.after.head <= layout_only.after.head <= both.before.head
    assert both.after.head <= order_only.after.head <= both.before.head


def test_kept_inputs_are_out_of_the_way_to_the_end():
    model = zoo.build("u-net", resolution=32)
    plan = optimize(model, replace(QUICK, keep_inputs=True))
    outcome = head_plan(plan.model)
    (number,) = (i for i, entry in enumerate(lifetimes(plan.model).planned) if entry.tensor in model.main.inputs)
    buffers = layout_problem(plan.model)[0].buffers
    begin, end = outcome.offsets[number], outcome.offsets[number] + buffers[number].size
    for other, (buffer, offset) in enumerate(zip(buffers, outcome.offsets, strict=True)):
        assert other == number or offset >= end or offset + buffer.size <= begin
    with pytest.raises(OptionError, match="keep inputs"):
        Options(keep_inputs=True, layout=False)


def test_an_offline_plan_is_replaced_or_respected():
    model = zoo.build("paper")
    apart, top = [], 0
    for tensor in model.main.tensors:
        apart.append(None if tensor.constant else top)
        top += 0 if tensor.constant else -(-tensor.bytes // 16) * 16
    planned = model.with_plan(MemoryPlan((tuple(apart),)))
    assert planned_head(planned) == top
    respected = optimize(planned, replace(QUICK, plan="respect"))
    assert not respected.changed
    assert respected.after.head == top
    assert "respected" in respected.notes[0]
    assert optimize(planned, QUICK).after.head == 4960


def test_vela_output_is_left_as_it_is():
    model = replace(zoo.build("paper"), description="Vela Optimized")
    plan = optimize(model, QUICK)
    assert not plan.changed
    assert "Vela" in plan.notes[0]


def test_operators_filed_out_of_order_are_put_in_order():
    model = zoo.build("paper")
    graph = replace(model.main, operators=model.main.operators[::-1])
    plan = optimize(replace(model, graphs=(graph,)), QUICK)
    assert plan.after.head == 4960
    assert "out of order" in plan.notes[0]
    assert plan.verified["tflm"].startswith("unavailable")
    untouched = optimize(replace(model, graphs=(graph,)), replace(QUICK, reorder=False))
    assert not untouched.changed


def test_control_dependencies_of_the_file_are_kept():
    """The best order of the paper's example runs operator 3 before operator 1; this file forbids it."""
    model = zoo.build("paper")
    edges = ((model.main.operators[1], model.main.operators[3]),)
    plan = optimize(replace(model, graphs=(replace(model.main, control_edges=edges),)), QUICK)
    assert plan.order.index(1) < plan.order.index(3)
    assert plan.after.head > 4960


def test_without_time_there_is_still_an_honest_plan():
    plan = optimize(zoo.build("nasnet-a"), replace(QUICK, time_limit=0))
    assert_sound(plan)
    assert 0 <= plan.gap < 1


def test_a_layout_that_is_wrong_is_not_written(monkeypatch, tmp_path):
    """The solver claims that everything fits at offset 0; the checker must not let it pass."""

    def wrong(problem, **_):
        height = max(buffer.size for buffer in problem.buffers)
        return Layout((0,) * len(problem.buffers), height, height)

    monkeypatch.setattr("arenite.search.layout_policy.solve_placement", wrong)
    with pytest.raises(VerificationError, match="clash"):
        optimize(zoo.build("paper"), QUICK)


def test_a_wrong_plan_that_no_checker_sees_is_caught_by_the_runtime(monkeypatch):
    """Both checks of the layout are blinded: the runtime still tells the result from its source."""

    def wrong(problem, **_):
        height = max(buffer.size for buffer in problem.buffers)
        return Layout((0,) * len(problem.buffers), height, height)

    monkeypatch.setattr("arenite.search.layout_policy.solve_placement", wrong)
    monkeypatch.setattr("arenite.search.layout_policy.check_placement", lambda *_: None)
    monkeypatch.setattr("arenite.checkers.validity.check_placement", lambda *_: None)
    with pytest.raises(VerificationError, match="not the same as its source"):
        optimize(zoo.build("paper"), QUICK)


def test_a_plan_that_was_not_verified_is_verified_before_it_is_written(tmp_path):
    found = optimize(zoo.build("paper"), replace(QUICK, verify=False))
    other = zoo.build("paper", seed=1)
    plan = replace(found, model=other, content=write_bytes(other))
    path = tmp_path / "out.tflite"
    with pytest.raises(VerificationError, match="not the same as its source"):
        plan.write(path)
    assert not list(tmp_path.iterdir())
    plan.write(path, verify=False)
    assert path.read_bytes() == plan.content


def test_a_plan_is_compared_once(monkeypatch, tmp_path):
    compared = []
    monkeypatch.setattr("arenite.search.comparison.verify", lambda *_, **__: compared.append(1) or not_verified("no"))
    for verify in (True, False):
        plan = optimize(zoo.build("paper"), replace(QUICK, verify=verify))
        plan.write(tmp_path / f"{verify}.tflite")
        assert len(compared) == 1
        assert set(plan.verified.values()) == {"unavailable: no"}, "the plan says what came out"
        compared.clear()


def test_the_source_is_never_written(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    before = path.read_bytes()
    plan = optimize(read_model(path), QUICK)
    with pytest.raises(OutputError, match="source"):
        plan.write(path, force=True)
    with pytest.raises(OutputError, match="source"):
        plan.write(tmp_path / "." / "model.tflite")
    assert path.read_bytes() == before
    out = tmp_path / "out.tflite"
    plan.write(out)
    assert planned_head(read_model(out)) == 4960
    with pytest.raises(OutputError, match="force"):
        plan.write(out)
    plan.write(out, force=True)


def test_same_input_same_bytes():
    model = zoo.build("darts", cells=3)
    assert optimize(model, QUICK).content == optimize(model, QUICK).content


def test_least_peak_memory():
    model = zoo.build("paper")
    assert (peak_memory(model), least_peak_memory(model)) == (5216, 4960)


def test_json_has_the_documented_keys():
    values = optimize(zoo.build("paper"), QUICK).to_json()
    assert {"before", "after", "lower_bound_bytes", "optimal", "gap", "order", "verified", "seconds"} <= values.keys()
    before = values["before"]
    assert before == {"peak_bytes": 5216, "head_bytes": 5216, "macs": 656_384, "arena_bytes": before["arena_bytes"]}


def _shared_rows():
    index = Path(__file__).resolve().parents[3] / "shared" / "models" / "index.csv"
    return list(csv.DictReader(index.open())) if index.is_file() else []


FILED_OUT_OF_ORDER = "gen_x_ops_reversed.tflite"
"""Its recorded peaks are those of the order that TFLM runs wrongly."""


@pytest.mark.parametrize("row", _shared_rows(), ids=lambda row: row["file"])
def test_shared_models_reach_the_best_known_peak(shared, row):
    plan = optimize(read_model(shared / "models" / row["file"]), replace(QUICK, rounds=1))
    assert_sound(plan)
    assert plan.optimal
    assert plan.before.peak == int(row["peak_in_file_order"])
    if row["file"] != FILED_OUT_OF_ORDER:
        assert plan.after.peak <= int(row["best_peak_known"])
        if row["best_peak_proven"] == "yes":
            assert min(plan.after.peak, plan.lower_bound) <= int(row["best_peak_known"])
    if row["stock_tflm_head_x86_64"]:
        assert plan.before.head == int(row["stock_tflm_head_x86_64"])
    for runtime in ("litert", "tflm"):
        assert plan.verified[runtime] != "different"
    if row["runs_in_tflm"] == "y" and row["file"] != FILED_OUT_OF_ORDER:
        assert plan.verified["tflm"] == "identical"


def test_a_plan_that_lets_tensors_clash_is_not_respected():
    model = zoo.build("paper")
    clashing = model.with_plan(MemoryPlan((tuple(None if tensor.constant else 0 for tensor in model.main.tensors),)))
    assert planned_head(clashing) < 4960
    with pytest.raises(VerificationError, match="wrong results"):
        optimize(clashing, replace(QUICK, plan="respect"))


def test_a_runtime_that_reports_another_head_than_planned_is_an_error(monkeypatch):
    model = zoo.build("paper")
    head = planned_head(optimize(model, QUICK).model)

    def recording(reported):
        outputs = ((np.zeros(1, np.int8),),)
        monkeypatch.setattr(process, "absent", lambda _: None)
        ran = Run(outputs, Memory(reported, 100))
        monkeypatch.setattr(process, "run_in_turn", lambda asked: {each: [ran] * len(asked[each]) for each in asked})

    recording(head)
    assert optimize(model, QUICK).verified["tflm"] == "identical"
    recording(head + 16)
    with pytest.raises(VerificationError, match=f"recorded a head of {head + 16:,} bytes where {head:,} were planned"):
        optimize(model, QUICK)


def test_inputs_that_cannot_be_kept_are_an_error_not_a_silence():
    model = zoo.build("paper")
    planned = optimize(model, QUICK).model
    with pytest.raises(OptionError, match="cannot be kept"):
        optimize(planned, replace(QUICK, keep_inputs=True, plan="respect"))
    with pytest.raises(OptionError, match="Vela"):
        optimize(replace(model, description="Vela Optimized"), replace(QUICK, keep_inputs=True))


def test_keeping_inputs_twice_changes_nothing_the_second_time():
    once = optimize(zoo.build("u-net", resolution=32), replace(QUICK, keep_inputs=True))
    again = optimize(arenite.tflite.read.read_bytes(once.content, "again"), replace(QUICK, keep_inputs=True))
    assert not again.changed


def test_nothing_is_proven_where_nothing_was_searched():
    model = zoo.build("paper")
    graph = replace(model.main, operators=model.main.operators[::-1])
    plan = optimize(replace(model, graphs=(graph,)), replace(QUICK, reorder=False))
    assert not plan.optimal


def test_scratch_buffers_of_one_operator_are_charged_one_by_one():
    problem, tensors = ordering_problem(zoo.build("random-wired", nodes=8), scratch=lambda _: (100, 20))
    scratch = problem.tensors[len(tensors) :]
    assert [each.size for each in scratch[:2]] == [112, 32]
    assert scratch[0].producer == scratch[1].producer == 0


def test_absurd_options_are_refused():
    for options in ({"rounds": 10**9}, {"rounds": 0}, {"time_limit": "5"}, {"time_limit": float("nan")}):
        with pytest.raises(OptionError):
            Options(**options)


def _with_unknown_scratch():
    x, a, y = (hand_made.tensor(name, 64) for name in "xay")
    own = Operator("CUSTOM", (a,), (y,), custom_code="Own")
    return hand_made.model(hand_made.graph([x], [y], [hand_made.add(x, x, a), own]))


def test_nothing_is_optimal_where_scratch_is_not_known():
    plan = optimize(_with_unknown_scratch(), QUICK)
    assert plan.unknown_scratch == ("Own",)
    assert plan.after.head == plan.lower_bound
    assert not plan.optimal
    assert plan.to_json()["optimal"] is False
    assert plan.to_json()["unknown_scratch"] == ["Own"]
    assert "Optimal" not in report.proof(plan)
    with pytest.raises(FitError, match=r"cannot say whether an arena of 100,000 bytes can be reached.*: Own; nothing"):
        optimize(_with_unknown_scratch(), replace(QUICK, overlap=True, split=True, arena=100_000))


@pytest.mark.parametrize("recorded", [512, 4096])
def test_another_head_that_tflm_recorded_is_said(monkeypatch, recorded):
    measured = Verification((Verdict("tflm", "identical", memory=(None, Memory(recorded, 900))),))
    asked = []

    def verify(*_, expected_head, **__):
        asked.append(expected_head)
        return measured

    monkeypatch.setattr("arenite.search.comparison.verify", verify)
    plan = optimize(_with_unknown_scratch(), QUICK)
    assert asked == [None], "no head is expected that nobody knows"
    said = [note for note in plan.notes if "TFLM recorded" in note]
    expected = f"TFLM recorded a head of {recorded:,} bytes here, 512 were planned: "
    assert said == ([] if recorded == 512 else [f"{expected}it has operators whose scratch is not known: Own"])
