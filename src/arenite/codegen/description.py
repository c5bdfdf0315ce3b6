"""Text of operators and tensors in comments: CONV_2D 8x3x3x1: input int8[1,96,96,1] -> Relu6 int8[1,48,48,8]."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Operator, Tensor

LONGEST = 32
"""Most characters of a tensor's name in a comment. Converters write whole paths; the end tells tensors apart."""
MOST = 4
"""Most inputs or outputs of an operator that a comment names, so that it stays on one line."""

_CUT = "..."


def short_name(name: str) -> str:
    """Shorten a tensor's name: the first of joined names, and the end of a path, with at least two components.

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
    """Name, type and shape of a tensor."""
    return f"{short_name(tensor.name)} {tensor.type.name.lower()}[{','.join(map(str, tensor.shape))}]"


def heading(operator: Operator) -> str:
    """Kind of an operator, shape of its weights, computed inputs, and outputs."""
    computed = [each for each in operator.inputs if each is not None and each.data is None]
    weights = next((each.shape for each in operator.inputs if each and each.data and len(each.shape) > 1), ())
    kind = " ".join((operator.label, *["x".join(map(str, weights))] * bool(weights)))
    return f"{kind}: {_listed(computed)} -> {_listed(operator.outputs)}".removesuffix(" -> ").removesuffix(": ")


def _listed(tensors: Sequence[Tensor]) -> str:
    more = [f"{len(tensors) - MOST} more"] if len(tensors) > MOST else []
    return ", ".join([*map(described, tensors[:MOST]), *more])


def kinds(operator: Operator) -> str:
    """Kind and types of an operator: CONV_2D, INT8 x INT8 x INT32 -> INT8."""
    sources = " x ".join("none" if tensor is None else tensor.type.name for tensor in operator.inputs)
    targets = " x ".join(tensor.type.name for tensor in operator.outputs)
    return f"{operator.label}, {sources or 'nothing'} -> {targets or 'nothing'}"
