"""Results that are constants: float16 weights and packed ones are in C what LiteRT and TFLM make of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import compressed, graph, model

from arenite import zoo
from arenite.codegen.constant_results import with_constants
from arenite.errors import UnsupportedError
from arenite.model import Data, ElementType, MemoryPlan, Operator, Quantization, Tensor
from arenite.runtimes.inputs import random_inputs
from arenite.search.runnable import refusals

from .harness import arena_size, run_c, sources
from .test_codegen_operators import expected


def halved(constant=True):
    """A fully connected layer whose weights and bias are float16."""
    random = np.random.default_rng(1)
    x, y = Tensor("x", (3, 40), ElementType.FLOAT32), Tensor("y", (3, 8), ElementType.FLOAT32)
    halves, floats, steps = [], [], []
    for name, shape in (("weights", (8, 40)), ("bias", (8,))):
        data = Data(random.standard_normal(shape).astype(np.float16).tobytes()) if constant else None
        halves.append(Tensor(f"{name} half", shape, ElementType.FLOAT16, data))
        floats.append(Tensor(name, shape, ElementType.FLOAT32))
        steps.append(Operator("DEQUANTIZE", (halves[-1],), (floats[-1],)))
    steps.append(Operator("FULLY_CONNECTED", (x, *floats), (y,), {"fused_activation_function": 0}))
    inputs = [x] if constant else [x, *halves]
    return model(graph(inputs, [y], steps))


def test_results_are_those_of_litert(tmp_path):
    source = halved()
    rounds = [random_inputs(source, 2, 1)]
    ours, (others,) = run_c([source], rounds, tmp_path)[0], expected([source], rounds)
    assert others
    for theirs in others.values():
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)


def test_the_arena_has_no_room_for_weights():
    files = sources(halved(), "half")
    assert arena_size(files) <= 4 * 3 * (40 + 8)
    assert "dequantize" not in "".join(files)
    assert not refusals(halved(), "c")


def test_a_plan_loses_what_became_constant():
    source = halved()
    planned = source.with_plan(MemoryPlan((tuple(range(0, 16 * len(source.main.tensors), 16)),)))
    result = with_constants(planned)
    of = dict(zip(result.main.tensors, result.plan.offsets[0], strict=True))
    assert {tensor.name for tensor, offset in of.items() if offset is None} == {"weights", "bias"}


def test_what_is_no_constant_is_refused():
    source = halved(constant=False)
    assert with_constants(source) is source
    with pytest.raises(UnsupportedError):
        sources(source, "half")
    assert refusals(source, "c")


def test_an_output_of_the_graph_stays():
    source = halved()
    (main,) = source.graphs
    weights = next(tensor for tensor in main.tensors if tensor.name == "weights")
    with_output = replace(source, graphs=(replace(main, outputs=(*main.outputs, weights)),))
    assert len(with_constants(with_output).main.operators) == 2


CODES = {-7: "0", 3: "10", 100: "110", -128: "1110", 5: "1111"}
"""Huffman codes of int8 values, no one the beginning of another."""


def weights(kind, shape, values, quantization):
    letters = {ElementType.INT8: np.int8, ElementType.INT16: np.int16}
    return Tensor("w", shape, kind, Data(np.array(values, letters[kind]).tobytes()), quantization)


def packed(way, output, bits, table, *fields):
    """A model that adds an input to what a TFLM_DECODE makes of these bits and this table."""
    padded = bits + "0" * (-len(bits) % 64)
    encoded = int(padded, 2).to_bytes(len(padded) // 8, "big")
    content = bytes((way, 1, 0, 0, 1, *fields)).ljust(16, b"\0") + table
    constants = [
        Tensor(name, (len(each),), ElementType.UINT8, Data(each)) for name, each in (("e", encoded), ("a", content))
    ]
    x, y = (Tensor(name, output.shape, output.type, None, output.quantization) for name in "xy")
    made = replace(output, data=None)
    steps = (
        Operator("CUSTOM", tuple(constants), (made,), custom_code="TFLM_DECODE"),
        Operator("MAXIMUM", (x, made), (y,)),
    )
    return model(graph([x], [y], steps))


def pruned(steps, shape, seed=1):
    random = np.random.default_rng(seed)
    of_rows = np.repeat(np.resize(steps.zero_point, shape[0]), shape[1])
    points = np.resize(steps.zero_point, shape).ravel() if steps.dimension else of_rows
    kept = random.integers(0, 2, points.size) == 1
    values = np.where(kept, random.integers(-128, 128, points.size), points)
    values = values.astype(np.int8)
    bits = "".join(str(int(value != point)) for value, point in zip(values, points, strict=True))
    kept = values[values != points.astype(np.int8)]
    return packed(2, weights(ElementType.INT8, shape, values, steps), bits, kept.tobytes())


def by_codes(wide):
    """Two tables: two bits, and two more for what begins with 11."""
    symbol = (1 << 31, 27) if wide else (1 << 15, 11)

    def entry(value, count, *, found=True):
        return (symbol[0] if found else 0) | count << symbol[1] | value & 0xFFFF & ((1 << symbol[1]) - 1)

    first = [entry(-7, 1), entry(-7, 1), entry(3, 2), entry(1, 1, found=False)]
    second = [entry(100, 1), entry(100, 1), entry(-128, 2), entry(5, 2)]
    table = np.array(first + second, np.uint32 if wide else np.uint16).tobytes()
    values = np.random.default_rng(1).choice(list(CODES), 60)
    output = weights(ElementType.INT8, (60,), values, Quantization((0.5,), (0,)))
    return packed(1, output, "".join(CODES[int(value)] for value in values), table, (1 << 4) | wide)


PACKED = {
    "convolutions": lambda: compressed(zoo.build("resnet8"), bits=4, most=5000),
    "one bit": lambda: compressed(zoo.build("resnet8"), bits=1, most=5000),
    "pruned": lambda: pruned(Quantization((0.5,), (3,)), (4, 30)),
    "pruned channels": lambda: pruned(Quantization((0.5,) * 4, (0, 1, -128, 127)), (4, 30)),
    "pruned last channels": lambda: pruned(Quantization((0.5,) * 30, tuple(range(30)), 1), (4, 30)),
    "codes": lambda: by_codes(0),
    "codes in wide tables": lambda: by_codes(1),
}


@pytest.mark.parametrize("name", PACKED)
def test_what_is_packed_is_what_tflm_unpacks(name, tmp_path):
    source = PACKED[name]()
    rounds = [random_inputs(source, 2, 1)]
    (ours,), (others,) = run_c([source], rounds, tmp_path), expected([source], rounds)
    assert "tflm" in others
    for theirs in others.values():
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one[0], other[0])


def test_what_ends_too_early_is_refused():
    made = packed(0, weights(ElementType.INT8, (60,), [0] * 60, Quantization((0.5,), (0,))), "0" * 64, bytes(4), 2, 4)
    with pytest.raises(UnsupportedError, match="TFLM_DECODE"):
        sources(made, "m")
