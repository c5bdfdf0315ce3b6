"""The bundle compiled and run with a stand-in for TFLM: what its functions, its test and its build files do."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import hand_made
import pytest
from codegen.harness import compiler
from tflm_stand_in import DOWNLOADS, library_source, write_tflm

from arenite.backends.target import TFLM
from arenite.bundle.tflm import bundled
from arenite.codegen import write_files
from arenite.model import ElementType, Model, Operator, Tensor
from arenite.runtimes.example import Example, example
from arenite.runtimes.run import Failure
from arenite.zoo import build

WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror")
CPP = ("-std=c++17", "-fno-rtti", "-fno-exceptions", "-DTF_LITE_STATIC_MEMORY")
INCLUDES = (".", f"{DOWNLOADS}/flatbuffers/include", f"{DOWNLOADS}/gemmlowp", f"{DOWNLOADS}/ruy")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "mcu.md"

APPLICATION = """
#include <stdio.h>
#include <string.h>
#include "net.h"
int main(void) {
  int8_t input[NET_INPUT_0_LENGTH], output[NET_OUTPUT_0_LENGTH];
  memset(input, 1, sizeof input);
  printf("before %d %d\\n", net_input_0() == NULL, (int)net_arena_used());
  printf("start %d %d\\n", net_start(), net_start());
  printf("run %d\\n", net_run(input, output));
  printf("other input %d\\n", output[0]);
  if (net_input_0() == NULL) return 0;
  if (fread(net_input_0(), 1, sizeof input, stdin) != sizeof input) return 9;
  printf("in place %d\\n", net_run(net_input_0(), net_output_0()));
  printf("first %d of %d, used %d\\n", net_output_0()[0], NET_OUTPUT_0_LENGTH, (int)net_arena_used());
  printf("reset %d\\n", net_reset());
  return 0;
}
"""


def run(command, folder, **options):
    return subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False, **options)


def succeed(command, folder, **options):
    done = run(command, folder, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def documented(page, mark):
    """The commands of the first block of a page that has a mark."""
    block = next(each for each in re.findall(r"(?:^    .*\n)+", page.read_text("utf-8"), re.MULTILINE) if mark in each)
    return "\n".join(line[4:] for line in block.splitlines())


def two_of_each():
    """A model of floats with two inputs and two outputs."""
    x, y, both, positive = (hand_made.tensor(name) for name in ("x", "y", "sum", "positive"))
    operators = [hand_made.add(x, y, both), Operator("RELU", (both,), (positive,))]
    return Model("two", (hand_made.graph([x, y], [both, positive], operators),))


def variable():
    """A model that gives what it kept of the input before, and keeps the input."""
    x, y = hand_made.tensor("x", 8), hand_made.tensor("y", 8)
    handle = Tensor("handle", (), ElementType.RESOURCE)
    operators = [
        Operator("VAR_HANDLE", (), (handle,), {"container": "", "shared_name": "state"}),
        Operator("READ_VARIABLE", (handle,), (y,)),
        Operator("ASSIGN_VARIABLE", (handle, x), ()),
    ]
    return Model("variable", (hand_made.graph([x], [y], operators),))


MODELS = {
    "int8": lambda: build("resnet8", channels=4, resolution=16),
    "two of each": two_of_each,
    "variable": variable,
}


@pytest.fixture(scope="module", params=MODELS)
def stored(request):
    """A bundle, with the inference that is stored in it."""
    model = MODELS[request.param]()
    found = example(model)
    assert isinstance(found, Example)
    return bundled(model, "net", TFLM).files, found


@pytest.fixture
def folder(stored, tmp_path):
    """The bundle beside a stand-in for TFLM, and a library for it."""
    files, found = stored
    write_files(files, tmp_path / "net")
    write_tflm(tmp_path / "tflm")
    (tmp_path / "library.cc").write_text(library_source(found))
    return tmp_path


def program(folder, *options, also=()):
    includes = [f"-Itflm/{each}" for each in INCLUDES]
    sources = [*sorted(folder.glob("net/*.cpp")), "library.cc", *also]
    succeed([compiler("g++"), *CPP, *WARNINGS, *includes, "-Inet", *options, *sources, "-o", "program"], folder)
    return [folder / "program"]


def test_the_self_test_passes_and_can_fail(folder, stored):
    _, found = stored
    outputs, of = len(found.outputs), f"those of {found.runtime}\n"
    assert succeed(program(folder), folder) == f"net: {outputs} of {outputs} outputs agree with {of}"
    wrong = replace(found, outputs=(*found.outputs[:-1], bytes(each ^ 0x40 for each in found.outputs[-1])))
    (folder / "library.cc").write_text(library_source(wrong))
    failed = run(program(folder), folder)
    assert failed.returncode == 1
    assert failed.stdout.endswith(f"net: 1 of {outputs} outputs differ from {of}")
    too_small = run(program(folder, "-DNET_ARENA_BYTES=16"), folder)
    assert too_small.returncode == 1
    assert too_small.stdout.startswith("the inference failed with the status 2\n")


@pytest.fixture
def application(tmp_path):
    """A bundle with an application in C."""
    model = MODELS["int8"]()
    found = example(model)
    write_files(bundled(model, "net", TFLM).files, tmp_path / "net")
    write_tflm(tmp_path / "tflm")
    (tmp_path / "library.cc").write_text(library_source(found))
    (tmp_path / "main.c").write_text(APPLICATION)
    succeed([compiler("gcc"), "-std=c99", *WARNINGS, "-Inet", "-c", "main.c", "-o", "main.o"], tmp_path)
    return tmp_path, found


def test_an_application_in_c(application):
    folder, found = application
    command = program(folder, "-DNET_TEST_NO_MAIN", also=["main.o"])
    done = subprocess.run(command, input=found.inputs[0], capture_output=True, check=False)
    first = found.outputs[0][0] - 256 * (found.outputs[0][0] > 127)
    used = max(len(each) + -len(each) % 16 for each in (*found.inputs, *found.outputs))
    assert done.stdout.decode().splitlines() == [
        "before 1 0",
        "start 0 0",
        "run 0",
        f"other input {0x55}",
        "in place 0",
        f"first {first} of {len(found.outputs[0])}, used {used}",
        "reset 0",
    ]


@pytest.mark.parametrize(("cause", "status"), [("NET_ARENA_BYTES=16", 2), ("STAND_IN_FAILS", 3)])
def test_what_fails_has_a_number(application, cause, status):
    folder, found = application
    command = program(folder, "-DNET_TEST_NO_MAIN", f"-D{cause}", also=["main.o"])
    done = subprocess.run(command, input=found.inputs[0], capture_output=True, check=False)
    assert f"\nrun {status}\n" in done.stdout.decode()
    assert ("\nstart 2 2\n" in done.stdout.decode()) == (status == 2)


def test_a_resolver_that_is_refused_has_a_number(application):
    folder, _ = application
    resolver = folder / "net" / "net_resolver.h"
    resolver.write_text(re.sub(r"Resolver<\d+>", "Resolver<1>", resolver.read_text()))
    command = program(folder, "-DNET_TEST_NO_MAIN", also=["main.o"])
    assert b"\nstart 1 1\nrun 1\n" in subprocess.run(command, capture_output=True, check=False).stdout


def test_the_arena_has_its_place(application):
    folder, _ = application
    program(folder, '-DNET_ARENA_PLACE=__attribute__((section(".mine")))')
    sections = succeed([compiler("objdump"), "-h", "program"], folder)
    size = int(re.search(r"^ +\d+ \.mine +([0-9a-f]+) .* 2\*\*[4-9]$", sections, re.MULTILINE)[1], 16)
    declared = [int(each) for each in re.findall(r"ARENA_BYTES (\d+)u", (folder / "net" / "net_arena.h").read_text())]
    assert size in declared


def test_cmake_and_ctest(folder):
    """The library is where the user says; without it there is one clear line."""
    succeed([compiler("g++"), *CPP, *(f"-Itflm/{each}" for each in INCLUDES), "-c", "library.cc"], folder)
    succeed([compiler("ar"), "rcs", "libtensorflow-microlite.a", "library.o"], folder)
    assert "where is TFLM? cmake -D TFLM=folder" in run([compiler("cmake"), "-S", "net", "-B", "none"], folder).stderr
    (folder / "tflite-micro").symlink_to(folder / "tflm")
    succeed(["sh", "-e", "-c", documented(PAGE, "cmake -S net")], folder)
    assert "outputs agree with those of " in succeed(["ctest", "--test-dir", "build", "--verbose"], folder)


def test_without_a_self_test_ctest_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("arenite.bundle.tflm.example", lambda model: Failure("no runtime"))
    bundle = bundled(build("paper"), "net", TFLM)
    assert bundle.untested == "no runtime"
    assert "net_test.cpp" not in bundle.files
    assert "net: there is no self-test. no runtime. To get one, " in bundle.files["CMakeLists.txt"]


def test_the_documented_line_compiles(application):
    """ARENITE_TFLM names a checkout of TFLM, whose headers are used instead of the stand-in's."""
    folder, _ = application
    compiler("arm-none-eabi-g++")
    checkout = Path(os.environ.get("ARENITE_TFLM") or folder / "tflm").resolve()
    (folder / "net" / "tflite-micro").symlink_to(checkout)
    succeed(["sh", "-e", "-c", documented(PAGE, "arm-none-eabi-g++")], folder / "net")
    assert {"net.o", "net_model.o"} <= {each.name for each in (folder / "net").iterdir()}
