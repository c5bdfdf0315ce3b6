"""How closely two runtimes agree on the outputs of one model."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arenite.runtimes.run import Array, Run

FLOATS = "fc"
"""NumPy kinds of floating-point elements, which runtimes round differently in the last bits."""


@dataclass(frozen=True)
class Agreement:
    """Comparison of two runtimes on one model and equal inputs, over the rounds that both ran.

    Attributes:
        elements: number of elements that differ in the round with most differences, of `total` elements per round.
        integers: whether some of the differing elements are integers.
        largest: largest difference between two integers.
        relative_error: largest difference between two floats, relative to the largest magnitude in its output and
            round. None if no output is floating point; infinite if exactly one runtime gives NaN or infinity.
    """

    runtimes: tuple[str, str]
    rounds: int
    elements: int
    total: int
    integers: bool
    largest: int
    relative_error: float | None

    @property
    def exact(self) -> bool:
        """Whether all elements of the outputs are equal."""
        return not self.elements

    def to_json(self) -> dict[str, Any]:
        """The agreement as JSON values; the keys are documented in docs/json.md."""
        error = self.relative_error
        return {
            "runtimes": list(self.runtimes),
            "rounds": self.rounds,
            "exact": self.exact,
            "elements": self.elements,
            "total": self.total,
            "largest": self.largest,
            "relative_error": error if error is not None and isfinite(error) else None,
        }

    def __str__(self) -> str:
        """The agreement as a clause, for messages."""
        if self.exact:
            return "in its only element" if self.total == 1 else f"in each of {self.total:,} elements"
        most = f"{self.elements:,} of {self.total:,} elements differ"
        integers = f", by up to {self.largest:,}" if self.largest else ""
        floats = f", with a relative error of up to {self.relative_error:.1e}" if self.relative_error else ""
        return f"{most}{integers}{floats}"


def agreement(runtimes: tuple[str, str], first: Run, second: Run) -> Agreement:
    """Compare the outputs of two runtimes, in this order, for one model."""
    rounds = list(zip(first.outputs, second.outputs, strict=False))
    parts = [[_compare(*pair) for pair in zip(*outputs, strict=False)] for outputs in rounds]
    every = [part for outputs in parts for part in outputs]
    errors = [part.relative_error for part in every if part.relative_error is not None]
    return Agreement(
        runtimes,
        len(rounds),
        max((sum(part.elements for part in outputs) for outputs in parts), default=0),
        max((sum(part.total for part in outputs) for outputs in parts), default=0),
        any(part.elements and part.relative_error is None for part in every),
        max((part.largest for part in every), default=0),
        max(errors, default=None),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Comparison of one output in one round; fields as in `Agreement`."""

    elements: int
    total: int
    largest: int = 0
    relative_error: float | None = None


def _compare(one: Array, other: Array) -> _Part:
    import numpy as np

    total = max(one.size, other.size)
    floats = one.dtype.kind in FLOATS
    if one.dtype != other.dtype or one.size != other.size:
        return _Part(total, total, relative_error=float("inf") if floats else None)
    one, other = one.reshape(-1), other.reshape(-1)
    if not floats:
        unequal = np.asarray(one != other)
        integers = one.dtype.kind in "iu" and bool(unequal.any())
        largest = max(abs(int(a) - int(b)) for a, b in _extremes(one[unequal], other[unequal])) if integers else 0
        return _Part(int(unequal.sum()), total, largest)
    unequal = np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)))
    return _Part(int(unequal.sum()), total, relative_error=_relative_error(one, other, unequal))


def _extremes(one: Array, other: Array) -> list[tuple[int, int]]:
    """Pairs of elements that include the one with the largest difference; for 64 bits NumPy's difference would wrap."""
    import numpy as np

    if one.dtype.itemsize == 8:
        return list(zip(one.tolist(), other.tolist(), strict=True))
    place = int(np.abs(one.astype(np.int64) - other.astype(np.int64)).argmax())
    return [(int(one[place]), int(other[place]))]


def _relative_error(one: Array, other: Array, unequal: Array) -> float:
    """Largest difference relative to the largest magnitude; 0.0 if the outputs are equal."""
    import numpy as np

    if not unequal.any():
        return 0.0
    wide = np.complex128 if one.dtype.kind == "c" else np.float64
    with np.errstate(invalid="ignore", over="ignore"):
        magnitudes = np.abs(np.concatenate([one, other]).astype(wide))
        difference = np.abs(one.astype(wide) - other.astype(wide))[unequal].max()
        error = float(difference / magnitudes[np.isfinite(magnitudes)].max(initial=0.0))
    return error if isfinite(error) else float("inf")
