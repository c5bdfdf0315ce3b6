"""TFLM's custom operators for audio, on loud and quiet sounds; the transform without its roundings."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import numpy as np
import pytest
from hand_made import graph, model, with_custom_options

import arenite
from arenite.backends.generated_c.kept import kept
from arenite.codegen.kernel_files import kernel_files
from arenite.codegen.operators.signal import circle
from arenite.codegen.text.literals import elements
from arenite.codegen.unit import Unit
from arenite.errors import UnsupportedError
from arenite.model import ElementType, Operator, Tensor
from arenite.runtimes.inputs import random_inputs
from arenite.tflite.custom_options import custom_options

from .harness import STRICT, compiler, run_c, sources
from .test_codegen_operators import expected

INT16 = ElementType.INT16


@pytest.fixture(scope="module")
def preprocessor(shared):
    return arenite.read(shared / "models" / "tflite-micro__audio_preprocessor_int8.tflite")


def sounds():
    """Frames of 30 ms: silence, tones and noise from one bit to beyond the range."""
    rng, time = np.random.default_rng(1), np.arange(480) / 16000
    for amplitude in (0, 1, 3, 50, 1000, 20000, 40000):
        for tone in (100, 440, 3000):
            wave = amplitude * np.sin(2 * np.pi * tone * time) + amplitude / 4 * rng.standard_normal(480)
            yield (np.clip(np.round(wave), -32768, 32767).astype(np.int16).reshape(1, 480),)


def test_sounds_become_the_same_features(preprocessor, tmp_path):
    inputs = [tuple(sounds())]
    (ours,) = run_c([preprocessor], inputs, tmp_path)
    theirs = expected([preprocessor], inputs)[0]
    if not theirs:
        pytest.skip("TFLM is not installed, and nothing else runs its operators")
    for one, other in zip(ours, theirs["tflm"], strict=True):
        np.testing.assert_array_equal(one[0], other[0])
    assert len({one[0].tobytes() for one in ours}) > 10


def test_the_noise_is_kept(preprocessor):
    assert kept(preprocessor).size == 40 * 4


def test_options_that_are_not_there_are_named(preprocessor):
    first, *others = preprocessor.main.operators
    assert custom_options(first) == {"shift": 12}
    bare = replace(preprocessor.main, operators=(replace(first, origin=None), *others))
    with pytest.raises(UnsupportedError, match=r"operator 0 \(SignalWindow.*the option shift is missing"):
        sources(replace(preprocessor, graphs=(bare,)), "m")


def test_a_custom_operator_is_not_the_builtin_one_of_its_name(preprocessor):
    first, *others = preprocessor.main.operators
    named = replace(preprocessor.main, operators=(replace(first, custom_code="RELU"), *others))
    with pytest.raises(UnsupportedError, match=r"operator 0 \(RELU.*there is no kernel for it"):
        sources(replace(preprocessor, graphs=(named,)), "m")


PROGRAM = """
#include <stdio.h>
#include "arenite_signal_rfft_s16.h"
static const int16_t turns[] = {{{turns}}}, half_turns[] = {{{half_turns}}};
int main(void) {{
  static int16_t input[{length}], output[{length} + 2];
  const arenite_signal_rfft_s16_t layer = {{{given}, {size}, {last}, turns, half_turns}};
  if (fread(input, 2, {given}, stdin) != {given}) return 1;
  arenite_signal_rfft_s16(&layer, 1, input, output);
  return fwrite(output, 2, {length} + 2, stdout) != {length} + 2;
}}
"""


def values(constant):
    return elements(constant.kind, constant.content)


@pytest.mark.parametrize("length", [4, 8, 16, 32, 128, 512, 2048])
def test_the_transform_is_one(length, tmp_path):
    """A spectrum divided by its length, but for a rounding in every step."""
    unit, size = Unit({}), length // 2
    turns = circle(unit, (-2 * np.pi * i / size for i in range(size)), "turns")
    half_turns = circle(unit, (-np.pi * ((i + 1) / size + 0.5) for i in range(size // 2)), "half turns")
    last, given = (4 if size.bit_length() % 2 else 2), length - length // 8
    arrays = {"turns": values(turns), "half_turns": values(half_turns)}
    text = PROGRAM.format(length=length, given=given, size=size, last=last, **arrays)
    (tmp_path / "main.c").write_text("#include <stdint.h>\n" + text)
    for name, content in kernel_files({"signal_rfft_s16"}).items():
        (tmp_path / name).write_text(content)
    program = str(tmp_path / "program")
    flags = ["-std=c99", *STRICT, "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    subprocess.run([compiler(), *flags, *map(str, tmp_path.glob("*.c")), "-o", program], check=True)
    sound = np.random.default_rng(length).integers(-32768, 32768, given).astype(np.int16)
    done = subprocess.run([program], input=sound.tobytes(), capture_output=True, check=True)
    found = np.frombuffer(done.stdout, np.int16).astype(float).reshape(-1, 2)
    wanted = np.fft.rfft(sound, length) / length
    steps = np.log2(length) + 2
    np.testing.assert_allclose(found[:, 0], wanted.real, atol=steps)
    np.testing.assert_allclose(found[:, 1], wanted.imag, atol=steps)


@pytest.mark.parametrize("length", [4, 8, 16, 32, 256, 512])
def test_spectra_become_the_sounds_of_tflm(length, tmp_path):
    source, output = Tensor("x", (2, length + 2), INT16), Tensor("y", (2, length), INT16)
    each = alone("SignalIrfft", source, output, T=INT16.code, fft_length=length)
    rounds = [random_inputs(each, 3, 1)]
    (ours,), (others,) = run_c([each], rounds, tmp_path), expected([each], rounds)
    if not others:
        pytest.skip("TFLM is not installed, and nothing else runs its operators")
    for one, other in zip(ours, others["tflm"], strict=True):
        np.testing.assert_array_equal(one[0], other[0])


def alone(code, source, output, **options):
    operator = Operator("CUSTOM", (source,), (output,), custom_code=code)
    return with_custom_options(model(graph([source], [output], [operator]), name="signal"), options)


FRAMES = {
    "frames": ("SignalFramer", (2, 12), (2, 3, 10), {"frame_size": 10, "frame_step": 4, "prefill": False}),
    "frames after zeros": ("SignalFramer", (8,), (2, 7), {"frame_size": 7, "frame_step": 4, "prefill": True}),
    "frames side by side": ("SignalFramer", (1, 6), (1, 2, 3), {"frame_size": 3, "frame_step": 3, "prefill": True}),
    "vectors": ("SignalStacker", (5,), (20,), (5, 2, 1, 2)),
    "vectors of the past": ("SignalStacker", (3,), (9,), (3, 2, 0, 1)),
    "vectors apart": ("SignalStacker", (4,), (12,), (4, 0, 2, 3)),
}
STACKING = ("num_channels", "stacker_left_context", "stacker_right_context", "stacker_step")


@pytest.mark.parametrize("name", FRAMES)
def test_frames_are_those_of_tflm(name, tmp_path):
    """TFLM leaves frames that are not complete as they are."""
    code, shape, result, options = FRAMES[name]
    source, output, valid = (
        Tensor(name, shape, kind)
        for name, shape, kind in (("x", shape, INT16), ("y", result, INT16), ("valid", (), ElementType.BOOL))
    )
    operator = Operator("CUSTOM", (source,), (output, valid), custom_code=code)
    each = model(graph([source], [output, valid], [operator]), name="frames")
    each = with_custom_options(
        each, options if isinstance(options, dict) else dict(zip(STACKING, options, strict=True))
    )
    rounds = [random_inputs(each, 9, 1)]
    (ours,), (others,) = run_c([each], rounds, tmp_path), expected([each], rounds)
    if not others:
        pytest.skip("TFLM is not installed, and nothing else runs its operators")
    complete = 0
    for (frames, is_valid), (theirs, known) in zip(ours, others["tflm"], strict=True):
        assert is_valid == known
        complete += int(known)
        if known:
            np.testing.assert_array_equal(frames, theirs)
    assert complete


KEEPING = {
    "short delay": ("SignalDelay", (2, 10), (2, 10), ElementType.INT16, {"delay_length": 3}),
    "long delay": ("SignalDelay", (10,), (10,), ElementType.INT16, {"delay_length": 27}),
    "int16 frames": ("SignalOverlapAdd", (2, 3, 10), (2, 12), ElementType.INT16, {"T": 7, "frame_step": 4}),
    "float frames": ("SignalOverlapAdd", (1, 2, 9), (1, 12), ElementType.FLOAT32, {"T": 0, "frame_step": 6}),
}


@pytest.mark.parametrize("name", KEEPING)
def test_samples_are_kept(name, tmp_path):
    code, shape, result, kind, options = KEEPING[name]
    each = alone(code, Tensor("x", shape, kind), Tensor("y", result, kind), **options)
    rounds = [random_inputs(each, 5, 1)]
    (ours,), (others,) = run_c([each], rounds, tmp_path), expected([each], rounds)
    if not others:
        pytest.skip("TFLM is not installed, and nothing else runs its operators")
    for one, other in zip(ours, others["tflm"], strict=True):
        np.testing.assert_allclose(one[0], other[0], rtol=1e-6)
