"""TFLM's custom operators for audio, as its micro_speech preprocessor uses them, on integers (signal/src of TFLM)."""

from __future__ import annotations

import math
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.generated_c.kept import frame_room
from arenite.codegen.operators.convolution import constant
from arenite.codegen.program import Address, Constant, Field
from arenite.codegen.quantized import rounded
from arenite.codegen.types import INT16, TYPES
from arenite.codegen.unit import Unit, require, same_types, tensors
from arenite.model import ElementType, Operator, Tensor
from arenite.tflite.custom_options import custom_options

if TYPE_CHECKING:
    from collections.abc import Iterable


_INT16, _INT32 = ElementType.INT16, ElementType.INT32
_UINT32, _UINT64 = ElementType.UINT32, ElementType.UINT64


def window(unit: Unit, operator: Operator) -> None:
    """SignalWindow."""
    (source, weights), (output,) = _typed(operator, (_INT16, _INT16), (_INT16,))
    (shift,), length = _options(operator, "shift"), prod(weights.shape)
    places = (unit.pointer(source), unit.target(output))
    unit.call("signal_window", unit.pointer(weights), length, shift, prod(source.shape) // length, *places)


def auto_scale(unit: Unit, operator: Operator) -> None:
    """SignalFftAutoScale."""
    (source,), (output, bits) = _typed(operator, (_INT16,), (_INT16, _INT32))
    unit.call("signal_auto_scale", prod(source.shape), unit.pointer(source), unit.target(output), unit.target(bits))


def real_transform(unit: Unit, operator: Operator) -> None:
    """SignalRfft of int16 values, with the steps and roundings of kiss_fft."""
    (source,), (output,) = _typed(operator, (_INT16,), (_INT16,))
    length = _length(operator)
    given, rows = source.shape[-1], prod(source.shape[:-1])
    require(given <= length and output.shape == (*source.shape[:-1], length + 2), "the shapes do not fit")
    layer = unit.parameters("signal_rfft_s16", length=given, **_circles(unit, length, -math.pi))
    unit.call_with(layer, rows, unit.pointer(source), unit.target(output))


def inverse_transform(unit: Unit, operator: Operator) -> None:
    """SignalIrfft of int16 values, with the steps and roundings of kiss_fft."""
    (source,), (output,) = _typed(operator, (_INT16,), (_INT16,))
    length, rows = _length(operator), source.shape[:-1]
    require((source.shape, output.shape) == ((*rows, length + 2), (*rows, length)), "the shapes do not fit")
    layer = unit.parameters("signal_irfft_s16", **_circles(unit, length, math.pi))
    unit.call_with(layer, prod(rows), unit.pointer(source), unit.target(output))


def _length(operator: Operator) -> int:
    """The length of a transform of real values.

    Raises:
        UnsupportedError: it is no power of two, or below 4.
    """
    (length,) = _options(operator, "fft_length")
    require(length >= 4 and length & (length - 1) == 0, "the length must be a power of two")
    return length


def _circles(unit: Unit, length: int, half: float) -> dict[str, Field]:
    """The fields of a transform; `half` is half a turn in its direction."""
    size = length // 2
    return {
        "size": size,
        "last": 4 if size.bit_length() % 2 else 2,
        "turns": circle(unit, (2 * half * i / size for i in range(size)), "turns"),
        "half_turns": circle(unit, (half * ((i + 1) / size + 0.5) for i in range(size // 2)), "half turns"),
    }


def circle(unit: Unit, angles: Iterable[float], what: str) -> Constant:
    """Cosine and sine of each angle, times 32767."""
    parts = [math.floor(0.5 + 32767 * part) for angle in angles for part in (math.cos(angle), math.sin(angle))]
    return unit.numbers(INT16, parts, what)


def energy(unit: Unit, operator: Operator) -> None:
    """SignalEnergy."""
    (source,), (output,) = _typed(operator, (_INT16,), (_UINT32,))
    first, end = _options(operator, "start_index", "end_index")
    require(0 <= first <= end <= min(prod(source.shape) // 2, prod(output.shape)), "the shapes do not fit")
    unit.call("signal_energy", first, end, unit.pointer(source), unit.target(output))


def filter_bank(unit: Unit, operator: Operator) -> None:
    """SignalFilterBank, inputs (energies, weights, unweights, first frequencies, first weights, widths)."""
    (source, *tables), (output,) = _typed(operator, (_UINT32, *(_INT16,) * 5), (_UINT64,))
    (channels,) = _options(operator, "num_channels")
    fit = prod(output.shape) == channels and all(prod(table.shape) == channels + 1 for table in tables[2:])
    require(fit and all(table.data is not None for table in tables), "the tables do not fit")
    names = ("weights", "rests", "first", "first_weight", "width")
    arrays = {name: constant(unit, table, name) for name, table in zip(names, tables, strict=True)}
    layer = unit.parameters("signal_filter_bank", channels=channels, **arrays)
    unit.call_with(layer, unit.pointer(source), unit.target(output))


def square_root(unit: Unit, operator: Operator) -> None:
    """SignalFilterBankSquareRoot."""
    (source, bits), (output,) = _typed(operator, (_UINT64, _INT32), (_UINT32,))
    places = (unit.pointer(source), unit.pointer(bits), unit.target(output))
    unit.call("signal_square_root", prod(source.shape), *places)


def spectral_subtraction(unit: Unit, operator: Operator) -> None:
    """SignalFilterBankSpectralSubtraction, outputs (values, noise); the noise is kept between inferences."""
    (source,), (output, noise) = _typed(operator, (_UINT32,), (_UINT32, _UINT32))
    least, fine_bits, bits, clamped = _options(
        operator, "min_signal_remaining", "smoothing_bits", "spectral_subtraction_bits", "clamping"
    )
    layer = unit.parameters(
        "signal_spectral_subtraction",
        channels=prod(source.shape),
        share=_options(operator, "smoothing", "alternate_smoothing"),
        kept=_options(operator, "one_minus_smoothing", "alternate_one_minus_smoothing"),
        least=least,
        fine_bits=fine_bits,
        bits=bits,
        clamped=clamped,
    )
    unit.call_with(layer, unit.pointer(source), unit.target(output), unit.target(noise))


def gain_control(unit: Unit, operator: Operator) -> None:
    """SignalPCAN."""
    (source, noise, gains), (output,) = _typed(operator, (_UINT32, _UINT32, _INT16), (_UINT32,))
    (shift,) = _options(operator, "snr_shift")
    places = (unit.pointer(source), unit.pointer(noise), unit.target(output))
    unit.call("signal_pcan", unit.pointer(gains), shift, prod(source.shape), *places)


def logarithm(unit: Unit, operator: Operator) -> None:
    """SignalFilterBankLog."""
    (source,), (output,) = _typed(operator, (_UINT32,), (_INT16,))
    scale, shift = _options(operator, "output_scale", "input_correction_bits")
    curve = [rounded(65536 * (math.log2(1 + i / 128) - i / 128)) for i in range(129)]
    table = unit.numbers(TYPES[ElementType.UINT16], curve, "curve")
    unit.call("signal_log", table, scale, shift, prod(source.shape), unit.pointer(source), unit.target(output))


def _typed(
    operator: Operator, inputs: tuple[ElementType, ...], outputs: tuple[ElementType, ...]
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """The inputs and the outputs of an operator, which have these types."""
    found = tensors(operator, len(inputs)), operator.outputs
    types = tuple(tuple(each.type for each in side) for side in found)
    require(types == (inputs, outputs), "there is no kernel for these types")
    return found


def _options(operator: Operator, *names: str) -> tuple[int, ...]:
    options = custom_options(operator)
    missing = [name for name in names if name not in options]
    require(not missing, f"the option {', '.join(missing)} is missing")
    return tuple(options[name] for name in names)


def delay(unit: Unit, operator: Operator) -> None:
    """SignalDelay; what is held back is kept between inferences."""
    (source,), (output,) = _typed(operator, (_INT16,), (_INT16,))
    (samples,) = _options(operator, "delay_length")
    require(samples > 0 and source.shape and source.shape == output.shape, "the shapes do not fit")
    length = source.shape[-1]
    held = Address(unit.counters[operator], "int16_t", writable=True)
    places = unit.pointer(source), held, unit.target(output)
    unit.call("signal_delay", prod(source.shape) // length, length, samples, *places)


def framer(unit: Unit, operator: Operator) -> None:
    """SignalFramer, outputs (frames, whether all are complete); samples of frames to come are kept."""
    (source,), (output, _) = tensors(operator, 1), operator.outputs
    frame, step, prefilled = _options(operator, "frame_size", "frame_step", "prefill")
    require(len(source.shape) >= 1 and 0 < step <= frame, "the shapes do not fit")
    rows, pieces = source.shape[:-1], source.shape[-1] // step
    require(source.shape[-1] == pieces * step and output.shape == (*rows, pieces, frame), "the shapes do not fit")
    first = frame - step if prefilled else 0
    _frames(
        unit, operator, rows=prod(rows), pieces=pieces, piece=step, frame=frame, dropped=step, first=first, copies=0
    )


def stacker(unit: Unit, operator: Operator) -> None:
    """SignalStacker, outputs (the last vectors, whether there are enough); the first one counts for those before it."""
    (source,), (output, _) = tensors(operator, 1), operator.outputs
    channels, left, right, step = _options(
        operator, "num_channels", "stacker_left_context", "stacker_right_context", "stacker_step"
    )
    require(channels > 0 and min(left, right) >= 0 and 0 < step <= left + right + 1, "the shapes do not fit")
    frame = channels * (left + right + 1)
    require(source.shape == (channels,) and output.shape == (frame,), "the shapes do not fit")
    dropped = channels * step
    _frames(unit, operator, rows=1, pieces=1, piece=channels, frame=frame, dropped=dropped, first=0, copies=left)


def _frames(unit: Unit, operator: Operator, *, first: int, copies: int, **sizes: int) -> None:
    (source,), (output, valid) = _typed(operator, (_INT16,), (_INT16, ElementType.BOOL))
    room = frame_room(operator)
    layer = unit.parameters("signal_frames", **sizes, room=room, first=first, copies=copies)
    kept = Address(unit.counters[operator], "int32_t", writable=True)
    unit.call_with(layer, unit.pointer(source), kept, unit.target(output), unit.target(valid))


def overlap_add(unit: Unit, operator: Operator) -> None:
    """SignalOverlapAdd of int16 or float frames; sums that are not given out yet are kept between inferences."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    kind = TYPES[same_types((source.type, output.type), (_INT16, ElementType.FLOAT32))]
    (step,) = _options(operator, "frame_step")
    require(len(source.shape) >= 2, "the shapes do not fit")
    frames, length = source.shape[-2:]
    rows = prod(source.shape[:-2])
    require(0 < step <= length and prod(output.shape) == rows * frames * step, "the shapes do not fit")
    layer = unit.parameters(f"overlap_add_{kind.suffix}", rows=rows, frames=frames, length=length, step=step)
    sums = Address(unit.counters[operator], kind.name, writable=True)
    unit.call_with(layer, unit.pointer(source), sums, unit.target(output))
