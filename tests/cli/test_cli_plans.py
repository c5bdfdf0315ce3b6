"""What the commands say of a file whose memory plan is for other kernels than those asked for."""

import json

import pytest
from refusals import refused
from typer.testing import CliRunner

from arenite import zoo
from arenite.backends.tflm.head import memory_plan, planned_offsets
from arenite.cli import app
from arenite.runtimes import process
from arenite.search.optimization import Options, optimize
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

CORTEX_M4 = "tflm-cmsis-nn/cortex-m4"
ONLY = "valid with reference, esp-nn kernels only"
needs_runtime = pytest.mark.skipif(process.absent("litert") is not None, reason="no runtime is installed")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """A model with a plan that only the reference kernels (and ESP-NN's) are right with."""
    path = tmp_path_factory.mktemp("plans") / "reference.tflite"
    optimize(zoo.build("mobilenet-v1"), Options(rounds=1, target="tflm-reference")).write(path)
    return path


@pytest.fixture
def foreign(tmp_path):
    """A plan from elsewhere, with everything at the same place."""
    model = zoo.build("paper")
    path = tmp_path / "foreign.tflite"
    offsets = {tensor: 0 for tensor in model.main.tensors if not tensor.constant}
    path.write_bytes(write_bytes(model.with_plan(memory_plan(model, offsets))))
    return path


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200"})


def values(*arguments):
    return json.loads(run(*arguments, "--json").stdout)


def test_inspect(reference):
    text = run("inspect", reference, "--target", CORTEX_M4).stdout
    assert "made for target tflm-reference" in text
    assert f"{ONLY}: target {CORTEX_M4} computes wrong results with it" in text
    assert "Warning" not in run("inspect", reference, "--target", "tflm-reference").stdout
    plan = values("inspect", reference)["plan"]
    assert plan["made_for"] == "tflm-reference"
    assert plan["valid_with"] == ["reference", "esp-nn"]
    assert plan["shared_pairs"] > 0


def test_inspect_of_a_plan_from_elsewhere(foreign):
    text = run("inspect", foreign).stdout
    assert "does not tell for which target" in text
    assert "valid with no kernels known" in text
    assert values("inspect", foreign)["plan"]["valid_with"] == []


def test_check(reference, foreign):
    result = run("check", reference, "--arena", "1M", "--target", CORTEX_M4)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert ONLY in line
    assert f"optimize the model for target {CORTEX_M4}" in line
    assert "would make a valid plan" in result.stdout
    found = values("check", reference, "--arena", "1M")
    assert (found["fits"], found["valid"], found["missing_bytes"]) == (False, False, 0)
    assert found["optimized"]["fits"]
    assert values("check", reference, "--arena", "1M", "--target", "tflm-reference")["fits"]
    assert run("check", foreign, "--arena", "1M", "--target", "tflm-reference").exit_code == 1


def test_fit(reference):
    boards = values("fit", reference)["boards"]
    assert {board["target"] for board in boards if board["valid"]} == {"tflm-esp-nn/esp32", "tflm-esp-nn/esp32s3"}
    assert not any(board["fits"] for board in boards if not board["valid"])
    text = run("fit", reference).stdout
    assert "plan not valid" in text
    assert text.count("Warning") == 1


@needs_runtime
def test_verify(reference, tmp_path):
    source = tmp_path / "source.tflite"
    source.write_bytes(write_bytes(zoo.build("mobilenet-v1")))
    result = run("verify", source, reference, "--rounds", "1")
    assert result.exit_code == 0
    assert f"{ONLY}; other kernels compute wrong results" in result.stdout
    assert values("verify", source, reference, "--rounds", "1")["plan"]["made_for"] == "tflm-reference"
    assert values("verify", reference, source, "--rounds", "1")["plan"] is None


@pytest.fixture
def shifted(reference, tmp_path):
    """A plan with every address one byte too high: outputs stay equal where the runtime forgives it."""
    model, path = read_model(reference), tmp_path / "shifted.tflite"
    offsets = {tensor: offset + 1 for tensor, offset in planned_offsets(model, model.plan).items()}
    path.write_bytes(write_bytes(model.with_plan(memory_plan(model, offsets))))
    return path


@needs_runtime
def test_equal_outputs_do_not_prove_a_plan(reference, shifted):
    result = run("verify", reference, shifted, "--rounds", "1")
    assert "different" not in result.stdout
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "the memory plan is not valid with any kernels known" in line
    assert run("verify", shifted, "--rounds", "1").exit_code == 0


@pytest.mark.parametrize("kernels", ["tflm", "tflm-reference", "c"])
def test_no_page_of_a_plan_that_is_wrong(kernels, reference, shifted, tmp_path):
    page = tmp_path / "page.html"
    line = refused(run("report", reference, shifted, "-o", page, "--target", kernels, "--no-verify"))
    assert f"is not valid with any kernels known: target {kernels} computes wrong results" in line
    assert not page.exists()


def test_a_page_is_for_the_kernels_of_the_plan(reference, tmp_path):
    page = tmp_path / "page.html"
    asked = ("report", reference, reference, "-o", page, "--no-verify")
    assert f"{ONLY}: target tflm computes wrong results" in refused(run(*asked))
    assert run(*asked, "--target", "tflm-reference").exit_code == 0


@needs_runtime
def test_optimize_again_for_any_kernels(reference, tmp_path):
    out = tmp_path / "any.tflite"
    result = run("optimize", reference, "-o", out, "--rounds", "1")
    assert result.exit_code == 0
    assert "made for tflm-reference, is not right for tflm" in result.stdout
    assert read_model(out).target in (None, "tflm")
    assert run("check", out, "--arena", "1M").exit_code == 0
