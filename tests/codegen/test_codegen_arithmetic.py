"""Fixed-point arithmetic in C and in Python, against fractions."""

from __future__ import annotations

import math
import subprocess
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arenite.codegen.fixed_point import divide_power, exp_on_negative_values, high_multiply, logistic, scaled, tanh
from arenite.codegen.quantized import Scale, quantize_multiplier, rounded

from .harness import STRICT, compiler

INT32 = st.integers(-(2**31), 2**31 - 1)


def away_from_zero(value):
    """The nearest integer of a fraction, ties away from zero."""
    return int(math.copysign(math.floor(abs(value) + Fraction(1, 2)), value))


@given(INT32, INT32)
def test_products_are_rounded_to_nearest_ties_up(a, b):
    if a == b == -(2**31):
        return
    assert high_multiply(a, b) == math.floor(Fraction(a * b, 2**31) + Fraction(1, 2))


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(0, 31))
def test_powers_are_divided_to_nearest_ties_away_from_zero(x, exponent):
    assert divide_power(x, exponent) == away_from_zero(Fraction(x, 2**exponent))


@pytest.mark.parametrize(("value", "nearest"), [(0.5, 1), (-0.5, -1), (0.49999999999999994, 0), (2.5, 3), (-2.4, -2)])
def test_rounding(value, nearest):
    assert rounded(value) == nearest


@given(st.floats(1e-8, 1e4), st.sampled_from((1, -1)))
def test_multipliers_are_as_near_as_31_bits_allow(magnitude, sign):
    factor = sign * magnitude
    scale = quantize_multiplier(factor)
    assert 2**30 <= sign * scale.multiplier < 2**31
    assert Fraction(scale.multiplier) * Fraction(2) ** (scale.shift - 31) == pytest.approx(factor, rel=2**-30)


@pytest.mark.parametrize("x", [-0.001, -0.1, -0.25, -1.0, -3.7, -8.0, -15.9])
def test_curves_are_what_they_are_called(x):
    bits = 4
    raw = round(x * 2 ** (31 - bits))
    assert exp_on_negative_values(raw, bits) / 2**31 == pytest.approx(math.exp(x), abs=1e-6)
    for sign in (1, -1):
        assert logistic(sign * raw, bits) / 2**31 == pytest.approx(1 / (1 + math.exp(-sign * x)), abs=1e-6)
        assert tanh(sign * raw, bits) / 2**31 == pytest.approx(math.tanh(sign * x), abs=1e-6)


PROGRAM = """
#include <stdio.h>
#include "arenite_fixed.h"
#include "arenite_round.h"
int main(void) {
  int32_t given[4];
  while (fread(given, 4, 4, stdin) == 4) {
    int32_t results[3];
    results[0] = arenite_scale(given[0], given[1], given[2]);
    results[1] = arenite_divide_power(given[0], given[3]);
    results[2] = arenite_round((float)given[0] / (float)(1 << given[3] % 20));
    if (fwrite(results, 4, 3, stdout) != 3) return 1;
  }
  return 0;
}
"""


def test_c_computes_the_same(tmp_path):
    random = np.random.default_rng(1)
    kernels = files("arenite.codegen") / "kernels"
    for name in ("arenite_fixed.h", "arenite_round.h", "arenite_wrap.h"):
        (tmp_path / name).write_text((kernels / name).read_text())
    (tmp_path / "main.c").write_text(PROGRAM)
    program = tmp_path / "program"
    command = [compiler(), "-std=c99", *STRICT, "-fsanitize=undefined", "-fno-sanitize-recover=undefined"]
    subprocess.run([*command, str(tmp_path / "main.c"), "-o", str(program)], check=True)
    small = random.integers(-64, 65, 2000)
    ties = small * 2 ** random.integers(0, 20, 2000)
    values = np.concatenate([ties, random.integers(-(2**20), 2**20, 2000)])
    multipliers = np.where(random.integers(0, 2, 4000), 2**30, random.integers(2**30, 2**31, 4000))
    given_values = np.stack(
        [values, multipliers, random.integers(-31, 8, 4000), random.integers(0, 32, 4000)], axis=1
    ).astype(np.int32)
    done = subprocess.run([str(program)], input=given_values.tobytes(), capture_output=True, check=True)
    results = np.frombuffer(done.stdout, np.int32).reshape(-1, 3)
    for (x, multiplier, shift, exponent), (one, two, three) in zip(
        given_values.tolist(), results.tolist(), strict=True
    ):
        assert one == scaled(x, Scale(multiplier, shift))
        assert two == away_from_zero(Fraction(x, 2**exponent))
        assert three == rounded(float(np.float32(x) / np.float32(2 ** (exponent % 20))))
