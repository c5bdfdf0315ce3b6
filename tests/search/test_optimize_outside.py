"""`optimize` for generated C whose inputs and outputs are outside of the arena: what it gives is what export gives."""

from __future__ import annotations

import json
import pickle
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from arenite import OptionError, Options, check, explore, optimize, zoo
from arenite.backends.target import TFLM, C
from arenite.codegen.spelling import respelled
from arenite.model import Outside
from arenite.operators.rows_outside import comes_once
from arenite.report.commands import ends_words, explore_command, option_words
from arenite.report.fit import check_as_json
from arenite.report.next_steps import after_check, after_explore, after_optimize
from arenite.report.optimize import as_json, outside_line
from arenite.report.page.two_models import two_models
from arenite.report.page.words import commands, facts
from arenite.rewrite.integer_ends import with_integer_ends
from arenite.rewrite.outside import Ends
from arenite.runtimes.example import example
from arenite.runtimes.process import absent
from arenite.runtimes.verification import not_verified
from arenite.search.c_export import exported
from arenite.search.ends import as_held, rows_notes
from arenite.search.inspection import inspect
from arenite.search.optimization import preview
from arenite.search.plan import OutsideEnd
from arenite.search.runnable import refusals
from arenite.tflite.read import read_bytes

QUICK = Options(target="c", split=True, effort="low", rounds=1)
CASES = {
    "classifier, rows": ("classifier", Ends("rows")),
    "classifier, memory": ("classifier", Ends("memory", "memory")),
    "image, rows": ("image", Ends("rows", "rows")),
    "image, rows out": ("image", Ends("arena", "rows")),
    "image, memory out": ("image", Ends("rows", "memory")),
}
MODELS = {
    "classifier": lambda: zoo.build("mobilenet-v1", resolution=24),
    "image": lambda: zoo.build("u-net", depth=1, resolution=12),
}


def options(ends):
    return replace(QUICK, ends=ends)


@pytest.fixture(scope="module")
def plans():
    """Plans of all cases, and of the models with their ends in the arena, each made when it is first asked for."""
    found = {}

    def plan(name, ends):
        if (name, ends) not in found:
            found[name, ends] = optimize(MODELS[name](), options(ends))
        return found[name, ends]

    return plan


@pytest.mark.parametrize("case", CASES)
def test_plans_are_verified_and_smaller(plans, case):
    name, ends = CASES[case]
    plan = plans(name, ends)
    if absent("litert") is None:
        assert plan.verified["litert"] == "identical"
    assert plan.arenas[1].declare_bytes < plan.arenas[0].declare_bytes
    if name == "image":
        assert plan.arenas[1].declare_bytes < plans(name, Ends()).arenas[1].declare_bytes
    count = len(plan.source.main.operators)
    assert {place for place in plan.order if place is not None} == set(range(count))
    for tensor in plan.model.main.inputs:
        assert tensor.outside is not Outside.ROWS or comes_once(plan.model.main, tensor)


@pytest.mark.parametrize("case", CASES)
def test_the_file_exports_as_small_as_was_said(plans, case):
    """A file does not say what is outside, so the same options find it again."""
    name, ends = CASES[case]
    plan = plans(name, ends)
    again = read_bytes(plan.content, name)
    assert not any(tensor.outside for tensor in again.main.tensors)
    program = exported(again, "m", ends=ends, may_move=False).program
    assert program.memory.size <= plan.arenas[1].declare_bytes
    held = {end.name: end.held for end in plan.outside if end.what == "input"}
    assert {port.name: port.held for port in program.inputs if port.outside} == held
    assert exported(again, "m", may_move=False).program.memory.size > program.memory.size


def test_rows_of_uint8(plans):
    """LiteRT runs strips of uint8, TFLM does not; the self-test has TFLM's outputs all the same."""
    plan = optimize(MODELS["image"](), replace(options(Ends("rows", "rows")), io="uint8"))
    (end, _) = plan.outside
    assert end.held < end.rows
    assert plan.after.head <= plans("image", Ends("rows", "rows")).after.head
    if absent("litert") is None:
        assert plan.verified["litert"] == "identical"
    said = [reason for name, reason in plan.verified.items() if name == "tflm"]
    assert all("the plan is for c, TFLM cannot run" in reason for reason in said)
    again = read_bytes(plan.content, "image").with_plan(None)
    if absent("tflm") is None:
        found, expected = example(respelled(again)), example(with_integer_ends(plan.source, "uint8").model)
        assert (found.runtime, found) == ("TFLM", expected)


def test_tflm_gets_no_strips_of_uint8():
    source = with_integer_ends(MODELS["classifier"](), "uint8").model
    model = preview(source, Options(target="tflm-reference", split=True, minimize="head", effort="low"))
    assert refusals(model, "tflm-reference") == ()
    assert len(model.main.operators) > len(source.main.operators)
    cut = [inspect(source, target=target).main.operators[0].cannot_split for target in ("tflm", "c")]
    assert cut == ["converts UINT8, of which TFLM can neither slice nor join rows", None]


def test_a_file_for_rows_is_a_model_as_any_other(plans):
    """Whoever ignores what it was made for gets an arena that TFLM counts, and the same results."""
    plan = plans("classifier", Ends("rows"))
    again = read_bytes(plan.content, "classifier")
    found = inspect(again)
    assert found.head_bytes >= sum(tensor.bytes for tensor in again.main.inputs)
    assert again.target == "c"
    assert C.arena(again).declare_bytes >= sum(tensor.bytes for tensor in again.main.inputs)


def test_what_a_plan_says(plans):
    plan = plans("image", Ends("rows", "memory"))
    rows, memory = plan.outside
    assert (rows.what, rows.where, rows.rows, memory) == (
        "input",
        "rows",
        12,
        OutsideEnd(plan.model.main.outputs[0].name, "output", "memory", 0, 0),
    )
    assert 0 < rows.held < 12
    assert outside_line(rows) == f"Input input comes in rows: at most {rows.held} of 12 are in the arena at a time"
    assert outside_line(memory).endswith("is where each call says, not in the arena")
    values = json.loads(json.dumps(as_json(plan)))
    assert values["outside"] == [
        {"name": "input", "what": "input", "where": "rows", "rows": 12, "held": rows.held},
        {"name": memory.name, "what": "output", "where": "memory", "rows": 0, "held": 0},
    ]
    assert plans("image", Ends()).to_json()["outside"] == []


def test_commands_have_the_same_ends(plans, tmp_path):
    plan = plans("image", Ends("rows", "memory"))
    assert option_words(plan.options, ("ends",)) == ["--stream-input", "--external-output"]
    steps = list(after_optimize(plan, tmp_path / "image.tflite", tmp_path / "small.tflite", {}))
    export = next(step.command for step in steps if " export " in step.command)
    assert shlex.split(export)[-2:] == ["--stream-input", "--external-output"]
    for command in ("explore", "report"):
        (found,) = [step.command for step in steps if f" {command} " in step.command]
        assert "--stream-input --external-output" in found


def test_a_gate_counts_the_rows_that_are_held(plans):
    plan = plans("classifier", Ends("rows"))
    size = plan.arenas[1].declare_bytes
    found = check(plan.content, target="c", arena=size, ends=Ends("rows"))
    assert found.fits
    assert found.before.declare_bytes == size
    assert found.outside == plan.outside
    assert check_as_json("m", found)["outside"] == plan.to_json()["outside"]
    assert not check(plan.content, target="c", arena=size - 1, ends=Ends("rows"), hints=False).fits
    whole = check(plan.content, target="c", arena=size, hints=False)
    assert whole.missing > 0
    assert whole.outside == ()
    with pytest.raises(OptionError, match="tflm has all inputs and outputs in its arena"):
        check(plan.content, arena=size, ends=Ends("rows"), hints=False)


def test_hints_of_a_gate_are_for_the_same_ends():
    found = check(zoo.build("mobilenet-v1", resolution=24), target="c", arena=1000, ends=Ends("rows"))
    assert not found.fits
    assert found.split is not None
    asked = [step.command for step in after_check(found, Path("m.tflite"), {"--target": "c"})]
    assert asked == ["arenite explore m.tflite --target c --stream-input"]
    fits = replace(found, available=found.split.declare_bytes)
    asked = [step.command for step in after_check(fits, Path("m.tflite"), {"--target": "c"})]
    assert asked == ["arenite optimize m.tflite --target c --stream-input"]


def test_a_file_that_was_made_for_rows_is_known_as_one(plans):
    plan = plans("classifier", Ends("rows"))
    again = read_bytes(plan.content, "classifier")
    (note,) = rows_notes(again, C)
    assert note == "input 'input' is read in rows, but counted as a whole here; --stream-input holds less of it"
    assert list(rows_notes(again, TFLM)) == list(rows_notes(plan.model, C)) == list(rows_notes(plan.source, C)) == []
    assert any(note in each for each in inspect(again, target="c").notes)
    verification = not_verified("not asked for")
    assert note in two_models(plan.source, again, C, verification)["notes"]
    shown = two_models(plan.source, as_held(again, C, Ends("rows")), C, verification)
    assert note not in shown["notes"]
    assert shown["outside"] == plan.to_json()["outside"]
    assert shown["after"]["arena"]["declare_bytes"] == plan.arenas[1].declare_bytes
    (line,) = [line for line in facts(shown) if line.startswith("Input")]
    assert line == f"{outside_line(plan.outside[0])}."
    assert list(commands(shown, None))[-1].endswith("--target c --stream-input=input")


def test_points_of_a_frontier_are_for_the_same_ends():
    asked = Options(target="c", effort="low", rounds=1, ends=Ends("rows"), verify=False)
    found = explore(MODELS["classifier"](), asked)
    plan = found.plan(len(found.points) - 1)
    assert plan.outside[0].held < 24
    assert plan.arenas[1].declare_bytes == found.points[-1].arena_bytes, "without what moves"
    step = next(after_explore(found, Path("m.tflite"), {"--target": "c"}, ends_words(asked.ends)))
    assert step.command.startswith("arenite explore m.tflite --target c --stream-input --pick ")
    assert "--stream-input" in explore_command(found.source, asked, 1)


def test_plans_can_be_sent_to_other_processes(plans):
    plan = plans("image", Ends("rows", "rows"))
    model, ends = pickle.loads(pickle.dumps((plan.model, plan.options.ends)))
    assert ends == Ends("rows", "rows")
    assert [tensor.outside for tensor in (*model.main.inputs, *model.main.outputs)] == [Outside.ROWS, Outside.ROWS]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": "tflm"}, "tflm has all inputs and outputs in its arena; outside of it they need the target c"),
        ({"keep_inputs": True}, "that keeps no inputs"),
        ({"overlap": False}, "outside of the arena need a layout with overlap"),
        ({"layout": False}, "outside of the arena need a layout with overlap"),
    ],
)
def test_refusals(changes, words):
    with pytest.raises(OptionError, match=words):
        Options(**{"target": "c", "ends": Ends("rows"), **changes})


def test_models_without_rows_are_refused():
    with pytest.raises(OptionError, match="no output can come or go in rows"):
        optimize(MODELS["classifier"](), options(Ends(outputs="rows")))


def test_a_file_for_rows_that_does_not_fit_is_measured_as_any_other():
    """Its operators have several orders, of which one is best without overlap: that is not tried."""
    options = Options(target="c", split=True, ends=Ends("rows"), effort="low", verify=False)
    plan = optimize(zoo.build("mobilenet-v1", resolution=32), options)
    found = check(plan.model, target="c", arena=16, ends=Ends("rows"))
    assert not found.fits
    assert found.after is not None
