"""TFLM's custom operator TFLM_DECODE, which its compression writes before every operator that reads packed weights.

    encoded, ancillary --TFLM_DECODE--> weights --CONV_2D--> ...

Inputs come in pairs of constants, one pair for each output: what is encoded, and a table behind a header of 16 bytes
that says how (byte 0: `LUT`, `HUFFMAN` or `PRUNING`; byte 1: version; byte 4: version of that way). The weights are
unpacked into the arena while the operator runs, and nothing is kept between inferences.

Source: kernels/decode.cc and kernels/decode_state*.{h,cc} of TFLM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.build import size_of
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.backends.instance import Instance
    from arenite.model import Operator, Tensor

NAME = "TFLM_DECODE"
LUT, HUFFMAN, PRUNING = range(3)
FIRST_CUSTOM = 128
"""Ways of decoding from here on are the application's own."""
HEADER_BYTES = 16
VERSION = 1
STATE = {LUT: "8p3b", HUFFMAN: "6p2b", PRUNING: "9p2b"}
"""The structure that holds an output's decoder, by the way of decoding, in the letters of `size_of`."""
DECODED = {
    LUT: ("BOOL", "FLOAT32", "INT8", "INT16", "INT32", "INT64"),
    HUFFMAN: ("INT8", "INT16"),
    PRUNING: ("BOOL", "FLOAT32", "INT8", "INT16", "INT32", "INT64"),
}
"""Element types that each way gives out."""


def decode_tail(kernel: Instance) -> tuple[int, ...]:
    """Bytes of what it keeps: a table of its decoders, then for each output the decoder, and zero points of some.

    The operator is one of which `decoding_is_known`.
    """
    operator = kernel.operator
    sizes = [kernel.abi.pointer_bytes * len(operator.outputs)]
    for position, output in enumerate(operator.outputs):
        way = header(operator, position)[0]
        sizes.append(size_of(STATE[way], kernel.abi)[0])
        if way == PRUNING and (points := _zero_points(output)):
            sizes.append(points)
    return tuple(sizes)


def header(operator: Operator, position: int) -> bytes:
    """The header for an output; empty where no constant holds one."""
    place = 2 * position + 1
    ancillary = operator.inputs[place] if place < len(operator.inputs) else None
    if ancillary is None or ancillary.data is None or len(ancillary.data) < HEADER_BYTES:
        return b""
    return bytes(ancillary.data.content[:HEADER_BYTES])


def decoding_is_known(operator: Operator) -> bool:
    """Whether every output has a header, which asks for a way of decoding that is TFLM's own."""
    headers = [header(operator, position) for position in range(len(operator.outputs))]
    return all(fields and fields[0] in STATE for fields in headers)


def _zero_points(output: Tensor) -> int:
    """Bytes of the zero points that are copied: several channels, of which some have another than 0."""
    points = output.quantization.zero_point if output.quantization else ()
    return len(points) if len(points) > 1 and any(points) else 0


def why_not(operator: Operator) -> str | None:
    """Why TFLM refuses it, in words; None: nothing is known against it."""
    if not operator.outputs or len(operator.inputs) != 2 * len(operator.outputs):
        return f"it has {len(operator.inputs)} inputs for {len(operator.outputs)} outputs, but must have two for each"
    for place, tensor in enumerate(operator.inputs):
        if tensor is None or not tensor.constant:
            return f"input {place} is computed, but must be a constant"
    for position, output in enumerate(operator.outputs):
        why = _output(operator, position, output)
        if why:
            return why
    return None


def _output(operator: Operator, position: int, output: Tensor) -> str | None:
    fields = header(operator, position)
    if not fields:
        return f"input {2 * position + 1} is too short for a header of {HEADER_BYTES} bytes"
    way = fields[0]
    if way >= FIRST_CUSTOM:
        return None
    if way not in STATE:
        return f"input {2 * position + 1} asks for decoding of type {way}, which there is no kernel for"
    if fields[1] != VERSION or fields[4] != VERSION:
        return f"input {2 * position + 1} is of a version other than {VERSION}"
    allowed = DECODED[way] if way != HUFFMAN or fields[5] & 1 else ("INT8",)
    if output.type.name not in allowed:
        return f"output {position} is {output.type.name}, but must be {' or '.join(allowed)}"
    return _quantization(position, output, way)


def _quantization(position: int, output: Tensor, way: int) -> str | None:
    """Channels lie in the first or the last dimension; zero points other than 0 go with 8 bits only."""
    steps = output.quantization
    if way == HUFFMAN or steps is None or not steps.scale:
        return None
    last = len(output.shape) - 1
    if steps.dimension != 0 and not (steps.dimension == last and len(steps.scale) > 1):
        return (
            f"output {position} is quantized along dimension {steps.dimension}, which is neither the first nor the last"
        )
    if way == PRUNING and output.type is not ElementType.INT8 and any(steps.zero_point):
        return f"output {position} has zero points other than 0, which it must not have as {output.type.name}"
    return None
