"""Functions of floats on numbers of all sizes, against NumPy: zeros, infinities and what is no number among them."""

from __future__ import annotations

import numpy as np
import pytest

from arenite.model import ElementType, Graph, Model, Operator, Tensor

from .harness import run_c
from .operators_at_random import Maker
from .test_codegen_operators import expected

FLOAT = ElementType.FLOAT32
SPECIAL = np.float32(
    [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, -1e-45, 1e-38, 3.4e38, -3.4e38, 0.5, 1.5, 2.5, -0.5, -1.5]
)
KNOWN = {
    "ABS": np.abs,
    "CEIL": np.ceil,
    "COS": np.cos,
    "EXP": np.exp,
    "FLOOR": np.floor,
    "LOG": np.log,
    "ROUND": np.rint,
    "RSQRT": lambda x: 1 / np.sqrt(x),
    "SIN": np.sin,
    "SQRT": np.sqrt,
}
TURNS = 2.0**28
"""Size from which on sine and cosine are not computed."""


def numbers(seed):
    """Floats with random bits, of all sizes, then special ones."""
    bits = np.random.default_rng(seed).integers(0, 1 << 32, 3000, np.uint32)
    return np.concatenate([bits.view(np.float32), SPECIAL])[np.newaxis]


def test_functions_of_all_floats(tmp_path):
    models, inputs = [], []
    for number, code in enumerate(KNOWN):
        x = numbers(number)
        source, output = (Tensor(name, x.shape, FLOAT) for name in ("x", "y"))
        operator = Operator(code, (source,), (output,))
        models.append(Model(code, (Graph("main", (source, output), (source,), (output,), (operator,)),)))
        inputs.append([[x]])
    with np.errstate(all="ignore"):
        for (code, known), results, ((x,),) in zip(KNOWN.items(), run_c(models, inputs, tmp_path), inputs, strict=True):
            truth = known(x.astype(np.float64)).astype(np.float32)
            if code in ("SIN", "COS"):
                truth = np.where(np.abs(x) < TURNS, truth, np.float32(np.nan))
            np.testing.assert_allclose(results[0][0], truth, rtol=3e-7, atol=1e-37, err_msg=code)


@pytest.mark.parametrize(("first", "second"), [("FLOOR_DIV", np.floor_divide), ("FLOOR_MOD", np.mod)])
def test_quotients_of_all_floats(first, second, tmp_path):
    random = np.random.default_rng(1)
    a = (random.standard_normal(3000) * 10.0 ** random.integers(-20, 20, 3000)).astype(np.float32)[np.newaxis]
    b = (random.standard_normal(3000) * 10.0 ** random.integers(-20, 20, 3000)).astype(np.float32)[np.newaxis]
    x, y, z = (Tensor(name, a.shape, FLOAT) for name in "xyz")
    model = Model(first, (Graph("main", (x, y, z), (x, y), (z,), (Operator(first, (x, y), (z,)),)),))
    ((result,),) = run_c([model], [[[a, b]]], tmp_path)[0]
    truth = second(a.astype(np.float64), b.astype(np.float64))
    if first == "FLOOR_MOD":
        rest = np.fmod(a, b)
        truth = np.where((rest != 0) & ((b < 0) != (rest < 0)), rest + b, rest)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(result, truth.astype(np.float32), rtol=1e-7)


def test_int8_quotients_of_zero(tmp_path):
    """TFLM divides by more than 2^31 here, which gives 1 instead of 0."""
    m = Maker(1)
    a, b, c = (
        m.tensor(1, 4, scale=0.5, zero=0),
        m.tensor(1, 4, scale=0.5, zero=-100),
        m.tensor(1, 4, scale=1 / 40, zero=3),
    )
    model = m.model("DIV", (a, b), [c], fused_activation_function=0)
    given = [[np.int8([[0, 0, 5, 77]]), np.int8([[100, 127, -99, 127]])]]
    ours = run_c([model], [given], tmp_path)[0]
    assert ours[0][0].tolist() == [[4, 4, 127, 17]]
    for theirs in expected([model], [given])[0].values():
        np.testing.assert_array_equal(ours, theirs)


TIES = ((0.03955872729420662, 0.039293233305215836, 74, 74), (0.021489126607775688, 0.04063398391008377, 52, 28))
"""Scales of input and output, a value, and its result, whose quotient in single precision rounds the other way."""


@pytest.mark.parametrize("code", ["RELU", "ABS", "LEAKY_RELU"])
def test_factors_between_scales_are_in_double_precision(code, tmp_path):
    m, models, inputs = Maker(1), [], []
    options = {"alpha": 0.5} if code == "LEAKY_RELU" else {}
    for before, after, value, _ in TIES:
        source, output = m.tensor(1, 4, scale=before, zero=0), m.tensor(1, 4, scale=after, zero=0)
        models.append(m.model(code, [source], [output], **options))
        inputs.append([[np.int8([[value] * 4])]])
    ours = run_c(models, inputs, tmp_path)
    for (*_, result), found, others in zip(TIES, ours, expected(models, inputs), strict=True):
        assert found[0][0].tolist() == [[result] * 4]
        if "tflm" in others:
            np.testing.assert_array_equal(found, others["tflm"])
