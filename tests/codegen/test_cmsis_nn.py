"""Generated C that calls CMSIS-NN, with a stand-in for it that checks what it is given, for three kinds of cores.

The stand-in takes the orders in which CMSIS-NN reads and writes, overwrites its scratch, and refuses what CMSIS-NN
would refuse or compute wrongly. `test_cmsis_nn_itself.py` runs the real one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from arenite import zoo
from arenite.backends.generated_c.calls import called
from arenite.backends.sets import C_CMSIS_NN_DSP
from arenite.backends.target import CORES, find_target
from arenite.codegen.kernel_files import kernel_files
from arenite.errors import OptionError
from arenite.model import ElementType
from arenite.runtimes.inputs import random_inputs
from arenite.search.c_export import export_c
from arenite.search.optimization import preview
from arenite.search.options import Options
from arenite.tflite.write import write_bytes

from .harness import STRICT, arena_size, compiler, folder_of_headers, run_c, sources
from .operators_at_random import make

STAND_IN = Path(__file__).parent / "cmsis_nn"
CALLS = Path(str(files("arenite.codegen.cmsis_nn"))) / "kernels"
DEFINED = {"cortex-m3": [], "cortex-m4": ["-DARM_MATH_DSP"], "cortex-m55": ["-DARM_MATH_MVEI"]}
CALLED = ("add", "average_pool", "conv", "depthwise", "fully_connected", "max_pool", "mul", "softmax")
WIDE = ("conv", "fully_connected")
SEEDS = 8


def stand_in(core):
    return [*DEFINED[core], f"-I{STAND_IN}", f"-I{folder_of_headers()}", str(STAND_IN / "arm_nnfunctions.c")]


def target(core):
    return find_target(f"c-cmsis-nn/{core}")


def fed(models):
    return [random_inputs(model, 2, 1) for model in models]


def with_cmsis_nn(models, core, folder):
    return run_c(models, fed(models), folder, target=target(core), also=stand_in(core))


def same(models, ours, others):
    for model, one, other in zip(models, ours, others, strict=True):
        for our_outputs, their_outputs in zip(one, other, strict=True):
            for a, b in zip(our_outputs, their_outputs, strict=True):
                np.testing.assert_array_equal(a, b, err_msg=model.main.operators[-1].label)


def small():
    return zoo.build("mobilenet-v1", resolution=32)


def built():
    return [zoo.build("chain"), small()]


def kinds():
    """Types of values, and operators that there are calls for."""
    return [(ElementType.INT8, name) for name in CALLED] + [(ElementType.INT16, name) for name in WIDE]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Models, and what they give with Arenite's own kernels, which other tests hold against the runtimes."""
    models = [make(*each, seed) for each in kinds() for seed in range(SEEDS)] + built()
    return models, run_c(models, fed(models), tmp_path_factory.mktemp("own"))


@pytest.mark.parametrize("core", DEFINED)
def test_operators_at_random_and_whole_models(core, expected, tmp_path):
    models, others = expected
    for each in kinds():
        random = [make(*each, seed).main.operators[-1] for seed in range(4 * SEEDS)]
        assert sum(called(operator, target(core).backend.cmsis_nn) for operator in random) >= SEEDS // 2, each
    same(models, with_cmsis_nn(models, core, tmp_path), others)


@pytest.mark.parametrize("core", DEFINED)
def test_most_of_a_network_is_passed_on(core):
    for model in built():
        text = sources(model, "m", target(core))["m.c"]
        assert len(re.findall(r"= arenite_cmsis_\w+\(", text)) > len(model.main.operators) // 2


@pytest.mark.parametrize("core", DEFINED)
def test_strips(core, tmp_path):
    """A plan for the target is followed; strips are calls with other rows and padding, in loops."""
    whole = small()
    strips = preview(whole, Options(target=f"c-cmsis-nn/{core}", split=True, effort="low"))
    assert len(strips.main.operators) > len(whole.main.operators)
    exported = sources(strips, "m", target(core), may_move=False)
    assert arena_size(exported) == target(core).arena(strips).declare_bytes < target(core).arena(whole).declare_bytes
    assert re.search(r"for .*\n(.*\n)*? +if \(\(status = arenite_cmsis_conv_s8", exported["m.c"])
    (tmp_path / "whole").mkdir()
    same([whole], with_cmsis_nn([strips], core, tmp_path), run_c([whole], fed([whole]), tmp_path / "whole"))


def test_scratch_is_in_the_arena():
    """Depthwise convolutions need most with vectors."""
    model = small()
    sizes = {core: arena_size(sources(model, "m", target(core))) for core in DEFINED}
    assert sizes["cortex-m3"] <= sizes["cortex-m4"] < sizes["cortex-m55"]


def test_a_plan_for_other_kernels_is_not_followed(tmp_path):
    """Vectors permit 1x1 convolutions to write over their input right away, pairs of channels only some rows later."""
    whole = small()
    planned = preview(whole, Options(target="c-cmsis-nn/cortex-m55", effort="low"))
    (tmp_path / "whole").mkdir()
    same([whole], with_cmsis_nn([planned], "cortex-m4", tmp_path), run_c([whole], fed([whole]), tmp_path / "whole"))


def test_a_call_that_fails_ends_the_inference(tmp_path):
    model = make(ElementType.INT8, "conv", next(_with_scratch()))
    (tmp_path / "c").mkdir()
    with pytest.raises(AssertionError):
        run_c(
            [model],
            [random_inputs(model, 1, 0)],
            tmp_path / "c",
            target=target("cortex-m4"),
            also=stand_in("cortex-m4"),
            change=lambda text: re.sub(r"\.scratch_bytes = \d+", ".scratch_bytes = 4", text),
        )
    done = subprocess.run([tmp_path / "c" / "program"], input=bytes(1 << 16), capture_output=True, check=False)
    assert done.returncode == 4


def _with_scratch():
    for seed in range(100):
        operator = make(ElementType.INT8, "conv", seed).main.operators[-1]
        if called(operator, C_CMSIS_NN_DSP.cmsis_nn) and target("cortex-m4").scratch(operator):
            yield seed


@pytest.mark.parametrize("core", DEFINED)
def test_only_the_build_that_it_was_exported_for_compiles(core, tmp_path):
    for file, text in sources(small(), "m", target(core)).items():
        (tmp_path / file).write_text(text)
    for other, defined in DEFINED.items():
        command = [compiler(), "-std=c99", f"-I{STAND_IN}", *defined, "-fsyntax-only", str(tmp_path / "m.c")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) == (other == core)
        assert other == core or f"exported with --cmsis-nn {core}" in done.stderr


@pytest.mark.parametrize("way", [["gcc", "-std=c99"], ["clang", "-std=c99"], ["g++", "-x", "c++", "-std=c++11"]])
def test_compiles_without_a_warning(way, tmp_path):
    """The files as they are exported, with all that they include."""
    for file, text in kernel_files(each.stem.removeprefix("arenite_") for each in CALLS.glob("*.h")).items():
        (tmp_path / file).write_text(text)
    sources_ = [tmp_path / each.name for each in sorted(CALLS.glob("*.c"))]
    program, *options = way
    done = subprocess.run(
        [compiler(program), *options, *STRICT, f"-I{STAND_IN}", "-fsyntax-only", *sources_],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr


def test_every_kernel_file_is_used():
    used = set()
    for each in kinds():
        for seed in range(SEEDS):
            used |= set(sources(make(*each, seed), "m", target("cortex-m4")))
    assert {each.name for each in CALLS.glob("arenite_*")} == {each for each in used if "cmsis" in each}


def test_build_files_ask_for_cmsis_nn(tmp_path):
    exported = export_c(small(), "m", cmsis_nn="cortex-m3")
    assert "status = m_invoke();" in exported["m_test.c"]
    assert "target_link_libraries(m PUBLIC cmsis-nn)" in exported["CMakeLists.txt"]
    for file, text in exported.items():
        (tmp_path / file).write_text(text)
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    without = subprocess.run(["make", "-C", tmp_path], capture_output=True, text=True, check=False)
    assert without.returncode
    assert "CMSIS_NN=" in without.stderr
    (tmp_path / "there" / "Include").mkdir(parents=True)
    (tmp_path / "there" / "Include" / "arm_nnfunctions.h").write_text((STAND_IN / "arm_nnfunctions.h").read_text())
    library = tmp_path / "cmsis_nn.o"
    compile_ = [
        compiler(),
        "-std=c99",
        f"-I{STAND_IN}",
        f"-I{folder_of_headers()}",
        "-c",
        STAND_IN / "arm_nnfunctions.c",
        "-o",
        library,
    ]
    subprocess.run(compile_, check=True)
    command = ["make", "-C", tmp_path, f"CMSIS_NN={tmp_path / 'there'}", f"LDLIBS={library}", "test"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr


def test_a_core_that_is_not_known():
    with pytest.raises(OptionError, match=r"cortex-m99.*cortex-m4"):
        export_c(small(), "m", cmsis_nn="cortex-m99")
    assert set(DEFINED) <= set(CORES)


def test_the_command(tmp_path):
    model = tmp_path / "small.tflite"
    model.write_bytes(write_bytes(small()))

    def export(*arguments):
        command = [sys.executable, "-m", "arenite", "export", model, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = export("--c", tmp_path / "c", "--cmsis-nn", "cortex-m4")
    assert done.returncode == 0
    assert "make test CMSIS_NN=PATH" in done.stdout
    assert "arenite_cmsis_conv_s8.c" in {each.name for each in (tmp_path / "c").iterdir()}
    refused = export("--tflm", tmp_path / "tflm", "--cmsis-nn", "cortex-m4")
    assert refused.returncode == 2
    assert "--target tflm-cmsis-nn/CORE" in refused.stderr
    assert not (tmp_path / "tflm").exists()
