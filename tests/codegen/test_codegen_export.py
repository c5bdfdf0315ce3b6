"""Files, names, errors and the command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest

import arenite
from arenite.codegen import write_files
from arenite.codegen.names import checked, identifier
from arenite.codegen.operators.binary import broadcast
from arenite.codegen.prepare import executable
from arenite.codegen.text.lines import comment
from arenite.errors import OptionError, OutputError, UnsupportedError
from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor
from arenite.runtimes.run import Failure
from arenite.search.c_export import export_c

from .harness import arena_size, compiler, sources
from .operators_at_random import INT16, Maker


@pytest.fixture(scope="module")
def exported():
    return export_c(arenite.zoo.build("mobilenet-v1", resolution=32), "mobile")


def test_the_same_model_gives_the_same_bytes(exported):
    assert export_c(arenite.zoo.build("mobilenet-v1", resolution=32), "mobile") == exported


def test_only_the_kernels_in_use_are_exported(exported):
    kernels = {name for name in exported if name.startswith("arenite_") and name.endswith(".c")}
    wanted = {"average_pool_s8", "conv_s8", "copy", "depthwise_s8", "fully_connected_s8", "move", "softmax_s8"}
    wanted.add("inverted_bottleneck_rows_s8")
    assert kernels == {f"arenite_{kernel}.c" for kernel in wanted}


BUILDS = {
    "make": [["make", "-s", "test"]],
    "cmake": [
        ["cmake", "-S", ".", "-B", "build"],
        ["cmake", "--build", "build"],
        ["ctest", "--test-dir", "build", "-V"],
    ],
}


def built(build, folder):
    """What the last command of a build says; the test is what it runs."""
    compiler(build)
    return [subprocess.run(each, cwd=folder, capture_output=True, text=True, check=False) for each in BUILDS[build]][-1]


@pytest.mark.parametrize("build", BUILDS)
def test_the_self_test_passes_and_can_fail(build, exported, tmp_path):
    if "mobile_test.c" not in exported:
        pytest.skip("no runtime is installed that could have run the model")
    write_files(exported, tmp_path)
    passed = built(build, tmp_path)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert re.search(r"^(?:1: )?mobile: 1 of 1 outputs agree with those of \w+", passed.stdout, re.MULTILINE)
    assert build == "cmake" or passed.stdout.count("\n") == 1
    source = (tmp_path / "arenite_conv_s8.c").read_text()
    (tmp_path / "arenite_conv_s8.c").write_text(source.replace("arenite_plus(scaled,", "arenite_plus(scaled + 1,"))
    failed = built(build, tmp_path)
    assert failed.returncode != 0
    assert "mobile: 1 of 1 outputs differ from those of " in failed.stdout


@pytest.mark.parametrize("build", BUILDS)
def test_without_a_self_test_no_test_passes(build, tmp_path, monkeypatch):
    """Whatever a reason contains, it is printed: no shell, Make or CMake runs any of it."""
    reason = "LiteRT: 'x' $(shell touch $$a) `touch b` \"; touch c # ${d}"
    monkeypatch.setattr("arenite.search.c_export.example", lambda model: Failure(reason))
    write_files(export_c(arenite.zoo.build("paper"), "paper"), tmp_path)
    files = set(tmp_path.iterdir())
    done = built(build, tmp_path)
    assert done.returncode != 0
    said = "paper: there is no self-test. LiteRT: x (shell touch a) touch b , touch c  d. To get one, export again"
    assert [line for line in (done.stdout + done.stderr).splitlines() if said in line]
    assert files == {each for each in tmp_path.iterdir() if each.name != "build"}


def test_a_project_that_contains_the_folder_builds_no_test(exported, tmp_path):
    """Its compiler may be one for a device, which has no `main` to link."""
    write_files(exported, tmp_path / "net")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.10)\nproject(app C)\nadd_subdirectory(net)\n"
        "add_executable(app main.c)\ntarget_link_libraries(app mobile)\n"
    )
    (tmp_path / "main.c").write_text('#include "mobile.h"\nint main(void) { mobile_invoke(); return 0; }\n')
    commands = [[compiler("cmake"), "-S", ".", "-B", "build"], ["cmake", "--build", "build"], ["build/app"]]
    for each in commands:
        subprocess.run(each, cwd=tmp_path, capture_output=True, check=True)
    assert not list((tmp_path / "build").rglob("mobile_test*"))
    if "mobile_test.c" in exported:
        subprocess.run([*commands[0], "-D", "MOBILE_TEST=ON"], cwd=tmp_path, capture_output=True, check=True)
        subprocess.run(commands[1], cwd=tmp_path, capture_output=True, check=True)
        assert (tmp_path / "build" / "net" / "mobile_test").exists()


def test_existing_files_are_not_overwritten(exported, tmp_path):
    write_files(exported, tmp_path / "new" / "folder")
    write_files(exported, tmp_path / "new" / "folder")  # the same content is no conflict
    (tmp_path / "new" / "folder" / "mobile.h").write_text("mine")
    with pytest.raises(OutputError, match=r"mobile\.h exists"):
        write_files(exported, tmp_path / "new" / "folder")
    write_files(exported, tmp_path / "new" / "folder", force=True)
    assert (tmp_path / "new" / "folder" / "mobile.h").read_text() == exported["mobile.h"]


def test_nothing_is_written_if_one_file_is_in_the_way(exported, tmp_path):
    (tmp_path / "mobile.h").write_text("mine")
    with pytest.raises(OutputError):
        write_files(exported, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mobile.h"]


def test_a_disk_that_becomes_full_leaves_the_old_files(exported, tmp_path, monkeypatch):
    for name in exported:
        (tmp_path / name).write_text("old")
    written = []

    def full(handle):
        written.append(handle)
        if len(written) == len(exported):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_files(exported, tmp_path, force=True)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys(exported, "old")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("person detect.v2.tflite", "person_detect_v2"),
        ("3d-conv", "model_3d_conv"),
        ("été", "t"),
        ("日本語", "model"),
        ("", "model"),
        ("double", "model_double"),
        ("arenite_conv", "model_arenite_conv"),
        ("test.tflite", "model_test"),
        ("string", "model_string"),
        ("x" * 100, "x" * 40),
    ],
)
def test_identifiers(name, expected):
    assert identifier(name) == expected
    assert checked(identifier(name)) == expected


@pytest.mark.parametrize("name", ["", "3d", "a-b", "a__b", "int", "arenite_x", "Arenite_x", "x" * 41, "a b", "été"])
def test_names_that_are_no_identifiers_are_refused(name):
    with pytest.raises(OptionError, match="name"):
        checked(name)


@pytest.mark.parametrize("name", ["test", "all", "ZERO_CHECK", "string", "stdint", "arm_acle"])
def test_names_that_build_tools_or_the_c_library_have_are_refused(name):
    """CMake has targets of these names; beside the user's sources, `string.h` would be found instead of C's."""
    with pytest.raises(OptionError, match="name"):
        checked(name)


def test_comments_cannot_be_escaped():
    assert comment("a */ int x; /* \n b\\") == "a * / int x; / * ? b/"
    for text in ("*\\", "\\*", "**\\\\*", "*/*", "/*/"):
        assert not {"*/", "/*"} & set(map("".join, pairwise(comment(text))))


def test_unknown_operators_are_named_with_index_and_types():
    m = Maker(0)
    source, output = m.tensor(4), m.tensor(4)
    model = Model(
        "odd", (Graph("main", (source, output), (source,), (output,), (Operator("FLUX", (source,), (output,)),)),)
    )
    with pytest.raises(
        UnsupportedError, match=r"operator 0 \(FLUX, INT8 -> INT8\): there is no kernel for it; nothing"
    ):
        export_c(model)


def test_a_type_without_kernel_is_refused():
    m = Maker(0)
    source, output = m.tensor(4), Tensor("f", (4,), arenite.model.ElementType.FLOAT64)
    model = Model(
        "odd", (Graph("main", (source, output), (source,), (output,), (Operator("RELU", (source,), (output,)),)),)
    )
    with pytest.raises(UnsupportedError, match=r"operator 0 \(RELU, INT8 -> FLOAT64\)"):
        export_c(model)


def test_sparse_weights_are_refused():
    """Their buffer holds the values that are not 0 only; a kernel would read beyond it."""
    m = Maker(0)
    source, output, weights = m.tensor(1, 8), m.tensor(1, 4), m.values(4, 8)
    sparse = replace(weights, data=Data(bytes(weights.data.content)[:16]))
    operator = Operator("FULLY_CONNECTED", (source, sparse), (output,))
    model = Model("odd", (Graph("main", (source, sparse, output), (source,), (output,), (operator,)),))
    with pytest.raises(UnsupportedError, match=r"operator 0 \(FULLY_CONNECTED, .*: 't3' .* sparse; nothing"):
        export_c(model)


def contradictory():
    """Operators whose shapes or scales do not fit, which a damaged file may hold: (code, inputs, outputs, options)."""
    m = Maker(0)
    scale = Quantization((0.1,), (0,))

    def values(*shape):
        return m.values(*shape, quantization=scale)

    def like(*shape):
        return m.tensor(*shape, scale=0.1, zero=0)

    image, window = m.tensor(1, 4, 4, 2), {"padding": 0, "stride_h": 1, "stride_w": 1}
    yield "CONV_2D", (image, values(3, 1, 1, 2)), (m.tensor(1, 4, 4, 8),), window
    yield "CONV_2D", (image, values(3, 1, 1, 2)), (m.tensor(1, 4, 4, 3),), {**window, "stride_w": 0}
    yield "DEPTHWISE_CONV_2D", (image, values(1, 3, 3, 3)), (m.tensor(1, 2, 2, 2),), window
    yield "TRANSPOSE_CONV", (m.numbers(1, 4, 4, 3), values(5, 1, 1, 2), image), (m.tensor(1, 4, 4, 3),), window
    yield "MAX_POOL_2D", (image,), (m.tensor(1, 4, 4, 9),), {**window, "filter_height": 1, "filter_width": 1}
    for code in ("RELU", "LEAKY_RELU", "SOFTMAX", "QUANTIZE", "CAST"):
        yield code, (like(9),), (like(4),), {}
    yield "LOGISTIC", (m.tensor(9, kind=INT16),), (m.tensor(4, kind=INT16),), {}
    yield "ARG_MAX", (like(4, 5), m.numbers(1)), (Tensor("o", (9,), ElementType.INT32),), {}
    yield "CONCATENATION", (like(1, 4), like(1, 4)), (like(1, 6),), {"axis": 1}
    yield "CONCATENATION", (like(1, 4), like(4)), (like(1, 8),), {"axis": 1}
    yield "PACK", (like(4), like(5)), (like(2, 4),), {"axis": 0}
    yield "PACK", (like(4), like(4), like(4)), (like(2, 4),), {"axis": 0}
    yield "UNPACK", (like(2, 4),), (like(4), like(4), like(4)), {"axis": 0}
    yield "UNPACK", (like(2, 4),), (like(4), like(5)), {"axis": 0}
    yield "SPLIT_V", (like(4, 3), m.numbers(2, 2), m.numbers(0)), (like(2, 3), like(2, 9)), {}
    yield "TRANSPOSE", (like(2, 4), m.numbers(1, 0)), (like(4, 9),), {}
    yield "TILE", (like(2, 4), m.numbers(1, 3)), (like(2, 4),), {}
    for number in (0.0, float("nan"), float("inf")):
        yield "ADD", (like(4), like(4)), (replace(like(4), quantization=Quantization((number,), (0,))),), {}
    yield "ADD", (like(4), like(4)), (replace(like(4), quantization=Quantization((0.1,), (2**40,))),), {}


@pytest.mark.parametrize("case", list(contradictory()), ids=lambda case: case[0])
def test_operators_that_do_not_fit_their_tensors_are_refused(case):
    """Their kernels would read and write beyond them."""
    code, inputs, outputs, options = case
    tensors = tuple(dict.fromkeys((*inputs, *outputs)))
    fed = tuple(tensor for tensor in tensors if tensor.data is None and tensor not in outputs)
    graph = Graph("main", tensors, fed, outputs, (Operator(code, inputs, outputs, options),))
    with pytest.raises(UnsupportedError, match=rf"operator 0 \({code}"):
        export_c(Model("odd", (graph,)))


def test_an_input_nobody_reads_has_its_place():
    m = Maker(0)
    source, unused, output = m.tensor(16), m.tensor(100), m.tensor(16)
    operator = Operator("RELU", (source,), (output,))
    files = export_c(Model("m", (Graph("main", (source, unused, output), (source, unused), (output,), (operator,)),)))
    assert "M_INPUT_1_LENGTH 100" in files["m.h"]
    assert arena_size(files) >= 116


def test_broadcasts_join_dimensions():
    def walks(first, second):
        return tuple(numbers for _, numbers in broadcast(first, second, (2, 3, 4)).fields)

    assert walks((2, 3, 4), (2, 3, 4)) == ((1, 1, 1, 1, 24), (0, 0, 0, 0, 1), (0, 0, 0, 0, 1))
    assert walks((2, 3, 4), (4,)) == ((1, 1, 1, 6, 4), (0, 0, 0, 4, 1), (0, 0, 0, 0, 1))
    with pytest.raises(UnsupportedError):
        broadcast((2, 3), (4,), (2, 3))


def test_the_command(tmp_path):
    model = tmp_path / "My Model.tflite"
    from arenite.tflite.write import write_bytes

    model.write_bytes(write_bytes(arenite.zoo.build("resnet8")))

    def run(*arguments):
        command = [sys.executable, "-m", "arenite", "export", str(model), *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    done = run("--c", "out")
    assert done.returncode == 0, done.stderr
    assert "arena of" in done.stdout
    assert (tmp_path / "out" / "my_model.h").exists()
    assert run().returncode == 2
    assert run("--c", "out", "--name", "3d").returncode == 2
    assert run("--c", "out", "--tflm", "out").returncode == 2


def test_operators_filed_out_of_order_are_executed_in_order():
    source = arenite.zoo.build("resnet8")
    backwards = replace(source, graphs=(replace(source.main, operators=source.main.operators[::-1]),))
    assert executable(source) is source
    assert sources(backwards, "m")["m.c"].count("arenite_") == sources(source, "m")["m.c"].count("arenite_")
    assert executable(backwards).main.operators[0].inputs[0] is source.main.inputs[0]
