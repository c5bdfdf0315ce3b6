import io
from dataclasses import replace
from pathlib import Path

import pytest
from report_samples import planned

from arenite import zoo
from arenite.backends.target import TFLM, find_target
from arenite.report.optimize import as_json, change, measured, moved, print_details, print_plan, proof, sentence
from arenite.search.plan import Cost, Exported, Plan, Strips


def three(model):
    """The model with its only operator three times."""
    graph = model.main
    return replace(model, graphs=(replace(graph, operators=graph.operators * 3),))


SOURCE, RESULT = three(planned()), three(planned())
PLAN = Plan(
    source=SOURCE,
    model=RESULT,
    content=b"",
    before=Cost(55_296, 73_728, 103_680),
    after=Cost(55_296, 55_296, 85_248),
    lower_bound=55_296,
    order=(1, 0, 2),
    verified={"litert": "unavailable: ValueError: it\nrefuses [this]", "tflm": "identical"},
    seconds=1.234,
    arenas=(TFLM.arena(SOURCE), TFLM.arena(RESULT)),
    notes=("a note",),
)


def text(plan, monkeypatch, printed=print_details):
    monkeypatch.setenv("COLUMNS", "80")
    stream = io.StringIO()
    printed(plan, Path("out.tflite"), stream)
    return stream.getvalue()


def test_text(monkeypatch, snapshot):
    assert text(PLAN, monkeypatch) == snapshot


def test_the_name_of_the_file_stays_in_its_line():
    stream = io.StringIO()
    print_plan(PLAN, Path("out\nput.tflite"), stream)
    assert "Wrote out\\nput.tflite (" in stream.getvalue()


def test_the_first_screen(monkeypatch, snapshot):
    assert text(PLAN, monkeypatch, print_plan) == snapshot


def test_the_first_screen_has_no_words_that_have_to_be_learned(monkeypatch):
    shown = text(replace(PLAN, shared_pairs=3), monkeypatch, print_plan).lower()
    assert not [word for word in ("head", "tail", "peak", "working set", "bystander", "pairs") if word in shown]
    assert "head" in text(PLAN, monkeypatch).lower()


def test_the_first_sentence_says_what_to_declare():
    smaller = replace(PLAN.arenas[1], declare_bytes=500)
    saved = replace(PLAN, arenas=(PLAN.arenas[0], smaller))
    assert sentence(PLAN) == "Declare an arena of 736 bytes, as before: planned for target tflm"
    assert sentence(saved) == "Declare an arena of 500 bytes instead of 736: planned for target tflm"
    unknown = replace(saved, arenas=(PLAN.arenas[0], replace(smaller, unknown=("MAGIC",))))
    assert sentence(unknown).startswith("Declare an arena of at least 500 bytes")
    for_c = replace(saved, target=find_target("c"), model=zoo.build("paper"))
    assert sentence(for_c) == "The C has an arena of 500 bytes instead of 736: planned for target c"


def test_the_first_sentence_says_what_cannot_be_run():
    model = PLAN.model
    operator = replace(model.main.operators[0], code="CUSTOM", custom_code="FlexTensorListReserve")
    flex = replace(model, graphs=(replace(model.main, operators=(operator,)),))
    assert sentence(replace(PLAN, model=flex)) == (
        "tflm cannot run planned; its tensors need an arena of 736 bytes, as before"
    )


def test_json_adds_the_arenas_and_keeps_all_else():
    values, plain = as_json(PLAN), PLAN.to_json()
    arena = values.pop("arena")
    assert arena["total_bytes"] == arena["head_bytes"] + arena["tail_bytes"]
    assert values["target"] == "tflm"
    assert [values[side].pop("arena")["declare_bytes"] for side in ("before", "after")] == [arena["declare_bytes"]] * 2
    command, memory = values.pop("command"), values.pop("memory")
    assert command == "arenite optimize planned -o OUT"
    assert [memory[side]["head_bytes"] for side in ("before", "after")] == [32, 32]
    assert memory["after"]["buffers"][0]["address"] == 16
    assert values == plain


def test_a_gap_is_not_called_optimal(monkeypatch, snapshot):
    assert text(replace(PLAN, lower_bound=50_000), monkeypatch) == snapshot


def test_nothing_to_gain(monkeypatch):
    report = text(replace(PLAN, model=SOURCE, after=PLAN.before, lower_bound=PLAN.before.head), monkeypatch)
    assert "Wrote out.tflite (as it was; 1.2 s)" in report
    assert ", as before" in report
    assert report.count("same") == 4


def test_what_tflm_took_is_shown_only_where_both_were_measured():
    assert [name for name, *_ in measured(PLAN)] == ["TFLM here"]
    assert not list(measured(replace(PLAN, before=Cost(1, 2))))


@pytest.mark.parametrize("target", ["tflm-esp-nn/esp32s3", "tflm-cmsis-nn/cortex-m4", "c"])
def test_what_tflm_took_here_is_not_shown_for_targets_with_other_kernels(target):
    assert not list(measured(replace(PLAN, target=find_target(target))))
    assert list(measured(replace(PLAN, target=find_target("tflm-reference"))))


def test_the_arena_of_generated_c_is_that_of_the_export(monkeypatch):
    plan = replace(PLAN, target=find_target("c"), exported=Exported(12_336, 64))
    report = text(plan, monkeypatch)
    (arena,) = (line for line in report.splitlines() if line.startswith("Arena"))
    assert arena.split()[2] == "12,336"
    assert as_json(plan)["exported"] == {"arena_bytes": 12_336, "moved_bytes": 64}
    assert "the plan in the file takes 20,480" in plan.exported.sentence(20_480)


def test_proofs():
    assert proof(PLAN).startswith("Optimal")
    assert "not proven" in proof(replace(PLAN, lower_bound=1))
    assert "Nothing was searched" in proof(replace(PLAN, lower_bound=0))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(200, 150, "-25.0 %"), (100, 110, "+10.0 %"), (0, 0, "same"), (0, 16, "+16"), (7, 7, "same")],
)
def test_changes(before, after, expected):
    assert change(before, after) == expected


def test_what_became_of_the_operators():
    assert moved(PLAN) == "2 of 3 operators moved"
    assert moved(replace(PLAN, order=(0, 2))) == "3 operators became 2; 0 moved"
    assert moved(replace(PLAN, order=(2, 0))) == "3 operators became 2; 2 moved"
    strips = (Strips((0,), (0, 1, 2), "recompute", 0),)
    assert moved(replace(PLAN, order=(0, None, 1, 2), strips=strips)) == "3 operators became 4"
