"""TFLM's custom operator TFLM_DECODE, which TFLM's compression inserts before each operator that reads packed weights.

    encoded, ancillary --TFLM_DECODE--> weights --CONV_2D--> ...

Inputs are pairs of constants, one pair per output: the encoded data, and an ancillary table. The table starts with a
header of 16 bytes: byte 0 is the decoding type (`LUT`, `HUFFMAN` or `PRUNING`), byte 1 the version of the header, byte
4 the version of the type. The operator unpacks the weights into the arena and keeps no state between inferences.

Source: kernels/decode.cc and kernels/decode_state*.{h,cc} of TFLM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.build import size_of
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.backends.build import Instance
    from arenite.model import Operator, Tensor

NAME = "TFLM_DECODE"
LUT, HUFFMAN, PRUNING = range(3)
FIRST_CUSTOM = 128
"""First decoding type that is reserved for kernels of the application."""
HEADER_BYTES = 16
"""Bytes of the header of an ancillary table."""
VERSION = 1
"""The version of the header and of all decoding types that TFLM accepts."""
STATE = {LUT: "8p3b", HUFFMAN: "6p2b", PRUNING: "9p2b"}
"""Structure of an output's decoder by decoding type, in the letters of `size_of`."""
DECODED = {
    LUT: ("BOOL", "FLOAT32", "INT8", "INT16", "INT32", "INT64"),
    HUFFMAN: ("INT8", "INT16"),
    PRUNING: ("BOOL", "FLOAT32", "INT8", "INT16", "INT32", "INT64"),
}
"""Element types that each decoding type can produce."""


def decode_tail(kernel: Instance) -> tuple[int, ...]:
    """Bytes of tail: a table of decoders, then for each output its decoder and, for some, a copy of zero points.

    The operator must satisfy `decoding_is_known`.
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
    """Header bytes for an output; empty if no constant holds a header."""
    place = 2 * position + 1
    ancillary = operator.inputs[place] if place < len(operator.inputs) else None
    if ancillary is None or ancillary.data is None or len(ancillary.data) < HEADER_BYTES:
        return b""
    return bytes(ancillary.data.content[:HEADER_BYTES])


def decoding_is_known(operator: Operator) -> bool:
    """Whether every output has a header with one of TFLM's own decoding types."""
    headers = [header(operator, position) for position in range(len(operator.outputs))]
    return all(fields and fields[0] in STATE for fields in headers)


def _zero_points(output: Tensor) -> int:
    """Bytes of copied zero points: the kernel copies them for several channels if at least one is not 0."""
    points = output.quantization.zero_point if output.quantization else ()
    return len(points) if len(points) > 1 and any(points) else 0


def why_not(operator: Operator) -> str | None:
    """Why TFLM refuses the operator, as text; None if no reason is known."""
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
    """Channels must be the first or the last dimension; only INT8 may have zero points other than 0."""
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
