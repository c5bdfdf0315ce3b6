"""Quantization table of a file -> Quantization, whose scales and zero points are decoded when they are first asked for.

Most searches never ask, and convolutions have thousands of scales. That the scales and zero points lie in the file is
checked at once, so decoding cannot fail.
"""

from __future__ import annotations

from struct import calcsize
from typing import TYPE_CHECKING, Any

from arenite.model import Quantization
from arenite.tflite.read_operator import unpack
from arenite.tflite.rows import OFFSET, Rows
from arenite.tflite.slots import QuantizationField

if TYPE_CHECKING:
    from arenite.tflite.flat import Image

_QUANTIZATION = (
    (QuantizationField.SCALE, OFFSET),
    (QuantizationField.ZERO_POINT, OFFSET),
    (QuantizationField.QUANTIZED_DIMENSION, "i"),
    (QuantizationField.MIN, OFFSET),
    (QuantizationField.MAX, OFFSET),
    (QuantizationField.DETAILS, OFFSET),
)
_LETTERS = {"scale": "f", "zero_point": "q"}
"""Letters of `struct` for the elements of the vectors that are decoded late, by the names of fields."""
_BYTES_OF_SCALE, _BYTES_OF_ZERO_POINT = map(calcsize, _LETTERS.values())


class FiledQuantization(Quantization):
    """Quantization of a file, with the positions of its vectors until they are decoded."""

    def __getattr__(self, name: str) -> Any:
        """Decode a vector; Python calls this for fields that the object does not have yet."""
        if name not in _LETTERS:
            raise AttributeError(name)
        image, position, *distances = self.__dict__["_filed"]
        distance = distances[[*_LETTERS].index(name)]
        vector = image.numbers(position + distance, _LETTERS[name]) if distance else ()
        return self.__dict__.setdefault(name, vector)

    def __reduce__(self) -> tuple[type[Quantization], tuple[object, ...]]:
        """Pickle it as what it decodes to, without the file."""
        return Quantization, (self.scale, self.zero_point, self.dimension)


class Quantizations:
    """Reads the quantization tables of an image."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._rows = Rows(image, _QUANTIZATION)

    def read(self, position: int) -> Quantization | None:
        """The quantization in the table at a position; None if it has no scales.

        Raises:
            DamageError: a part of it lies outside of the file.
        """
        image = self._image
        scale, zero_point, dimension, *ranges = self._rows.read(position)
        if any(ranges):
            self._check(position, *ranges)
        scales = image.vector(position + scale, _BYTES_OF_SCALE)[1] if scale else 0
        if zero_point:
            image.vector(position + zero_point, _BYTES_OF_ZERO_POINT)
        if not scales:
            return None
        made = FiledQuantization.__new__(FiledQuantization)
        made.__dict__.update(dimension=dimension, _filed=(image, position, scale, zero_point))
        return made

    def _check(self, position: int, least: int, most: int, details: int) -> None:
        """Check the parts that stay in the file, at these distances from the table."""
        image = self._image
        for distance in filter(None, (least, most)):
            image.vector(position + distance, _BYTES_OF_SCALE)
        if details:
            image.table(position + details)
            unpack("QuantizationParameters", image.table(position))
