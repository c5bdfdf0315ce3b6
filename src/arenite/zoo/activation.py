"""What the builder expects of an activation's values, and the quantization that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from arenite.model import Quantization, Tensor
from arenite.zoo.weights import single

REACH = 6.0  # of the range that convolutions share, with ReLU6 or without


@dataclass(frozen=True)
class Values:
    """Mean and standard deviation to expect; `signed` unless nothing is below zero."""

    mean: float
    spread: float
    signed: bool

    def quantization(self, least: float = 0.0) -> Quantization:
        """Per-tensor quantization of a range that holds four deviations: the common one, doubled as often as needed.

        `least` is a range to begin with that is wider than the common one.
        """
        reach = max(least, REACH)
        while reach < abs(self.mean) + 4 * self.spread:
            reach *= 2
        return Quantization((single((2 if self.signed else 1) * reach / 255),), (0 if self.signed else -128,))


LINEAR = Values(0.0, 1.0, signed=True)
RECTIFIED = Values(0.4, 0.58, signed=False)  # the same after ReLU: a normal distribution cut at zero


def scale_and_zero(x: Tensor) -> tuple[float, int]:
    """Scale and zero point of an activation, which the builder always quantizes per tensor."""
    assert x.quantization is not None, x.name
    return x.quantization.scale[0], x.quantization.zero_point[0]
