"""The bundle compiled against a checkout of TFLM, and run where the checkout holds TFLM's library.

ARENITE_TFLM names the checkout, with its third parties: `make -f tensorflow/lite/micro/tools/make/Makefile microlite`
in it fetches them and makes the library.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from arenite.backends.reference.registered import CUSTOM, METHODS
from arenite.backends.target import TFLM
from arenite.bundle import export_tflm
from arenite.bundle.resolver import Operators, resolver_header
from arenite.tflite.read import read_model
from arenite.zoo import build

USED = """
#include <stdio.h>
#include "net.h"
#include "net_arena.h"
int main() { return net_start() || printf("%d %d", static_cast<int>(net_arena_used()), NET_ARENA_BYTES) < 0; }
"""

WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wno-unused-parameter")


@pytest.fixture(scope="module")
def checkout():
    named = os.environ.get("ARENITE_TFLM")
    if not named:
        pytest.skip("ARENITE_TFLM names no checkout of TFLM")
    if shutil.which("g++") is None:
        pytest.skip("no g++")
    return Path(named)


def compiler(checkout):
    downloads = checkout / "tensorflow/lite/micro/tools/make/downloads"
    folders = (checkout, *(downloads / each for each in ("flatbuffers/include", "gemmlowp", "ruy", "kissfft")))
    includes = [part for folder in folders for part in ("-isystem", str(folder))]
    return ["g++", "-std=c++17", *WARNINGS, "-Werror", "-DTF_LITE_STATIC_MEMORY", "-fno-rtti", *includes]


def write(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text)
    return [str(folder / name) for name in files if name.endswith(".cpp")]


def succeed(command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[:2000]
    return result.stdout + result.stderr


def test_methods_are_those_of_tflm(checkout):
    header = (checkout / "tensorflow/lite/micro/micro_mutable_op_resolver.h").read_text()
    offered = set(re.findall(r"TfLiteStatus (Add\w+)\(", header)) - {"AddCustom", "AddBuiltin"}
    assert set(METHODS.values()) | set(CUSTOM.values()) == offered
    for method, code in re.findall(
        r"TfLiteStatus (Add\w+)\([^{]*\{\s*return AddBuiltin\(\s*BuiltinOperator_(\w+)", header
    ):
        assert METHODS[code.replace("_", "").lower()] == method
    for method, name in re.findall(r'TfLiteStatus (Add\w+)\([^{]*\{[^}]*AddCustom\(\s*"([^"]+)"', header):
        assert CUSTOM[name] == method


def test_a_resolver_of_everything(checkout, tmp_path):
    methods = (*METHODS.values(), *CUSTOM.values())
    source = write(tmp_path, {"all.cpp": resolver_header(Operators(methods, ('my "own"', "two words")), "all")})
    succeed([*compiler(checkout), "-fsyntax-only", *source])


@pytest.mark.parametrize("family", ["resnet8", "mobilenet-v1", "u-net"])
def test_a_model_of_the_zoo(checkout, tmp_path, family):
    sources = write(tmp_path, export_tflm(build(family), "net", TFLM))
    library = next(iter(checkout.glob("gen/linux_x86_64*/lib/libtensorflow-microlite.a")), None)
    if library is None:
        succeed([*compiler(checkout), "-fsyntax-only", *sources])
        return
    program = tmp_path / "net"
    succeed([*compiler(checkout), *sources, str(library), "-o", str(program)])
    assert succeed([str(program)]) == "net: 1 of 1 outputs agree with those of TFLM\n"
    (tmp_path / "used.cpp").write_text(USED)
    sources = [each for each in sources if not each.endswith("net_test.cpp")]
    succeed([*compiler(checkout), *sources, str(tmp_path / "used.cpp"), str(library), "-o", str(program)])
    used, declared = map(int, succeed([str(program)]).split())
    assert declared * 0.9 < used <= declared


def test_the_resolvers_of_all_shared_models(checkout, tmp_path, shared):
    everything = []
    for number, path in enumerate(sorted((shared / "models").glob("*.tflite"))):
        model = read_model(path)
        if any(each.code in {"TILE", "ONE_HOT"} for graph in model.graphs for each in graph.operators):
            continue
        files = export_tflm(model, f"m{number}", TFLM)
        write(tmp_path, {name: text for name, text in files.items() if name.endswith(".h")})
        everything += [f'#include "{name}"\n' for name in files if name.endswith(".h")]
    (tmp_path / "all.cpp").write_text("".join(everything))
    succeed([*compiler(checkout), "-fsyntax-only", str(tmp_path / "all.cpp")])
