"""Reference rules against stock TFLM itself: one operator, its output planned over its input.

At the distance of the rule the outputs are those of a plan without overlap; a little below, they differ.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from kernel_cases import numbers, tensor

from arenite.backends.reference.registered import method
from arenite.backends.sets import REFERENCE
from arenite.model import Data, ElementType, Graph, MemoryPlan, Model, Operator, Quantization, Tensor
from arenite.operators.elementwise import BINARY, COMPARISONS, ELEMENTWISE
from arenite.operators.windows import SAME, VALID
from arenite.runtimes import process
from arenite.runtimes.compare import first_difference
from arenite.runtimes.inputs import random_inputs
from arenite.runtimes.run import Job, Run
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ARENA = 1 << 20
BASE = 1 << 14
SCALE = Quantization((0.5,), (3,))
IMAGE = (9, 11, 5)


@dataclass(frozen=True)
class Case:
    """A model of one operator. `tears`: some distance just below the rule's least is wrong in TFLM (copies with memcpy
    work at distances that the standard does not promise).
    """

    model: Model
    source: int = 0
    target: int = 0
    tears: bool = True


def built(make: Callable[[Builder, Tensor], Tensor], *shape: int) -> Case:
    builder = Builder("one", 7)
    x = builder.input(*(shape or IMAGE))
    return Case(builder.model(make(builder, x)))


def quantized(*shape: int, kind: ElementType = ElementType.INT8) -> Tensor:
    zero = 0 if kind is ElementType.INT16 else 3
    return Tensor("values", shape, kind, None, Quantization((0.5,), (zero,)))


def floats(*shape: int) -> Tensor:
    return tensor(*shape, kind=ElementType.FLOAT32)


def single(operator: Operator, source: int = 0, target: int = 0, *, tears: bool = True) -> Case:
    inputs = tuple(each for each in operator.inputs if each is not None and each.data is None)
    tensors = tuple(dict.fromkeys(each for each in (*operator.inputs, *operator.outputs) if each is not None))
    return Case(Model("one", (Graph("main", tensors, inputs, operator.outputs, (operator,)),)), source, target, tears)


def two(make: Callable[[Builder, Tensor, Tensor], Tensor]) -> Case:
    builder = Builder("one", 7)
    first, second = builder.input(*IMAGE), builder.input(*IMAGE, name="other")
    return Case(builder.model(make(builder, first, second)))


SLICES = {"begin_mask": 0, "end_mask": 0, "shrink_axis_mask": 0, "ellipsis_mask": 0, "new_axis_mask": 0}
RESIZES = {"align_corners": False, "half_pixel_centers": True}
CASES = {
    "conv 3x3": lambda: built(lambda b, x: b.conv(x, 6, "y", kernel=3, relu=False)),
    "conv 3x3 stride 2": lambda: built(lambda b, x: b.conv(x, 6, "y", kernel=3, stride=2, relu=False)),
    "conv 3x3 valid": lambda: built(lambda b, x: b.conv(x, 4, "y", kernel=3, padding=VALID, relu=False)),
    "conv 1x1": lambda: built(lambda b, x: b.conv(x, 3, "y", relu=False)),
    "conv 5x5 stride 3": lambda: built(lambda b, x: b.conv(x, 8, "y", kernel=5, stride=3, padding=SAME, relu=False)),
    "depthwise 3x3": lambda: built(lambda b, x: b.depthwise(x, "y", relu=False)),
    "depthwise 5x5 stride 2": lambda: built(lambda b, x: b.depthwise(x, "y", kernel=5, stride=2, relu=False)),
    "depthwise 3x3 dilated": lambda: built(lambda b, x: b.depthwise(x, "y", dilation=2, relu=False)),
    "max pool 3x3": lambda: built(lambda b, x: b.max_pool(x, "y")),
    "max pool 2x2 stride 2": lambda: built(lambda b, x: b.max_pool(x, "y", window=2, stride=2)),
    "average pool 3x3": lambda: built(lambda b, x: b.average_pool(x, "y")),
    "add": lambda: two(lambda b, x, y: b.add(x, y, "z")),
    "softmax": lambda: built(lambda b, x: b.softmax(x, "y"), 40),
    "dense": lambda: built(lambda b, x: b.dense(b.reshape(x, (1, 40), "r"), 10, "y"), 5, 8),
    "upsample": lambda: replace(built(lambda b, x: b.upsample(x, "y")), tears=False),
    "upsample to 2/3": lambda: single(
        Operator(
            "RESIZE_NEAREST_NEIGHBOR", (quantized(1, 9, 9, 4), numbers((6, 6))), (quantized(1, 6, 6, 4),), RESIZES
        ),
        tears=False,
    ),
    "bilinear": lambda: single(
        Operator("RESIZE_BILINEAR", (quantized(1, 5, 7, 4), numbers((8, 9))), (quantized(1, 8, 9, 4),), RESIZES)
    ),
    "bilinear of floats": lambda: single(
        Operator("RESIZE_BILINEAR", (floats(1, 5, 7, 4), numbers((8, 9))), (floats(1, 8, 9, 4),), RESIZES)
    ),
    "relu": lambda: single(Operator("RELU", (quantized(1, 40),), (quantized(1, 40),))),
    "logistic of floats": lambda: single(Operator("LOGISTIC", (floats(1, 40),), (floats(1, 40),))),
    "quantize": lambda: single(Operator("QUANTIZE", (floats(1, 40),), (quantized(1, 40),))),
    "dequantize": lambda: single(Operator("DEQUANTIZE", (quantized(1, 40),), (floats(1, 40),), version=2)),
    "requantize to 16 bits": lambda: single(
        Operator("QUANTIZE", (quantized(1, 40),), (quantized(1, 40, kind=ElementType.INT16),))
    ),
    "pad": lambda: single(
        Operator(
            "PAD",
            (quantized(1, 6, 5, 3), numbers((0, 0, 1, 2, 2, 1, 0, 0), 4, 2)),
            (quantized(1, 9, 8, 3),),
            version=2,
        )
    ),
    "slice": lambda: single(
        Operator(
            "SLICE",
            (quantized(1, 6, 5, 3), numbers((0, 2, 1, 0)), numbers((1, 3, 4, 3))),
            (quantized(1, 3, 4, 3),),
            version=2,
        )
    ),
    "strided slice of rows": lambda: single(
        Operator(
            "STRIDED_SLICE",
            (quantized(1, 8, 5, 3), *(numbers(each) for each in ((0, 2, 0, 0), (1, 7, 5, 3), (1, 1, 1, 1)))),
            (quantized(1, 5, 5, 3),),
            SLICES,
            version=2,
        ),
        tears=False,
    ),
    "strided slice": lambda: single(
        Operator(
            "STRIDED_SLICE",
            (quantized(1, 8, 5, 3), *(numbers(each) for each in ((0, 1, 0, 0), (1, 7, 5, 3), (1, 2, 2, 2)))),
            (quantized(1, 3, 3, 2),),
            SLICES,
            version=2,
        )
    ),
    "concatenation of rows": lambda: single(
        Operator(
            "CONCATENATION",
            (quantized(1, 2, 5, 3), quantized(1, 4, 5, 3)),
            (quantized(1, 6, 5, 3),),
            {"axis": 1, "fused_activation_function": 0},
            version=2,
        ),
        source=1,
        tears=False,
    ),
    "concatenation of channels": lambda: single(
        Operator(
            "CONCATENATION",
            (quantized(1, 2, 5, 3), quantized(1, 2, 5, 3)),
            (quantized(1, 2, 5, 6),),
            {"axis": 3, "fused_activation_function": 0},
            version=2,
        ),
        source=1,
        tears=False,
    ),
    "split": lambda: single(
        Operator(
            "SPLIT",
            (numbers((1,)), quantized(1, 6, 5, 3)),
            tuple(quantized(1, 2, 5, 3) for _ in range(3)),
            {"num_splits": 3},
            version=2,
        ),
        source=1,
        target=1,
    ),
    "unpack": lambda: single(
        Operator(
            "UNPACK", (quantized(3, 4, 5),), tuple(quantized(4, 5) for _ in range(3)), {"num": 3, "axis": 0}, version=2
        ),
        target=1,
    ),
    "pack": lambda: single(
        Operator(
            "PACK",
            (quantized(4, 5), quantized(4, 5)),
            (quantized(4, 2, 5),),
            {"axis": 1, "values_count": 2},
            version=2,
        ),
        source=1,
    ),
    "mean of floats": lambda: single(
        Operator("MEAN", (floats(1, 4, 5, 6), numbers((1, 2))), (floats(1, 1, 1, 6),), {"keep_dims": True})
    ),
}


def job(case: Case, distance: int | None) -> Job:
    """The case with the output `distance` bytes below the input, everything else out of the way; None: no plan."""
    operator, graph = case.model.main.operators[-1], case.model.main
    plan = None
    if distance is not None:
        offsets: dict[Tensor, int] = {}
        free = 4 * BASE
        for each in graph.tensors:
            if each.data is None:
                offsets[each] = free
                free += BASE
        source = operator.inputs[case.source]
        assert source is not None
        offsets[source] = 2 * BASE
        offsets[operator.outputs[case.target]] = 2 * BASE - distance
        plan = MemoryPlan((tuple(offsets.get(each) for each in graph.tensors),))
    content = write_bytes(case.model.with_plan(plan))
    return Job(content, random_inputs(case.model, 3, 5), len(graph.outputs), ARENA)


def by_element(code: str) -> Case:
    """An elementwise operator on an input of its output's size, and a constant one without zeros where it has two."""
    read = ElementType.BOOL if code.startswith("LOGICAL") else ElementType.FLOAT32
    made = ElementType.BOOL if code in COMPARISONS else ElementType.INT8 if code == "CAST" else read
    source, target = tensor(1, 40, kind=read), tensor(1, 40, kind=made)
    if code in {"DEQUANTIZE", *COMPARISONS}:
        source = quantized(1, 40)
    if code == "QUANTIZE":
        target = quantized(1, 40)
    other = replace(source, data=Data(struct.pack("<40f", *range(1, 41))[: source.bytes]))
    inputs = (source, other) if code in BINARY else (source,)
    return single(Operator(code, inputs, (target,), {"alpha": 0.5} if code == "LEAKY_RELU" else {}))


def safe_and_torn(case: Case) -> tuple[list[int], list[int]]:
    """Distances that the rule allows, and some below the least of them."""
    operator = case.model.main.operators[-1]
    source, target = operator.inputs[case.source], operator.outputs[case.target]
    assert source is not None
    rule = REFERENCE.overlap(operator, source, target)
    assert rule.distance is not None or rule.exactly
    distance = rule.distance if rule.distance is not None else target.bytes
    unit = min(source.type.bytes, target.type.bytes)
    allowed = sorted({*rule.exactly, -(-distance // 4) * 4 if unit > 1 else distance, distance - distance % 16 + 16})
    torn = [distance - step * unit for step in (1, 2, 4, 8, 16) if distance - step * unit > 1 - source.bytes]
    return allowed, torn if case.tears else []


@pytest.mark.parametrize("name", CASES)
def test_distances_in_tflm(name: str) -> None:
    judge([CASES[name]()])


def test_every_elementwise_kernel_of_tflm_writes_over_its_input() -> None:
    """One that worked in another order, or read an element twice, would be wrong at the distances of the table."""
    judge([by_element(code) for code in sorted(ELEMENTWISE) if method(code)])


def judge(cases: Sequence[Case]) -> None:
    """That TFLM computes at the safe distances what it computes without a plan, and something else below them."""
    if absent := process.absent("tflm"):
        pytest.skip(absent)
    asked = [[job(case, each) for each in (None, *chain(*safe_and_torn(case)))] for case in cases]
    runs = process.run("tflm", list(chain(*asked)))
    assert len(runs) == sum(map(len, asked))
    for case, jobs in zip(cases, asked, strict=True):
        judge_runs(case, runs[: len(jobs)])
        runs = runs[len(jobs) :]


def judge_runs(case: Case, runs: Sequence[object]) -> None:
    allowed, torn = safe_and_torn(case)
    label = case.model.main.operators[-1].label
    names = tuple(each.name for each in case.model.main.outputs)
    differences = []
    for result in runs:
        assert isinstance(result, Run), (label, result)
        assert isinstance(runs[0], Run)
        differences.append(first_difference(runs[0], result, names))
    for each, difference in zip(allowed, differences[1:], strict=False):
        assert difference is None, f"{label} at the safe distance {each}: {difference}"
    if case.tears:
        assert any(differences[1 + len(allowed) :]), f"{label}: nothing wrong at {torn}"
