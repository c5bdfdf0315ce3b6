"""The registry of targets and their one interface."""

import pytest

from arenite import zoo
from arenite.backends import Overlap
from arenite.backends.build import CORTEX_M, ILP32
from arenite.backends.reference.limits import MOST_JOINED
from arenite.backends.sets import ALL, CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR, ESP_NN, PORTABLE
from arenite.backends.target import TARGETS, TFLM, find_target
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


@pytest.mark.parametrize("name", ["", "TFLM", "tflm-cmsis-nn", "tflm-cmsis-nn/cortex-m99", "C"])
def test_a_target_that_is_not_there(name):
    with pytest.raises(OptionError) as caught:
        find_target(name)
    (line,) = str(caught.value).splitlines()
    assert all(target in line for target in TARGETS)


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
