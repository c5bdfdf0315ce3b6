"""Scratch buffers that TFLM's reference kernels request from the head while one operator runs.

Sizes are bytes, not rounded, in the order of the requests, in addition to the tensors. Kernels that are not listed
request none. A pointer takes 8 bytes in the x86-64 build that can be measured, and 4 on a microcontroller.

Source: the calls of RequestScratchBufferInArena in TFLM's kernels/*.cc, kernels/ethos_u/ethosu.cc and
signal/micro/kernels/rfft.cc.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.backends.reference import decode, detection
from arenite.backends.reference.registered import CUSTOM
from arenite.model import ElementType
from arenite.operators.soundness import is_sound
from arenite.tflite.custom_options import custom_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model, Operator

INT = 4
QUANTIZED = frozenset({ElementType.INT8, ElementType.INT16})


def reference_scratch(operator: Operator, pointer_bytes: int = 8) -> tuple[int, ...]:
    """Bytes of each scratch buffer that the reference kernel of an operator requests; () for most.

    Args:
        operator: the operator; one without the inputs that its kind needs requests nothing.
        pointer_bytes: size of a pointer on the target.
    """
    if operator.code == "ADD_N":
        return (pointer_bytes * len(operator.inputs),)
    if operator.label == ETHOS_U:
        tensors = len(operator.inputs) + len(operator.outputs)
        return (ADDRESS_BYTES * tensors, pointer_bytes * tensors)
    requests = REQUESTS.get(operator.label)
    return () if requests is None or not scratch_is_known(operator) else requests(operator)


def scratch_is_known(operator: Operator) -> bool:
    """Whether `reference_scratch` covers all scratch requests of the operator's kernel.

    False where shapes are unknown or contradictory, and for custom operators. TFLM's own custom operators are known if
    they have the options that decide their scratch.
    """
    if not is_sound(operator):
        return False
    if operator.code != "CUSTOM":
        return True
    if operator.label not in CUSTOM:
        return False
    if operator.label == decode.NAME:
        return decode.decoding_is_known(operator)
    return operator.label != detection.NAME or detection.decided(operator)


def unknown_scratch(model: Model) -> tuple[str, ...]:
    """Operator kinds with unknown scratch, sorted; the head is at least the planned one if there are any."""
    every = (operator for graph in model.graphs for operator in graph.operators)
    return tuple(sorted({operator.label for operator in every if not scratch_is_known(operator)}))


def _unpacked_filter(operator: Operator) -> tuple[int, ...]:
    """Convolutions and fully connected layers unpack a 4-bit filter."""
    weights = operator.input(1)
    return (prod(weights.shape),) if weights.type is ElementType.INT4 else ()


def _iterators(operator: Operator) -> tuple[int, ...]:
    return (INT * len(operator.input(0).shape), INT * prod(operator.input(1).shape))


def _sum(operator: Operator) -> tuple[int, ...]:
    """MEAN and SUM accumulate quantized values in 32 bits."""
    accumulator = (INT * prod(operator.outputs[0].shape),) if operator.input(0).type in QUANTIZED else ()
    return accumulator + _iterators(operator)


def _mirror_pad(operator: Operator) -> tuple[int, ...]:
    return (INT * len(operator.input(0).shape),) * 2


def _svdf(operator: Operator) -> tuple[int, ...]:
    batch, filters = operator.input(0).shape[0], operator.input(1).shape[0]
    products = INT * batch * filters
    if operator.input(0).type is ElementType.INT8:
        return (products, INT * prod(operator.outputs[0].shape))
    return (products,)


def _transpose_conv(operator: Operator) -> tuple[int, ...]:
    elements = prod(operator.outputs[0].shape)
    if operator.input(2).type is ElementType.INT8:
        return (INT * elements,)
    if operator.input(2).type is ElementType.INT16:
        biases = (each for each in operator.inputs[3:4] if each is not None and each.type is ElementType.INT16)
        return (8 * elements, *(8 * prod(bias.shape) for bias in biases))  # a bias is converted to 64 bits
    return ()


def _lstm(operator: Operator) -> tuple[int, ...]:
    """Four gate buffers of shape [batch, state] in the type of the cell state, which is input 19."""
    batch = operator.input(0).shape[1 if operator.options.get("time_major") else 0]
    return (batch * operator.input(18).shape[1] * operator.input(19).type.bytes,) * 4


def _rfft(operator: Operator) -> tuple[int, ...]:
    """SignalRfft copies its window of `fft_length` values; its output has window + 2 values."""
    output = operator.outputs[0]
    return (custom_options(operator).get("fft_length", output.shape[-1] - 2) * output.type.bytes,)


ETHOS_U = "ethos-u"
"""Custom operator into which Vela compiles the operators that run on the NPU."""
ADDRESS_BYTES = 8
"""Bytes of an address in the interface of the NPU's driver."""

REQUESTS: dict[str, Callable[[Operator], tuple[int, ...]]] = {
    "CONV_2D": _unpacked_filter,
    "DEPTHWISE_CONV_2D": _unpacked_filter,
    "FULLY_CONNECTED": _unpacked_filter,
    "MEAN": _sum,
    "MIRROR_PAD": _mirror_pad,
    "REDUCE_ALL": _iterators,
    "REDUCE_MAX": _iterators,
    "REDUCE_MIN": _iterators,
    "SUM": _sum,
    "SVDF": _svdf,
    "SignalRfft": _rfft,
    "TRANSPOSE_CONV": _transpose_conv,
    detection.NAME: detection.detection_scratch,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
}
