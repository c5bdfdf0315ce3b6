"""Whole models as C, under sanitizers, with an arena that is exactly as large as it says."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hand_made import floating

import arenite
from arenite.codegen.prepare import executable
from arenite.codegen.spelling import respelled
from arenite.model import ElementType
from arenite.runtimes.example import Example, example
from arenite.runtimes.inputs import random_inputs

from .harness import run_c
from .operators_at_random import make
from .test_codegen_operators import expected

ZOO = {
    "mobilenet-v1": {"resolution": 48},
    "mobilenet-v2": {"resolution": 48},
    "resnet8": {},
    "paper": {},
    "swiftnet-cell": {"resolution": 48},
    "densenet": {"blocks": 2, "layers": 3},
    "u-net": {"depth": 2, "resolution": 32},
    "inception": {"resolution": 32},
}

MUST_EXPORT = {
    "tflite-micro__person_detect",
    "tflite-micro__hello_world_int8",
    "tflite-micro__micro_speech_quantized",
    "tiny__kws_ref_model",
    "tiny__model_ToyCar_quant_fullint_micro",
    "tiny__pretrainedResnet_quant",
    "tiny__vww_96_float",
    "tiny__vww_96_int8",
    "ruhmi-framework-mcu__rnnoise_INT8",
    "gen_inception_mini_64_int16x8",
    "gen_siamese_3in_3out",
    "gen_x_input_is_output",
    "gen_x_unused_input",
    "gen_stateful_vars_float",
    "lyra__quantizer",
    "micro-wake-word-models__hey_glados",
    "tflite-micro__keyword_scrambled_8bit",
    "DTLN__model_quant_1",
    "gen_x_ops_reversed",
}
"""A part of the shared models, chosen for its variety; in CI all are tried."""


def close(ours, theirs):
    """Integers are the same; floats, whose sums depend on their order, within 1e-5 of the output's largest."""
    if ours.dtype.kind == "f":
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 * np.abs(theirs).max())
    else:
        np.testing.assert_array_equal(ours, theirs)


def check(models, folder, rounds=1):
    """The outputs of TFLM, or of LiteRT where TFLM does not take a model, as it is or respelled."""
    inputs = [random_inputs(model, rounds, 7) for model in models]
    theirs = expected([respelled(executable(model)) for model in models], inputs)
    for model, ours, others in zip(models, run_c(models, inputs, folder), theirs, strict=True):
        assert others, f"no runtime takes {model.name}"
        theirs = next(iter(others.values()))
        for our_outputs, their_outputs in zip(ours, theirs, strict=True):
            for one, other in zip(our_outputs, their_outputs, strict=True):
                close(one, other)


def test_models_of_the_zoo_are_equal(tmp_path):
    check([arenite.zoo.build(name, **parameters) for name, parameters in ZOO.items()], tmp_path)


def test_optimized_models_are_equal(tmp_path):
    options = arenite.Options(rounds=1, effort="low")
    models = [arenite.zoo.build(name, **ZOO[name]) for name in ("swiftnet-cell", "mobilenet-v2")]
    check([arenite.optimize(model, options).model for model in models], tmp_path)


@pytest.mark.skipif(not os.environ.get("CI"), reason="takes minutes; set CI=1")
def test_all_shared_models_are_equal(shared, tmp_path):
    for number, path in enumerate(sorted((shared / "models").glob("*.tflite"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        check([arenite.read(path)], folder, rounds=2)


@pytest.mark.skipif(bool(os.environ.get("CI")), reason="all of them are tried instead, with CI=1")
def test_shared_models_are_equal(shared, tmp_path):
    models = [arenite.read(shared / "models" / f"{name}.tflite") for name in sorted(MUST_EXPORT)]
    check(models, tmp_path)


def test_inputs_are_not_kept_and_nothing_else_is(tmp_path):
    """Each inference starts with other rubbish in the arena (see the harness) and gives the same for the same input."""
    model = arenite.zoo.build("resnet8")
    inputs = random_inputs(model, 1, 3)
    (ours,) = run_c([model], [(inputs[0], inputs[1], inputs[0])], tmp_path)
    np.testing.assert_array_equal(ours[0][0], ours[2][0])
    assert not np.array_equal(ours[0][0], ours[1][0])


@pytest.mark.parametrize("name", ["ML-examples__basic_lstm_quantized_small", "gen_unetpp_c8_64"])
def test_models_that_only_respelled_run_have_a_self_test(name, shared):
    assert isinstance(example(respelled(arenite.read(shared / "models" / f"{name}.tflite"))), Example)


def test_padding_between_blocks_and_batches_is_respelled(tmp_path):
    """TFLM pads with a byte that nothing sets; with PAD before it all agree."""
    models = [make(ElementType.INT8, "space_to_batch", seed) for seed in range(4)]
    rounds = [random_inputs(model, 2, 1) for model in models]
    spelled = [respelled(model) for model in models]
    assert [operator.code for operator in spelled[0].main.operators] == ["PAD", "SPACE_TO_BATCH_ND"]
    for ours, others in zip(run_c(models, rounds, tmp_path), expected(spelled, rounds), strict=True):
        assert others
        for theirs in others.values():
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("io", ["int8", "uint8"])
def test_models_with_integer_ends(tmp_path, io):
    source = floating(arenite.zoo.build("resnet8"))
    options = arenite.Options(target="c", split=True, io=io, verify=False, effort="low")
    model = arenite.optimize(source, options).model
    rounds = [random_inputs(model, 2, 1)]
    (ours,), (others,) = run_c([model], rounds, tmp_path), expected([model.with_plan(None)], rounds)
    assert others
    for theirs in others.values():
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one[0], other[0])
