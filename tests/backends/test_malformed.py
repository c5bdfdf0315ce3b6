"""Operators whose inputs, shapes and options make no sense: rules say the worst case, and nothing is raised."""

from __future__ import annotations

import struct
from dataclasses import replace
from itertools import product
from math import prod
from random import Random
from typing import TYPE_CHECKING

import pytest
from kernel_cases import SAME, convolution, numbers, pool, tensor, weights
from kernel_loops import Shape

from arenite.backends import Overlap
from arenite.backends.build import CORTEX_M, Instance
from arenite.backends.generated_c import overlap as generated
from arenite.backends.generated_c.calls import called
from arenite.backends.reference import overlap, tail
from arenite.backends.reference.scratch import REQUESTS, scratch_is_known
from arenite.backends.reference.signal_tail import PARAMETERS
from arenite.backends.sets import ALL, PORTABLE, REFERENCE
from arenite.backends.tflm.backend import TflmBackend
from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor
from arenite.operators import kinds, state
from arenite.operators.soundness import is_sound
from arenite.rewrite.channels import why_not_channels
from arenite.rewrite.strips import why_not

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends import Backend

WINDOW = Shape(1, 4, 4, 8, 4, 4, 8, (3, 3), (1, 1), (1, 1), (1, 1))
KINDS = sorted({*overlap.RULES, *generated.RULES, *tail.RULES, *REQUESTS, *PARAMETERS, *tail.OP_DATA})
NAMES = ("stride_h", "stride_w", "dilation_h_factor", "dilation_w_factor", "filter_height", "filter_width")
FLAGS = ("padding", "begin_mask", "end_mask", "shrink_axis_mask", "keep_dims", "align_corners", "half_pixel_centers")
NUMBERS = frozenset({"PAD", "PADV2", "STRIDED_SLICE", "SLICE", "SPLIT_V", "MEAN"})
"""Kinds whose further inputs are numbers."""
TYPES = (ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.FLOAT32)


def anything(rng: Random, rank: int, kind: ElementType, *, constant: bool) -> Tensor:
    lengths = (0, 1, 2, 3, 5) if rng.random() < 0.2 else (1, 2, 3, 4, 8)
    shape = tuple(rng.choice(lengths) for _ in range(rank))
    if not constant:
        return Tensor("computed", shape, kind)
    count = prod(shape)
    content = rng.randbytes(count * kind.bytes)
    if kind is ElementType.INT32:
        content = struct.pack(f"<{count}i", *(rng.randrange(-2, 6) for _ in range(count)))
    scales = rng.randrange(1, 4)
    data = Data(content[: len(content) - (rng.random() < 0.1)])
    return Tensor("constant", shape, kind, data, Quantization((0.5,) * scales, (1,) * scales))


def an_operator(rng: Random, codes: Sequence[str] = KINDS) -> Operator:
    """Mostly with the inputs and ranks that its kind needs, and with options and lengths that seldom fit them."""
    code, base = rng.choice(codes), rng.choice(TYPES)
    needs = kinds.KINDS.get(code, kinds.Kind((0, 1)))
    inputs: list[Tensor | None] = []
    for place in range(max((*needs.inputs, 0)) + 1 + rng.randrange(2)):
        rank = rng.choice((4, rng.randrange(6)))
        for position, least, most in needs.ranks:
            if position == place and rng.random() < 0.9:
                rank = rng.randint(least, min(most, 5))
        if (code in NUMBERS and place) or (code == "SPLIT" and not place):
            inputs.append(anything(rng, rng.choice((0, 1, 1, 2)), ElementType.INT32, constant=rng.random() < 0.9))
        elif rng.random() < 0.03:
            inputs.append(None)
        else:
            inputs.append(anything(rng, rank, rng.choice((base, base, *TYPES)), constant=rng.random() < 0.4))
    outputs = tuple(
        anything(rng, 4 if needs.result == 4 and rng.random() < 0.9 else rng.randrange(6), base, constant=False)
        for _ in range(rng.choice((1, 1, 1, 0, 2, 3)))
    )
    options = {name: rng.choice((1, 1, 2, 3, 0)) for name in NAMES if rng.random() < 0.97}
    options |= {name: rng.randrange(2) for name in FLAGS if rng.random() < 0.5}
    options |= {"axis": rng.randrange(-5, 5)} if rng.random() < 0.8 else {}
    custom = code if code != code.upper() or code == "TFLM_DECODE" else ""
    return Operator("CUSTOM" if custom else code, tuple(inputs), outputs, options, custom)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_raised(seed: int) -> None:
    rng = Random(seed)
    for _ in range(400):
        operator = an_operator(rng)
        for kernels in ALL:
            kernels.scratch(operator)
            kernels.planned_scratch(operator)
            called(operator, kernels.cmsis_nn)
            for source, target in product(operator.inputs, operator.outputs):
                if source is not None:
                    kernels.overlap(operator, source, target)
            if isinstance(kernels, TflmBackend):
                kernel = Instance(operator, CORTEX_M)
                kernels.kept(kernel)
                kernels.looks(kernel)
                if not scratch_is_known(operator):
                    assert not kernels.is_known(kernel)


@pytest.mark.parametrize("seed", range(8))
def test_what_makes_no_sense_is_not_executed_in_parts(seed: int) -> None:
    rng = Random(seed)
    codes = sorted(code for code in state.PURE if code in kinds.KINDS)
    for _ in range(2000):
        operator = an_operator(rng, codes)
        if operator.outputs:
            operator = replace(operator, outputs=(tensor(1, *(rng.choice((2, 4, 8)) for _ in range(3))),))
        reasons = why_not(operator), why_not_channels(operator)
        assert is_sound(operator) or None not in reasons, operator


def contradictions() -> list[Operator]:
    """Operators that have all that their kind needs, but shapes or options of no sense."""
    conv, pooled = convolution(WINDOW, SAME), pool("MAX_POOL_2D", replace(WINDOW, groups=8), SAME)
    assert conv.inputs[0] is not None
    return [
        replace(conv, options={**conv.options, "stride_h": 0}),
        replace(conv, inputs=(conv.inputs[0], weights(8, 3, 3, 16))),
        replace(conv, inputs=(conv.inputs[0], weights(8, 3, 3, 0))),
        replace(pooled, options={}),
        replace(pooled, outputs=(tensor(1, 4, 4, 4),)),
        Operator("FULLY_CONNECTED", (tensor(1, 8), weights(4, 9)), (tensor(1, 4),)),
        Operator("FULLY_CONNECTED", (tensor(1, 8), weights(4, 2, 4)), (tensor(1, 4),)),
    ]


@pytest.mark.parametrize("operator", contradictions(), ids=lambda each: each.code)
def test_contradictions_are_unknown_and_never_certain(operator: Operator) -> None:
    """The scratch of such an operator is not known, so that no figure of a model with it looks certain."""
    source, target = operator.inputs[0], operator.outputs[0]
    assert source is not None
    model = Model("m", (Graph("main", (source, target), (source,), (target,), (operator,)),))
    for kernels in ALL:
        assert kernels.overlap(operator, source, target) == Overlap()
        if not kernels.generated:
            assert kernels.arena(model).unknown == (operator.code,)


@pytest.mark.parametrize("kernels", [PORTABLE, REFERENCE])
def test_joins_along_an_axis_that_is_not_there(kernels: Backend) -> None:
    part, whole = tensor(2, 4), tensor(4, 4)
    for operator in (
        Operator("CONCATENATION", (part, tensor(2, 4)), (whole,), {"axis": 2}),
        Operator("CONCATENATION", (part, tensor(2)), (whole,), {"axis": 0}),
        Operator("CONCATENATION", (part, None), (whole,), {"axis": 0}),
        Operator("SPLIT_V", (part, numbers((1, 1)), numbers((-3,))), (whole,)),
        Operator("SPLIT", (numbers((2,)), part), (whole,)),
        Operator("UNPACK", (part,), (whole,), {"axis": -3}),
        Operator("PACK", (part,), (whole,)),
    ):
        assert kernels.overlap(operator, part, whole) == Overlap()
