"""Which tensors a kernel looks at while TFLM prepares it: each look costs temporary memory until the kernel is done.

Source: the calls of AllocateTempInputTensor and AllocateTempOutputTensor in TFLM's kernels/*.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.targets import decode, detection
from arenite.targets.build import CMSIS_NN, size_of
from arenite.targets.structures import QUANTIZATION

if TYPE_CHECKING:
    from arenite.model import Tensor
    from arenite.targets.build import Abi
    from arenite.targets.instance import Instance

INT = 4
NOTHING = frozenset({"CALL_ONCE", "WHILE"})
FIRST_INPUT = frozenset({"IF", "READ_VARIABLE", "SPLIT", "SPLIT_V", "ethos-u"})
"""TFLM's splits look at the axis or the input only."""


def looks(kernel: Instance) -> tuple[Tensor, ...]:
    """The tensors in order of the looks; one that is looked at twice comes twice.

    Operators that are not known to differ look at every input and output once.
    """
    operator = kernel.operator
    inputs = [tensor for tensor in operator.inputs if tensor is not None]
    every = (*inputs, *operator.outputs)
    if operator.code in NOTHING:
        return ()
    if operator.label in FIRST_INPUT:
        return tuple(inputs[:1])
    if operator.label == detection.NAME:
        return tuple(inputs)
    if operator.label == decode.NAME:
        groups = zip(inputs[::2], inputs[1::2], operator.outputs, strict=False)
        return tuple(tensor for group in groups for tensor in group)
    if operator.code in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return (*inputs[:2], *operator.outputs, *every)
    if operator.code == "TRANSPOSE_CONV":
        return (*inputs[1:3], *operator.outputs, *inputs[1:], *operator.outputs)
    if operator.code == "AVERAGE_POOL_2D" and kernel.kernels in CMSIS_NN:
        return (*every, *every)
    return every


def quantization_pieces(tensor: Tensor, abi: Abi) -> tuple[tuple[int, int], ...]:
    """(bytes, alignment) of a tensor's quantisation: its structure, and an array of zero points in 32 bits."""
    quantization = tensor.quantization
    if quantization is None or not quantization.scale or not quantization.zero_point:
        return ()
    return (size_of(QUANTIZATION, abi), (INT * (1 + len(quantization.scale)), INT))
