"""Which tensors a kernel looks at while TFLM prepares it: each look costs temporary memory until the kernel is done.

Source: the calls of AllocateTempInputTensor and AllocateTempOutputTensor in TFLM's kernels/*.cc.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.backends.build import size_of
from arenite.backends.reference import decode, detection
from arenite.backends.tflm.structures import QUANTIZATION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arenite.backends.build import Abi
    from arenite.backends.instance import Instance
    from arenite.model import Operator, Tensor

INT = 4


def looks(kernel: Instance) -> tuple[Tensor, ...]:
    """The tensors in order of the looks; one that is looked at twice comes twice.

    Operators that are not known to differ look at every input and output once. A set of kernels may know better.
    """
    operator = kernel.operator
    inputs = [tensor for tensor in operator.inputs if tensor is not None]
    every = (*inputs, *operator.outputs)
    if operator.label in SOME:
        return SOME[operator.label](operator, inputs)
    if operator.code in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return (*inputs[:2], *operator.outputs, *every)
    if operator.code == "TRANSPOSE_CONV":
        return (*inputs[1:3], *operator.outputs, *inputs[1:], *operator.outputs)
    return every


def _pair_by_pair(operator: Operator, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    groups = zip(inputs[::2], inputs[1::2], operator.outputs, strict=False)
    return tuple(tensor for group in groups for tensor in group)


SOME: Mapping[str, Callable[[Operator, Sequence[Tensor]], tuple[Tensor, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(("CALL_ONCE", "WHILE"), lambda _, __: ()),
        **dict.fromkeys(("IF", "READ_VARIABLE", "SPLIT", "SPLIT_V", "ethos-u"), lambda _, inputs: tuple(inputs[:1])),
        detection.NAME: lambda _, inputs: tuple(inputs),
        decode.NAME: _pair_by_pair,
    }
)
"""Operators that look at no tensor, at the first input (TFLM's splits at the axis), at all inputs, or at each of the
pairs of inputs with its output."""


def quantization_pieces(tensor: Tensor, abi: Abi) -> tuple[tuple[int, int], ...]:
    """(bytes, alignment) of a tensor's quantization: its structure, and an array of zero points in 32 bits."""
    quantization = tensor.quantization
    if quantization is None or not quantization.scale or not quantization.zero_point:
        return ()
    return (size_of(QUANTIZATION, abi), (INT * (1 + len(quantization.scale)), INT))
