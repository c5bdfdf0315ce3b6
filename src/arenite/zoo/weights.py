"""Seed -> random constants, the same bytes with every version of numpy and on every machine.

The module uses only the raw output of numpy's PCG64, which NEP 19 guarantees never to change, and only arithmetic that
IEEE 754 rounds exactly.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

UNIFORM_SPREAD = 127 / math.sqrt(3)
"""Standard deviation of weights that are uniform in -127..127."""
CENTER_FROM = 8
"""Weights per filter from which on their mean is subtracted; a smaller filter would lose too much of its variation."""


def single(value: float) -> float:
    """`value` rounded to 32-bit floating point, as the file stores it."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


class Weights:
    """A stream of random constants; each call consumes the next part."""

    def __init__(self, seed: int) -> None:
        from numpy.random import PCG64

        self._bits = PCG64(seed)

    def _bytes(self, count: int) -> NDArray[numpy.int8]:
        return self._bits.random_raw(-(-count // 8)).astype("<u8").view("<i1")[:count]

    def filters(self, taps: int, channels: int) -> NDArray[numpy.int8]:
        """int8 weights of shape (taps, channels), uniform in -127..127, one filter per column.

        The mean of each filter is subtracted. Values after a ReLU are never negative, so a filter with a mean adds a
        constant to its output, and after dozens of layers the constant would dominate what depends on the input.
        """
        import numpy

        values = numpy.maximum(self._bytes(taps * channels), -127).astype(numpy.int32).reshape(taps, channels)
        if taps >= CENTER_FROM:
            values -= values.sum(axis=0) // taps
        return numpy.clip(values, -127, 127).astype(numpy.int8)

    def scales(self, typical: float, channels: int) -> tuple[float, ...]:
        """One scale per channel, within 25 % of `typical`, rounded to 32-bit floating point."""
        return tuple(single(typical * (1 + int(byte) / 512)) for byte in self._bytes(channels))

    def biases(self, reach: float, scales: tuple[float, ...]) -> bytes:
        """Little-endian int32 biases, one for each scale, with real values uniform in -reach..reach."""
        reals = (int(byte) / 128 * reach for byte in self._bytes(len(scales)))
        return struct.pack(
            f"<{len(scales)}i", *(round(real / scale) for real, scale in zip(reals, scales, strict=True))
        )
