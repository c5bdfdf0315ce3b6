"""What TFLM's own signal operators, a library of custom operators, keep in the tail.

An FFT says in its options how long it is and of which numbers, and a delay how long it is; of the others the shapes
tell.

Source: signal/micro/kernels/*.cc, signal/src/circular_buffer.cc and signal/src/*fft*.cc of TFLM, and kiss_fft.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.backends.build import round_up, size_of
from arenite.model import ElementType
from arenite.tflite.custom_options import custom_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.backends.build import Abi
    from arenite.backends.instance import Instance
    from arenite.model import Operator

    Rule = Callable[[Instance], tuple[int, ...]]

NOTHING = ("SignalFftAutoScale", "SignalFilterBankSquareRoot")
PARAMETERS = {
    "SignalDelay": "3i2p",
    "SignalEnergy": "2i",
    "SignalFilterBank": "i5p2ip",
    "SignalFilterBankLog": "2i",
    "SignalFilterBankSpectralSubtraction": "8ib2p",
    "SignalFramer": "4ib2p",
    "SignalIrfft": "4iep",
    "SignalOverlapAdd": "4iep",
    "SignalPCAN": "i",
    "SignalRfft": "4iepip",
    "SignalStacker": "4i2pb2p",
    "SignalWindow": "2i",
}
"""The structure of each, in the letters of `arenite.backends.build.size_of`."""

CIRCULAR_BUFFER = "3p2ip"
DELAY_LENGTH = "delay_length"
NUMBER_BYTES = {kind.code: kind.bytes for kind in (ElementType.INT16, ElementType.INT32, ElementType.FLOAT32)}
"""Bytes of the numbers of an FFT, by the type that its option `T` names in the schema."""
FFT_STATE = 2 * 4 + 2 * 32 * 4
"""kiss_fft's plan without its factors' table of twiddles: length, direction, and 32 pairs of factors."""


def signal_tail(kernel: Instance) -> tuple[int, ...] | None:
    """Bytes of every allocation of a signal operator, in order; None for an operator that is not known."""
    if kernel.operator.label in NOTHING:
        return ()
    if kernel.operator.label not in PARAMETERS:
        return None
    rule = RULES.get(kernel.operator.label)
    return (size_of(PARAMETERS[kernel.operator.label], kernel.abi)[0], *(rule(kernel) if rule else ()))


def length_is_known(operator: Operator) -> bool:
    """Whether a delay says how long it is, and a framer has at least a sample for each frame; true for all others."""
    if operator.label == "SignalFramer":
        source = operator.inputs[0]
        return source is not None and source.shape[-1] >= operator.outputs[0].shape[-2]
    return operator.label != "SignalDelay" or DELAY_LENGTH in custom_options(operator)


def _circular_buffer(capacity: int, abi: Abi) -> int:
    return size_of(CIRCULAR_BUFFER, abi)[0] + 2 * 2 * capacity


def _real_fft(kernel: Instance, length: int) -> int:
    """Bytes of kiss_fft's plan: `length` real numbers of the input's type, where the options do not say otherwise.

    TFLM compiles kiss_fft once for each type (signal/src/kiss_fft_wrappers), so that its tables are of that type.
    """
    options = custom_options(kernel.operator)
    number = NUMBER_BYTES.get(options.get("T", -1), kernel.input(0).type.bytes)
    half, complex_number = options.get("fft_length", length) // 2, 2 * number
    return 3 * kernel.abi.pointer_bytes + FFT_STATE + complex_number * half + complex_number * (half * 3 // 2)


def _rfft(kernel: Instance) -> tuple[int, ...]:
    """The plan; half a spectrum of `length` + 2 real numbers comes out."""
    return (_real_fft(kernel, kernel.output.shape[-1] - 2),)


def _irfft(kernel: Instance) -> tuple[int, ...]:
    return (_real_fft(kernel, kernel.output.shape[-1]),)


def _delay(kernel: Instance) -> tuple[int, ...]:
    """A circular buffer of a frame and the delay for each row."""
    frame = kernel.input(0).shape[-1]
    rows = prod(kernel.input(0).shape) // frame
    pointers = rows * kernel.abi.pointer_bytes
    length = frame + custom_options(kernel.operator)[DELAY_LENGTH]
    return (pointers, pointers, *(_circular_buffer(length, kernel.abi),) * rows)


def _framer(kernel: Instance) -> tuple[int, ...]:
    """A circular buffer of whole steps for each row; the output is [rows, frames, frame]."""
    samples, (frames, frame) = kernel.input(0).shape[-1], kernel.output.shape[-2:]
    rows, step = prod(kernel.input(0).shape) // samples, samples // frames
    pointers = rows * kernel.abi.pointer_bytes
    return (pointers, pointers, *(_circular_buffer(round_up(frame, step), kernel.abi),) * rows)


def _overlap_add(kernel: Instance) -> tuple[int, ...]:
    """What is carried over to the next call, for each row; the input is [rows, frames, frame]."""
    frames, frame = kernel.input(0).shape[-2:]
    rows = prod(kernel.input(0).shape) // (frames * frame)
    return (rows * kernel.abi.pointer_bytes, *(frame * kernel.input(0).type.bytes,) * rows)


def _stacker(kernel: Instance) -> tuple[int, ...]:
    return (_circular_buffer(prod(kernel.output.shape), kernel.abi),)


def _filter_bank(kernel: Instance) -> tuple[int, ...]:
    return (8 * (prod(kernel.output.shape) + 1),)


def _noise_estimate(kernel: Instance) -> tuple[int, ...]:
    return (4 * prod(kernel.input(0).shape),)


RULES: dict[str, Rule] = {
    "SignalDelay": _delay,
    "SignalFilterBank": _filter_bank,
    "SignalFilterBankSpectralSubtraction": _noise_estimate,
    "SignalFramer": _framer,
    "SignalIrfft": _irfft,
    "SignalOverlapAdd": _overlap_add,
    "SignalRfft": _rfft,
    "SignalStacker": _stacker,
}
