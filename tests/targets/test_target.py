"""The registry of targets and their one interface."""

import pytest

from arenite import zoo
from arenite.backends import Kernels, overlap
from arenite.backends.build import ESP_NN, ILP32
from arenite.backends.target import TARGETS, TFLM, find_target
from arenite.backends.tflm.arena import arena
from arenite.errors import OptionError
from arenite.model import ElementType, Operator, Tensor

ARENAS = ("head_bytes", "scratch_bytes", "tail_bytes", "declare_bytes")


def test_the_default_comes_first_and_is_portable():
    assert next(iter(TARGETS.values())) is TFLM is find_target("tflm")
    assert TFLM.kernels is Kernels.PORTABLE
    assert {target.kernels for target in TARGETS.values()} == set(Kernels)
    assert all(name == target.name for name, target in TARGETS.items())


def test_a_core_decides_about_the_kernels():
    cores = {target.core: target.kernels for target in TARGETS.values() if target.core and not target.kernels.generated}
    assert cores["cortex-m3"] is Kernels.CMSIS_NN_SCALAR
    assert cores["cortex-m4"] is cores["cortex-m33"] is Kernels.CMSIS_NN_DSP
    assert cores["cortex-m55"] is Kernels.CMSIS_NN_MVE


@pytest.mark.parametrize("name", ["", "TFLM", "tflm-cmsis-nn", "tflm-cmsis-nn/cortex-m99", "C"])
def test_a_target_that_is_not_there(name):
    with pytest.raises(OptionError) as caught:
        find_target(name)
    (line,) = str(caught.value).splitlines()
    assert all(target in line for target in TARGETS)


def test_arenas_are_those_of_the_kernels():
    model = zoo.build("chain")
    for target in TARGETS.values():
        if target.kernels not in ESP_NN:
            assert target.arena(model) == arena(model, target.kernels)
            assert all(getattr(TFLM.arena(model), key) >= getattr(target.arena(model), key) for key in ARENAS)
    chip = find_target("tflm-esp-nn").arena(model)
    assert chip == arena(model, Kernels.ESP_NN, abi=ILP32)
    assert chip != arena(model, Kernels.ESP_NN)
    assert chip.exact


def test_scratch_and_overlap():
    data, result = (Tensor(name, (1, 8, 8, 16), ElementType.INT8) for name in "xy")
    operator = Operator("AVERAGE_POOL_2D", (data,), (result,))
    assert find_target("tflm-cmsis-nn/cortex-m7").scratch(operator) == (64,) == TFLM.scratch(operator)
    assert find_target("tflm-reference").scratch(operator) == ()
    relu = Operator("RELU", (data,), (result,))
    for target in TARGETS.values():
        assert target.overlap(relu, data, result) == overlap(relu, data, result, target.kernels)
        assert target.alignment == 16


def test_how_many_tensors_a_concatenation_may_join():
    assert {target.most_joined for target in TARGETS.values()} == {10}
