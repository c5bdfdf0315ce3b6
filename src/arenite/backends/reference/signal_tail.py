"""Tail of TFLM's signal operators, a library of custom operators.

The options of an FFT give its length and element type, those of a delay its length. The tail of the other operators
follows from their shapes.

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

    from arenite.backends.build import Abi, Instance
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
"""Structure of each kernel, in the letters of `arenite.backends.build.size_of`."""

CIRCULAR_BUFFER = "3p2ip"
DELAY_LENGTH = "delay_length"
NUMBER_BYTES = {kind.code: kind.bytes for kind in (ElementType.INT16, ElementType.INT32, ElementType.FLOAT32)}
"""Bytes of an FFT's elements, by the schema's code of the type in its option `T`."""
FFT_STATE = 2 * 4 + 2 * 32 * 4
"""Bytes of kiss_fft's plan without its table of twiddle factors: length, direction, and 32 pairs of factors."""


def signal_tail(kernel: Instance) -> tuple[int, ...] | None:
    """Bytes of every allocation of a signal operator, in order; None for all other operators."""
    if kernel.operator.label in NOTHING:
        return ()
    if kernel.operator.label not in PARAMETERS:
        return None
    rule = RULES.get(kernel.operator.label)
    return (size_of(PARAMETERS[kernel.operator.label], kernel.abi)[0], *(rule(kernel) if rule else ()))


def length_is_known(operator: Operator) -> bool:
    """Whether a delay has its length as an option, and a framer a sample per frame; True for all other operators."""
    if operator.label == "SignalFramer":
        source = operator.inputs[0]
        return source is not None and source.shape[-1] >= operator.outputs[0].shape[-2]
    return operator.label != "SignalDelay" or DELAY_LENGTH in custom_options(operator)


def _circular_buffer(capacity: int, abi: Abi) -> int:
    return size_of(CIRCULAR_BUFFER, abi)[0] + 2 * 2 * capacity


def _real_fft(kernel: Instance, length: int) -> int:
    """Bytes of kiss_fft's plan for `length` real numbers of the input's type, unless the options say otherwise.

    TFLM compiles kiss_fft once per element type (signal/src/kiss_fft_wrappers), so the plan's tables have that type.
    """
    options = custom_options(kernel.operator)
    number = NUMBER_BYTES.get(options.get("T", -1), kernel.input(0).type.bytes)
    half, complex_number = options.get("fft_length", length) // 2, 2 * number
    return 3 * kernel.abi.pointer_bytes + FFT_STATE + complex_number * half + complex_number * (half * 3 // 2)


def _rfft(kernel: Instance) -> tuple[int, ...]:
    """The plan; the output of the FFT has window + 2 real numbers."""
    return (_real_fft(kernel, kernel.output.shape[-1] - 2),)


def _irfft(kernel: Instance) -> tuple[int, ...]:
    return (_real_fft(kernel, kernel.output.shape[-1]),)


def _delay(kernel: Instance) -> tuple[int, ...]:
    """One circular buffer per row, with room for a frame and the delay."""
    frame = kernel.input(0).shape[-1]
    rows = prod(kernel.input(0).shape) // frame
    pointers = rows * kernel.abi.pointer_bytes
    length = frame + custom_options(kernel.operator)[DELAY_LENGTH]
    return (pointers, pointers, *(_circular_buffer(length, kernel.abi),) * rows)


def _framer(kernel: Instance) -> tuple[int, ...]:
    """One circular buffer per row, rounded up to whole steps; the output is [rows, frames, frame]."""
    samples, (frames, frame) = kernel.input(0).shape[-1], kernel.output.shape[-2:]
    rows, step = prod(kernel.input(0).shape) // samples, samples // frames
    pointers = rows * kernel.abi.pointer_bytes
    return (pointers, pointers, *(_circular_buffer(round_up(frame, step), kernel.abi),) * rows)


def _overlap_add(kernel: Instance) -> tuple[int, ...]:
    """One buffer per row for the samples carried over to the next call; the input is [rows, frames, frame]."""
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
