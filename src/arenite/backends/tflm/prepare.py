"""Tensors for which a kernel's Prepare allocates a TfLiteTensor; each takes temporary memory until Prepare returns.

Source: the calls of AllocateTempInputTensor and AllocateTempOutputTensor in TFLM's kernels/*.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.build import size_of
from arenite.backends.reference import decode, detection
from arenite.backends.tflm.structures import QUANTIZATION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arenite.backends.build import Abi, Instance
    from arenite.model import Operator, Tensor

INT = 4


def looks(kernel: Instance) -> tuple[Tensor, ...]:
    """Tensors in the order of the kernel's allocations; a tensor is repeated if it is allocated twice.

    By default an operator allocates each input and output once. A set of kernels may override this.
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


SOME: Mapping[str, Callable[[Operator, Sequence[Tensor]], tuple[Tensor, ...]]] = {
    **dict.fromkeys(("CALL_ONCE", "WHILE"), lambda _, __: ()),
    **dict.fromkeys(("IF", "READ_VARIABLE", "SPLIT", "SPLIT_V", "ethos-u"), lambda _, inputs: tuple(inputs[:1])),
    detection.NAME: lambda _, inputs: tuple(inputs),
    decode.NAME: _pair_by_pair,
}
"""Operators that allocate no tensor, only the first input (for SPLIT that is the axis), all inputs, or each pair of
inputs followed by its output."""


def quantization_pieces(tensor: Tensor, abi: Abi) -> tuple[tuple[int, int], ...]:
    """(bytes, alignment) of a tensor's quantization: its structure, and its array of 32-bit zero points."""
    quantization = tensor.quantization
    if quantization is None or not quantization.scale or not quantization.zero_point:
        return ()
    return (size_of(QUANTIZATION, abi), (INT * (1 + len(quantization.scale)), INT))
