"""`arenite export --tflm`."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from arenite.cli import app
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.tflite.write import write_bytes
from arenite.zoo import build


def export(*arguments):
    return CliRunner().invoke(app, ["export", *map(str, arguments)])


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "my net.v2.tflite"
    path.write_bytes(write_bytes(build("paper")))
    return path


def test_files_are_called_after_the_model(model, tmp_path):
    result = export(model, "--tflm", tmp_path / "out", "--target", "tflm-cmsis-nn/cortex-m4")
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    ends = (".cpp", ".h", "_arena.h", "_model.cpp", "_model.h", "_resolver.h", "_test.cpp")
    assert names == {"CMakeLists.txt", *(f"my_net_v2{end}" for end in ends)}
    assert "target tflm-cmsis-nn/cortex-m4" in (tmp_path / "out" / "my_net_v2_arena.h").read_text()
    assert "8 files; test it with its CMakeLists.txt and ctest" in result.output


def test_a_name_that_is_given(model, tmp_path):
    assert export(model, "--tflm", tmp_path / "out", "--name", "net").exit_code == 0
    assert (tmp_path / "out" / "net.cpp").exists()
    refused = export(model, "--tflm", tmp_path / "other", "--name", "not a name")
    assert refused.exit_code == 2
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--tflm", "--no-moves"),
        ("--tflm", "--target", "c"),
        ("--c", "--target", "nonsense"),
        ("--c", "--target", "tflm-reference"),
        ("--c", "--target", "c-cmsis-nn/cortex-m4"),
        ("--c", "--cmsis-nn", "cortex-m4", "--target", "c"),
    ],
)
def test_options_that_say_something_else_than_what_is_written(model, tmp_path, options):
    refused = export(model, options[0], tmp_path / "out", *options[1:])
    assert refused.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_the_target_that_the_c_is_for_anyway(model, tmp_path):
    assert export(model, "--c", tmp_path / "own", "--target", "c").exit_code == 0
    core = "cortex-m4"
    assert export(model, "--c", tmp_path / "m4", "--cmsis-nn", core, "--target", f"c-cmsis-nn/{core}").exit_code == 0


def test_other_files_are_not_overwritten(model, tmp_path):
    (tmp_path / "my_net_v2.cpp").write_text("mine")
    refused = export(model, "--tflm", tmp_path)
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert not (tmp_path / "my_net_v2_model.cpp").exists()
    assert export(model, "--tflm", tmp_path, "--force").exit_code == 0


def test_an_operator_that_tflm_lacks(tmp_path):
    tensors = tuple(Tensor(name, (4,), ElementType.FLOAT32) for name in ("x", "y"))
    operator = Operator("ATAN2", (tensors[0], tensors[0]), tensors[1:])
    graph = Graph("main", tensors, tensors[:1], tensors[1:], (operator,))
    path = tmp_path / "model.tflite"
    path.write_bytes(write_bytes(Model("model", (graph,))))
    refused = export(path, "--tflm", tmp_path / "out")
    assert refused.exit_code == 2
    assert "TFLM has no kernel for ATAN2" in refused.stderr
    assert not (tmp_path / "out").exists()
