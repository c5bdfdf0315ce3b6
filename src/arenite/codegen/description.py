"""Operators and tensors in the words of comments: CONV_2D 8x3x3x1: input int8[1,96,96,1] -> Relu6 int8[1,48,48,8]."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Operator, Tensor

LONGEST = 32
"""Characters of a tensor's name in a comment. Converters write whole paths, of which the end tells tensors apart."""
MOST = 4
"""Inputs or outputs of an operator that a comment names."""

_CUT = "..."


def short_name(name: str) -> str:
    """The first of the names that a converter joined, and of a path its end, with two steps at least.

    >>> short_name("functional_1/MobilenetV2/expanded_conv/Relu6;functional_1/Bias")
    'MobilenetV2/expanded_conv/Relu6'
    >>> short_name("model/batch_normalization_2/FusedBatchNormV3")
    '...malization_2/FusedBatchNormV3'
    """
    short = name.partition(";")[0]
    while len(short) > LONGEST and short.count("/") > 1:
        short = short.partition("/")[2]
    return short if len(short) <= LONGEST else _CUT + short[len(_CUT) - LONGEST :]


def described(tensor: Tensor) -> str:
    """A tensor's name, type and shape."""
    return f"{short_name(tensor.name)} {tensor.type.name.lower()}[{','.join(map(str, tensor.shape))}]"


def heading(operator: Operator) -> str:
    """An operator's kind, the shape of its weights, and what it computes from what."""
    computed = [each for each in operator.inputs if each is not None and each.data is None]
    weights = next((each.shape for each in operator.inputs if each and each.data and len(each.shape) > 1), ())
    kind = " ".join((operator.label, *["x".join(map(str, weights))] * bool(weights)))
    return f"{kind}: {_listed(computed)} -> {_listed(operator.outputs)}".removesuffix(" -> ").removesuffix(": ")


def _listed(tensors: Sequence[Tensor]) -> str:
    more = [f"{len(tensors) - MOST} more"] if len(tensors) > MOST else []
    return ", ".join([*map(described, tensors[:MOST]), *more])


def kinds(operator: Operator) -> str:
    """An operator's kind and types: CONV_2D, INT8 x INT8 x INT32 -> INT8."""
    sources = " x ".join("none" if tensor is None else tensor.type.name for tensor in operator.inputs)
    targets = " x ".join(tensor.type.name for tensor in operator.outputs)
    return f"{operator.label}, {sources or 'nothing'} -> {targets or 'nothing'}"
