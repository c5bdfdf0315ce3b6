"""The registry of targets and their one interface."""

import pytest

from arenite import zoo
from arenite.backends import Overlap
from arenite.backends.build import CORTEX_M, ILP32
from arenite.backends.reference.limits import MOST_JOINED
from arenite.backends.sets import ALL, CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR, ESP_NN, PORTABLE
from arenite.backends.target import ALIASES, TARGETS, TFLM, find_target
from arenite.errors import OptionError
from arenite.model import ElementType, Operator, Tensor
from arenite.operators.liveness import ALIGNMENT

ARENAS = ("head_bytes", "scratch_bytes", "tail_bytes", "declare_bytes")


def test_the_default_comes_first_and_is_portable():
    assert next(iter(TARGETS.values())) is TFLM is find_target("tflm")
    assert TFLM.backend is PORTABLE
    assert {target.backend for target in TARGETS.values()} == set(ALL)
    assert all(name == target.name for name, target in TARGETS.items())


def test_a_core_decides_about_the_kernels():
    cores = {target.core: target.backend for target in TARGETS.values() if target.core and not target.backend.generated}
    assert cores["cortex-m3"] is CMSIS_NN_SCALAR
    assert cores["cortex-m4"] is cores["cortex-m33"] is CMSIS_NN_DSP
    assert cores["cortex-m55"] is CMSIS_NN_MVE


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("", "`arenite targets` and `arenite.targets()` list all of them"),
        ("abacus", "`arenite targets` and `arenite.targets()` list all of them"),
        ("tflm-cmsis-nn", "did you mean tflm-cmsis-nn/cortex-m0, "),
        ("tflm-cmsis/cortex-m4", "did you mean tflm-cmsis-nn/cortex-m4, "),
        ("cortex-m9", "did you mean cortex-m"),
    ],
)
def test_a_target_that_is_not_there(name, hint):
    with pytest.raises(OptionError) as caught:
        find_target(name)
    (line,) = str(caught.value).splitlines()
    assert f"no target is called {name!r}; {hint}" in line


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("TFLM", "tflm"),
        ("C", "c"),
        ("cortex-m4", "tflm-cmsis-nn/cortex-m4"),
        ("Cortex M4", "tflm-cmsis-nn/cortex-m4"),
        ("m55", "tflm-cmsis-nn/cortex-m55"),
        ("Cortex-M0+", "tflm-cmsis-nn/cortex-m0"),
        ("ESP32-S3", "tflm-esp-nn/esp32s3"),
        ("reference", "tflm-reference"),
    ],
)
def test_targets_have_other_names(name, target):
    assert find_target(name) is TARGETS[target]


def test_no_alias_hides_a_target():
    assert not ALIASES.keys() & TARGETS.keys()
    assert set(ALIASES.values()) <= TARGETS.keys()


def test_arenas_are_those_of_the_kernels():
    model = zoo.build("chain")
    for target in TARGETS.values():
        if target.backend.abi == CORTEX_M:
            assert target.arena(model) == target.backend.arena(model, abi=CORTEX_M)
            assert all(getattr(TFLM.arena(model), key) >= getattr(target.arena(model), key) for key in ARENAS)
    chip = find_target("tflm-esp-nn").arena(model)
    assert chip == ESP_NN.arena(model, abi=ILP32)
    assert chip != ESP_NN.arena(model, abi=CORTEX_M)
    assert chip.exact


def test_scratch_and_overlap():
    data, result = (Tensor(name, (1, 8, 8, 16), ElementType.INT8) for name in "xy")
    operator = Operator("AVERAGE_POOL_2D", (data,), (result,))
    assert find_target("tflm-cmsis-nn/cortex-m7").scratch(operator) == (64,) == TFLM.scratch(operator)
    assert find_target("tflm-reference").scratch(operator) == ()
    relu = Operator("RELU", (data,), (result,))
    for target in TARGETS.values():
        assert target.backend.overlap(relu, data, result) == Overlap(0)
    assert ALIGNMENT == 16


def test_how_many_tensors_a_concatenation_may_join():
    assert MOST_JOINED == 10
