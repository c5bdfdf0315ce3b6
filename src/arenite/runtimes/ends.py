"""Inputs and outputs of a model -> those of the same model with other types at its ends (`rewrite.integer_ends`).

A model with int8 inputs and the float model that it was made of compute the same if equal numbers go in: q into the
one, scale * (q - zero point) into the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.operators.quantization import stands_for
from arenite.runtimes.inputs import DTYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Model, Tensor
    from arenite.runtimes.run import Array, Rounds, Run


@dataclass(frozen=True)
class Ends:
    """The ends of two models that compute the same: pairs of the first model's tensor and the second model's."""

    inputs: tuple[tuple[Tensor, Tensor], ...]
    outputs: tuple[tuple[Tensor, Tensor], ...]

    @staticmethod
    def of(first: Model, second: Model) -> Ends:
        """The ends of two models whose inputs and outputs are in the same order."""
        pairs = (
            tuple(zip(ours, theirs, strict=True))
            for ours, theirs in ((first.main.inputs, second.main.inputs), (first.main.outputs, second.main.outputs))
        )
        return Ends(*pairs)

    @staticmethod
    def same(ours: Tensor, theirs: Tensor) -> bool:
        """Whether two tensors have one type and shape."""
        return (ours.type, ours.shape) == (theirs.type, theirs.shape)

    @staticmethod
    def convertible(ours: Tensor, theirs: Tensor) -> bool:
        """Whether two tensors have one shape, and one type or integers that stand for the other one's values."""
        return Ends.same(ours, theirs) or (ours.type is not theirs.type and stands_for(theirs, ours))

    def for_first(self, rounds: Rounds) -> Rounds:
        """Inputs of the first model, from inputs of the second."""
        return tuple(_converted(self.inputs, inputs) for inputs in rounds)

    def rounds(self, rounds: Rounds) -> int:
        """Number of rounds that are compared."""
        return len(rounds)

    def of_first(self, run: Run) -> Run:
        """What is compared of a run of the first model: all of it."""
        return run

    def as_first(self, run: Run) -> Run:
        """A run of the second model with outputs as the first model would give them."""
        return replace(run, outputs=tuple(_converted(self.outputs, outputs) for outputs in run.outputs))


def _converted(pairs: Sequence[tuple[Tensor, Tensor]], arrays: Sequence[Array]) -> tuple[Array, ...]:
    return tuple(_as(ours, theirs, array) for (ours, theirs), array in zip(pairs, arrays, strict=True))


def _as(ours: Tensor, theirs: Tensor, array: Array) -> Array:
    """Values of one tensor as values of the other; unchanged where both have one type."""
    if ours.type is theirs.type:
        return array
    import numpy as np

    scale, zero = _step(theirs)
    steps = array.astype(np.int64) - zero
    dtype = np.dtype(DTYPES[ours.type])
    if dtype.kind == "f":
        # In float64 the product of a float32 and a number of 9 bits is exact: it is rounded once, as kernels do.
        return np.asarray(np.float64(scale) * steps).astype(dtype)
    return np.asarray(steps + _step(ours)[1]).astype(dtype)


def _step(tensor: Tensor) -> tuple[float, int]:
    """Scale and zero point of a tensor that has one of each."""
    assert tensor.quantization is not None
    return tensor.quantization.scale[0], tensor.quantization.zero_point[0]
