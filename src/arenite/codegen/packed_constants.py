"""What TFLM_DECODE makes of its constants, in NumPy: values from tables of bits, Huffman codes, pruned zeros.

    encoded constant, ancillary constant --decoded--> contents of the output

Bits are counted from the highest one of the first byte on. Formats: decode_state_lut.cc, decode_state_huffman.cc and
decode_state_prune.cc of TFLM; the header is that of `arenite.backends.reference.decode`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arenite.backends.reference.decode import HEADER_BYTES, HUFFMAN, LUT, decoding_is_known, header, why_not
from arenite.codegen.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from arenite.model import Operator, Tensor

    Array = NDArray[np.generic]

_FORM, _STRIDE = 5, 6
"""Bytes of the header: of a table the bits of an index and the values of a channel, of Huffman codes their tables."""


class _Packed(NamedTuple):
    """One output: the fields of the header, the bits, the table behind the header, and the number of elements."""

    fields: bytes
    bits: NDArray[np.uint8]
    table: bytes
    output: Tensor
    elements: int

    @property
    def values(self) -> Array:
        """The table as elements of the output's type."""
        import numpy as np

        kind = TYPES[self.output.type]
        return np.frombuffer(self.table[: len(self.table) // kind.bytes * kind.bytes], kind.dtype)


def decoded(operator: Operator) -> list[bytes] | None:
    """Contents of all outputs of a TFLM_DECODE; None if TFLM refuses it, or if its constants end too early."""
    if why_not(operator) is not None or not decoding_is_known(operator):
        return None
    try:
        return [_decoded(operator, position).tobytes() for position in range(len(operator.outputs))]
    except (IndexError, ValueError):
        return None


def _decoded(operator: Operator, position: int) -> Array:
    import numpy as np

    encoded, ancillary = operator.input(2 * position).data, operator.input(2 * position + 1).data
    assert encoded is not None  # why_not has seen that both are constants
    assert ancillary is not None
    output, kind = operator.outputs[position], TYPES[operator.outputs[position].type]
    packed = _Packed(
        header(operator, position),
        np.unpackbits(np.frombuffer(bytes(encoded.content), np.uint8)),
        bytes(ancillary.content)[HEADER_BYTES:],
        output,
        output.bytes // kind.bytes,
    )
    if packed.fields[0] == HUFFMAN:
        return np.array(list(_symbols(packed)), np.int64).astype(kind.dtype)
    return _looked_up(packed) if packed.fields[0] == LUT else _restored(packed)


def _looked_up(packed: _Packed) -> Array:
    """Values at indices of a few bits in the table of their channel."""
    import numpy as np

    width = packed.fields[_FORM] & 7
    bits = packed.bits[: packed.elements * width].reshape(packed.elements, width).astype(np.int64)
    places = bits @ (1 << np.arange(width)[::-1])
    found: Array = packed.values[_channels(packed) * packed.fields[_STRIDE] + places]
    return found


def _restored(packed: _Packed) -> Array:
    """Values of the table where a bit is set, zero points elsewhere."""
    import numpy as np

    steps = packed.output.quantization
    points = steps.zero_point if steps is not None and steps.zero_point else (0,)
    result = np.asarray(points)[_channels(packed) % len(points)].astype(packed.values.dtype)
    kept = packed.bits[: packed.elements].astype(bool)
    result[kept] = packed.values[: int(kept.sum())]
    return result


def _channels(packed: _Packed) -> NDArray[np.int64]:
    """The channel of each element: along the first dimension, or along the last one if the scales say so."""
    import numpy as np

    steps, numbers = packed.output.quantization, np.arange(packed.elements)
    channels = len(steps.scale) if steps is not None and steps.scale else 1
    last = steps is not None and channels > 1 and steps.dimension == len(packed.output.shape) - 1
    return numbers % channels if last else numbers // (packed.elements // channels)


def _symbols(packed: _Packed) -> Iterator[int]:
    """Symbols of Huffman codes: tables lead to tables of more bits, and a symbol says how many of them are its own."""
    import numpy as np

    form = packed.fields[_FORM]
    width = 32 if form & 1 else 16
    table = np.frombuffer(packed.table[: len(packed.table) // 4 * 4], f"<u{width // 8}").tolist()
    count_of, mask = width - 5, (1 << (width - 5)) - 1
    bits, at = packed.bits.tolist(), 0
    for _ in range(packed.elements):
        used = (form >> 4) + 1
        place = _number(bits, at, used)
        at += used
        while not table[place] >> (width - 1):
            used = (table[place] >> count_of & 15) + 1
            place += (table[place] & mask) + _number(bits, at, used)
            at += used
        at -= max(0, used - (table[place] >> count_of & 15))
        yield table[place] & mask


def _number(bits: Sequence[int], at: int, count: int) -> int:
    """The number in `count` bits from `at` on.

    Raises:
        IndexError: the bits end before.
    """
    if at + count > len(bits):
        raise IndexError
    return int("".join(map(str, bits[at : at + count])), 2)
