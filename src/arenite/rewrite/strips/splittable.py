"""The table of operators that can be split by rows, and the reasons why others cannot."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from arenite.backends.target import TFLM
from arenite.model import ElementType
from arenite.operators.elementwise import COMPUTING, CONVERSIONS
from arenite.operators.kinds import PADS, REDUCTIONS, RESHAPES, SPLITS
from arenite.operators.soundness import is_sound
from arenite.operators.windows import CONVOLUTIONS, POOLS
from arenite.rewrite.regions import CannotSplitError, reason_of, rule_of
from arenite.rewrite.strips.rules import (
    bilinear_rule,
    concatenation_rule,
    convolution_rule,
    depth_to_space_rule,
    nearest_rule,
    pad_rule,
    pool_rule,
    same_rows_rule,
    space_to_depth_rule,
    transposed_rule,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.backends.target import Target
    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.rules import Rule

_RULES: Mapping[str, Callable[[Operator], Rule]] = {
    **dict.fromkeys(COMPUTING, same_rows_rule),
    **dict.fromkeys(CONVERSIONS, same_rows_rule),
    **dict.fromkeys(("SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION"), same_rows_rule),
    **dict.fromkeys(CONVOLUTIONS, convolution_rule),
    **dict.fromkeys(POOLS, pool_rule),
    **dict.fromkeys(PADS, pad_rule),
    "CONCATENATION": concatenation_rule,
    "DEPTH_TO_SPACE": depth_to_space_rule,
    "RESIZE_BILINEAR": bilinear_rule,
    "RESIZE_NEAREST_NEIGHBOR": nearest_rule,
    "SPACE_TO_DEPTH": space_to_depth_rule,
    "TRANSPOSE_CONV": transposed_rule,
}

_WHOLE: Mapping[str, str] = {
    "FULLY_CONNECTED": "every element of its output reads the whole input",
    "BATCH_MATMUL": "multiplies whole matrices",
    **dict.fromkeys(REDUCTIONS, "reduces over the whole input, as global pooling does"),
    **dict.fromkeys(("ARG_MAX", "ARG_MIN", "TOPK_V2", "CUMSUM"), "goes through the whole input"),
    **dict.fromkeys(RESHAPES, "gives its elements another shape, without rows"),
    **dict.fromkeys(("TRANSPOSE", "REVERSE_V2", "GATHER", "MIRROR_PAD"), "moves elements between rows"),
    **dict.fromkeys(SPLITS, "has several outputs"),
}
"""Reasons why known operators without a rule cannot be split, by kind."""

_KEPT_CUTS = 2048
"""Most answers that a rule keeps. A search asks for the same rows of an operator in hundreds of plans, but an image of
224 rows has 25,200 intervals of rows."""

_TYPES = frozenset({ElementType.FLOAT32, ElementType.INT8, ElementType.UINT8, ElementType.INT16, ElementType.INT32})
"""Element types that LiteRT can slice and join by rows, and TFLM too where it has kernels for them."""


def why_not(operator: Operator, target: Target = TFLM) -> str | None:
    """Why an operator cannot be split by rows: a clause that follows its name, such as "keeps state"; None if it can.

    Considers the operator alone: a region may still be refused because of its surroundings.
    """
    return reason_of(rule, operator) or (None if target.generated else _not_in_tflm(operator))


def _not_in_tflm(operator: Operator) -> str | None:
    """Why strips of an operator that TFLM runs could not be cut and joined there (slice.cc, concatenation.cc)."""
    if operator.code in CONVERSIONS:
        for tensor in (*operator.inputs, *operator.outputs):
            if tensor is not None and tensor.type is ElementType.UINT8:
                return "converts UINT8, of which TFLM can neither slice nor join rows"
    return None


def rule(operator: Operator) -> Rule:
    """The rule by which an operator computes some rows of its output.

    The operator keeps the rule, and the rule keeps its answers.

    Raises:
        CannotSplitError: the operator cannot be split by rows.
    """
    return operator.once(rule, _rule)


def _rule(operator: Operator) -> Rule:
    make = rule_of(operator, _RULES, _WHOLE, "row")
    _check_image(operator.outputs[0])
    for read in operator.inputs:
        if read is not None and read.data is None and len(read.shape) == 4 and read.shape[1] != 1:
            _check_type(read)
    if operator.outputs[0].shape[1] == 1:
        raise CannotSplitError("makes a single row")
    if not is_sound(operator):
        raise CannotSplitError("has options or shapes that make no sense")
    return lru_cache(_KEPT_CUTS)(make(operator))


def _check_image(tensor: Tensor) -> None:
    shape, makes = list(tensor.shape), f"makes {tensor.name!r}"
    if len(shape) != 4:
        raise CannotSplitError(f"{makes} of shape {shape}, which is not [1, rows, columns, channels]")
    if shape[0] != 1:
        raise CannotSplitError(f"{makes}, a batch of {shape[0]}: rows of all images are not adjacent")
    if not all(shape):
        raise CannotSplitError(f"{makes}, which is empty")
    _check_type(tensor)


def _check_type(tensor: Tensor) -> None:
    if tensor.type not in _TYPES:
        raise CannotSplitError(f"works on {tensor.name!r} of type {tensor.type.name}, of which rows are not sliced")
