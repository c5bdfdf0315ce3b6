"""Generated C compiles without a warning wherever it may have to."""

from __future__ import annotations

import inspect
import re
import subprocess

import pytest

from arenite.codegen.kernel_files import kernel_files
from arenite.codegen.operators import signal

from .harness import STRICT, compiler, own_kernels, sources
from .operators_at_random import KINDS, make
from .test_codegen_bottleneck import paying_models

WAYS = {
    "gcc": ["gcc", "-std=c99", "-Os"],
    "gcc freestanding": ["gcc", "-std=c99", "-ffreestanding", "-O2"],
    "clang": ["clang", "-std=c99", "-Os"],
    "clang freestanding": ["clang", "-std=c99", "-ffreestanding"],
    "C++": ["g++", "-x", "c++", "-std=c++11", "-O1"],
    "32 bits": ["gcc", "-std=c99", "-m32", "-ffreestanding", "-O1"],
    "Cortex-M4": ["arm-none-eabi-gcc", "-std=c99", "-mcpu=cortex-m4", "-mthumb", "-Os"],
}


WITH_STATE = {"variable", "svdf"}


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """One model of every kind, with all kernels: a folder and its C files."""
    folder = tmp_path_factory.mktemp("everything")
    for kind, names in KINDS.items():
        for number, name in enumerate(names):
            # A few whole models and every kernel: what differs between two models is only the numbers in them.
            model = make(kind, name, 0)
            files = sources(model, f"{kind.name.lower()}_{number}")
            for file, text in files.items():
                if file.startswith("arenite_") or number < 8 or name in WITH_STATE:
                    (folder / file).write_text(text)
    for file, text in kernel_files(custom_kernels()).items():
        (folder / file).write_text(text)
    return folder


def custom_kernels():
    """Kernels of which no model is made here: of custom operators, whose options are read from files only, and of sums.

    Sums over strips take the place of several operators (`test_codegen_sums.py`).
    """
    return {
        *(f"{kernel}_{kind}" for kernel in ("add_pixels", "average_sums") for kind in ("s8", "s16")),
        "add_products_s8",
        "finish_products_s8",
        "detection",
        "overlap_add_f32",
        "overlap_add_s16",
        *re.findall(r'"(signal_\w+)"', inspect.getsource(signal)),
    }


@pytest.mark.parametrize("way", WAYS)
def test_compiles_without_a_warning(way, everything):
    program, *options = WAYS[way]
    files = sorted(map(str, everything.glob("*.c")))
    run = subprocess.run(
        [compiler(program), *options, *STRICT, "-fsyntax-only", *files], capture_output=True, text=True, check=False
    )
    if way == "32 bits" and "bits/libc-header-start.h" in run.stderr:
        pytest.skip("the compiler has no 32-bit headers (Debian: gcc-multilib)")
    assert run.returncode == 0, run.stderr
    assert not run.stderr


def test_every_kernel_file_is_used_by_an_operator():
    """What no operator calls would be dead code."""
    used = set(kernel_files(custom_kernels()))
    for kind, names in KINDS.items():
        for name in names:
            for seed in range(3):
                used |= {file for file in sources(make(kind, name, seed), "m") if file.startswith("arenite_")}
    for model in paying_models():
        used |= {file for file in sources(model, "m") if file.startswith("arenite_")}
    there = set(own_kernels())
    assert there == used | {"arenite_move.c", "arenite_move.h"}  # called between operators


def test_kernels_need_nothing_but_memory_functions(everything):
    """No header beyond these, hence no heap, no mathematical library, no input or output."""
    allowed = {"<stdint.h>", "<stddef.h>", "<string.h>", "<arm_acle.h>"}
    for file in everything.glob("*.[ch]"):
        included = {line.split()[1] for line in file.read_text().splitlines() if line.startswith("#include <")}
        assert included <= allowed, file.name


def test_nothing_is_kept_between_calls(everything, tmp_path):
    """Objects hold code and constants, but no data, and only the arena in the zeroed section."""
    files = sorted(everything.glob("*.c"))
    hidden = [f"-D{file.stem.upper()}_NO_ARENA" for file in files if not file.stem.startswith("arenite_")]
    subprocess.run([compiler(), "-std=c99", "-Os", "-fno-pie", "-c", *hidden, *files], check=True, cwd=tmp_path)
    objects = [f"{file.stem}.o" for file in files]
    command = [compiler("size"), *objects]
    rows = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.splitlines()[1:]
    assert len(rows) == len(files)
    for row in rows:
        _, data, bss, *_, name = row.split()
        assert (data, bss) == ("0", "0"), name
