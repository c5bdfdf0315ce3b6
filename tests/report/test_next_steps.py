"""What a report offers to do next: complete commands that work, and no figure that was not found."""

import io
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import floating
from typer.testing import CliRunner

from arenite import Options, optimize, zoo
from arenite.backends.target import find_target
from arenite.cli import app
from arenite.report.next_steps import (
    Step,
    after_bundle,
    after_check,
    after_explore,
    after_export,
    after_fit,
    after_inspect,
    after_optimize,
    can_be_c,
    can_split,
    print_steps,
)
from arenite.report.optimize import proof, proof_in_short
from arenite.search.exploration import explore
from arenite.search.fitting import check, fit
from arenite.tflite.write import write_bytes

MODEL = Path("my net.tflite")


def densenet():
    """A network that strips make smaller, small so that all commands that are offered can be run."""
    return zoo.build("densenet", blocks=2, layers=2)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    MODEL.write_bytes(write_bytes(densenet()))
    return tmp_path


def works(step):
    """Run the commands of a step as a shell would."""
    for command in step.command.split(" && "):
        name, *arguments = shlex.split(command)
        assert name == "arenite"
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        yield result.stdout


def steps_of(**options):
    asked = Options(verify=False, **options)
    plan = optimize(densenet(), asked)
    return plan, list(after_optimize(plan, MODEL, Path("out.tflite"), {}))


def test_strips_are_offered_until_they_were_tried(folder):
    plan, steps = steps_of()
    plan.write("out.tflite")
    assert "--split" in steps[0].command
    assert "not tried" in steps[0].gives
    assert all(list(works(step)) for step in steps)
    _, steps = steps_of(split=True)
    assert steps[0].command == "arenite explore 'my net.tflite'"
    assert not any("optimize 'my net.tflite' --split" in step.command for step in steps)


def test_no_sizes_are_offered_where_strips_give_none(folder):
    plan, steps = steps_of(split=True)
    assert any("arenite explore" in step.command for step in steps)
    unknown = replace(plan.source.main.operators[0], code="CUSTOM", custom_code="MAGIC")
    whole = replace(plan.source, graphs=(replace(plan.source.main, operators=(unknown,)),))
    least = replace(plan, strips=(), lower_bound=plan.after.head)
    assert least.optimal
    for without in (replace(plan, strips=(), source=whole), least):
        steps = list(after_optimize(without, MODEL, Path("out.tflite"), {}))
        assert steps
        assert not any("arenite explore" in step.command for step in steps)


def test_strips_that_were_not_needed_to_fit_are_offered_and_nothing_is_called_optimal(folder):
    plan, _ = steps_of(split=True, arena=1_000_000, target="tflm-reference")
    assert not plan.strips
    for device, target in (
        ({"--target": "reference", "--board": "microbit", "--reserve": "1K"}, "--target reference "),
        ({"--board": "microbit", "--arena": "1M"}, "--target microbit "),
        ({"--arena": "1M"}, ""),
    ):
        steps = after_optimize(plan, MODEL, Path("out.tflite"), device)
        command = f"arenite optimize 'my net.tflite' {target}--split -o 'my net.strips.tflite'"
        assert command in [step.command for step in steps]
    proven = replace(plan, lower_bound=plan.after.head)
    for said in (proof(proven), proof_in_short(proven)):
        assert said.startswith("Fits without strips, so none were looked for")
        assert "optimal" not in said.lower()


def test_nothing_is_offered_that_cannot_work():
    model = densenet()
    assert can_split(model)
    assert can_be_c(model)
    unknown = replace(model.main.operators[0], code="CUSTOM", custom_code="MAGIC")
    alone = replace(model.main, operators=(unknown,))
    assert not can_split(replace(model, graphs=(alone,)))
    assert not can_be_c(replace(model, graphs=(alone,)))
    assert not can_be_c(replace(model, graphs=(model.main, alone)))


def test_integers_are_offered_for_floats_that_the_model_quantizes(folder):
    model = floating(zoo.build("resnet8"))
    MODEL.write_bytes(write_bytes(model))
    plan = optimize(model, Options(verify=False))
    offered = [step for step in after_optimize(plan, MODEL, Path("out.tflite"), {}) if "--io int8" in step.command]
    assert len(offered) == 1
    assert "Input 'input_f' is int8" in "".join(works(offered[0]))
    again = optimize(model, Options(verify=False, io="int8"))
    offered = [step.gives for step in after_optimize(again, MODEL, Path("out.tflite"), {})]
    assert not any("int8" in gives for gives in offered)


def test_a_plan_for_c_is_offered_as_c(folder):
    plan, steps = steps_of(target="c")
    plan.write("out.tflite")
    assert steps[0].command == "arenite export out.tflite --c out_c"
    assert list(works(steps[0]))


def test_a_plan_for_a_board_is_offered_as_a_bundle_that_runs_there(folder):
    device = {"--board": "nucleo-f767zi", "--reserve": "8K"}
    plan = optimize(densenet(), Options(verify=False, target="cortex-m7"))
    plan.write("out.tflite")
    step = next(after_optimize(plan, MODEL, Path("out.tflite"), device))
    assert step.command == "arenite export out.tflite --board nucleo-f767zi --tflm out_tflm"
    assert list(works(step))
    unknown = replace(plan.model.main.operators[0], code="ONE_HOT")
    refused = replace(plan.model, graphs=(replace(plan.model.main, operators=(unknown,)),))
    assert not any(
        "--tflm" in each.command for each in after_optimize(replace(plan, model=refused), MODEL, MODEL, device)
    )


def test_an_export_offers_its_test_and_a_plan(folder):
    model = densenet()
    first, second, third = after_export(model, MODEL, Path("a folder"), [], [], tested=True)
    assert first.command == "make -C 'a folder' test"
    assert "--target c --split" in second.command
    assert list(works(third))
    planned = optimize(model, Options(target="c", verify=False)).model
    assert len(list(after_export(planned, MODEL, Path("a folder"), [], [], tested=False))) == 1


def test_a_bundle_of_a_model_without_a_plan_offers_one(folder):
    model = densenet()
    steps = list(after_bundle(model, MODEL, Path("bundle"), {"--board": "stm32f746g-disco"}))
    assert [step.command.split()[1] for step in steps] == ["optimize", "check"]
    assert all(list(works(step)) for step in steps)
    planned = optimize(model, Options(verify=False)).model
    (step,) = after_bundle(planned, MODEL, Path("bundle"), {})
    assert list(works(step))


def test_a_check_offers_what_fits(folder):
    model, target = densenet(), find_target("tflm-reference")
    before = target.arena(model).declare_bytes
    device = {"--target": "reference", "--arena": str(before - 16)}
    (step,) = after_check(check(model, target=target, arena=before - 16), MODEL, device)
    assert step.gives.startswith("fits, with the least work that is found; ")
    (printed,) = works(step)
    assert "Declare an arena of" in printed
    steps = list(after_check(check(model, target=target, arena=1000), MODEL, {"--board": "x", "--reserve": "1K"}))
    assert steps[0].command == "arenite explore 'my net.tflite' --board x"
    assert steps[0].gives == "sizes that can be had for more work", "others can be had with `optimize --split`"
    assert steps[1].command == "arenite fit 'my net.tflite' --reserve 1K"
    assert not list(after_check(check(model, target=target, arena=before), MODEL, device))


def test_boards_that_hold_a_model_once_it_is_optimized(folder):
    fits = fit(densenet(), reserve=8192)
    gained = [each for each in fits if each.fits_after and not each.fits]
    steps = list(after_fit(fits, MODEL, {"--reserve": "8K"}))
    assert len(steps) == 2
    assert f"--board {min(gained, key=lambda each: each.available).board.name} --reserve 8K" in steps[0].command
    assert list(works(steps[0]))


def test_points_are_offered_with_their_figures(folder):
    model = zoo.build("resnet8")
    MODEL.write_bytes(write_bytes(model))
    found = explore(model, Options(split=True, verify=False, max_extra_macs=1.0))
    steps = list(after_explore(found, MODEL, {}))
    least = min(found.points, key=lambda point: point.arena_bytes)
    assert steps[0].gives.startswith(f"{least.arena_bytes:,} bytes of arena, ")
    assert all(list(works(step)) for step in steps)


def test_after_a_look(folder):
    assert all(list(works(step)) for step in after_inspect(MODEL, {"--target": "m4"}))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash, which takes the word")
@pytest.mark.parametrize("name", ["a\nb.tflite", "it's\n\\n.tflite", "\u202e a.tflite", "plain net.tflite"])
def test_a_name_with_line_ends_stays_in_its_line(name):
    (look, *_) = after_inspect(Path(name), {})
    assert look.command.isprintable()
    words = look.command.partition(" optimize ")[2]
    done = subprocess.run(["bash", "-c", f"printf %s {words}"], capture_output=True, text=True, check=True)
    assert done.stdout == name


def test_steps_are_lines_to_paste():
    stream = io.StringIO()
    print_steps([Step(("arenite", "fit", "'a b.tflite'"), "which boards hold it")] * 5, stream)
    assert stream.getvalue() == "Next:\n" + "  arenite fit 'a b.tflite'  # which boards hold it\n" * 3
    print_steps([], stream)
    assert stream.getvalue().count("Next:") == 1
