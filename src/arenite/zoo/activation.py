"""Expected distribution of an activation's values -> its quantization."""

from __future__ import annotations

from dataclasses import dataclass

from arenite.model import Quantization, Tensor
from arenite.zoo.weights import single

REACH = 6.0
"""Largest real value of the quantization range that all convolutions share, with or without ReLU6; one range lets
CONCATENATION join their outputs."""


@dataclass(frozen=True)
class Values:
    """Expected mean and standard deviation (`spread`) of real values; `signed`: values may be negative."""

    mean: float
    spread: float
    signed: bool

    def quantization(self, least: float = 0.0) -> Quantization:
        """Per-tensor quantization of a range that covers the mean and four standard deviations.

        The range is `REACH`, or `least` if that is larger, doubled until it suffices.
        """
        reach = max(least, REACH)
        while reach < abs(self.mean) + 4 * self.spread:
            reach *= 2
        return Quantization((single((2 if self.signed else 1) * reach / 255),), (0 if self.signed else -128,))


LINEAR = Values(0.0, 1.0, signed=True)
"""Values of a convolution without activation function: standard normal."""
RECTIFIED = Values(0.4, 0.58, signed=False)
"""Values of a convolution after ReLU: standard normal, with negative values set to zero."""


def scale_and_zero(x: Tensor) -> tuple[float, int]:
    """Scale and zero point of an activation, which must be quantized per tensor, as all of the builder's are."""
    assert x.quantization is not None, x.name
    return x.quantization.scale[0], x.quantization.zero_point[0]
