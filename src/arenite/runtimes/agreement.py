"""How far two runtimes agree on what one model computes."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arenite.runtimes.run import Array, Run

FLOATS = "fc"
"""NumPy's kinds of elements that are rounded, so that runtimes differ in their last bits."""


@dataclass(frozen=True)
class Agreement:
    """What two runtimes make of one model on equal inputs, in the rounds that both ran.

    `elements` of the `total` elements that a round's outputs have differ, in the round where most do. `integers`: some
    of these are no floats; `largest` is the largest difference between two integers. `relative_error` is the largest
    difference between two floats, each as a share of the largest magnitude in its output and round: None where no
    output is of floats, infinite where one runtime gives a number and the other none.
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
        """Whether the outputs are equal in every element."""
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
        """In a sentence, without the end of one."""
        if self.exact:
            return f"in each of {self.total:,} elements"
        most = f"{self.elements:,} of {self.total:,} elements differ"
        integers = f", by up to {self.largest:,}" if self.largest else ""
        floats = f", with a relative error of up to {self.relative_error:.1e}" if self.relative_error else ""
        return f"{most}{integers}{floats}"


def agreement(runtimes: tuple[str, str], first: Run, second: Run) -> Agreement:
    """Compare what two runtimes, in this order, made of one model."""
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
    """One output in one round, as in `Agreement`."""

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
    """Pairs of elements among which is the one with the largest difference: of 64 bits, NumPy's own would wrap."""
    import numpy as np

    if one.dtype.itemsize == 8:
        return list(zip(one.tolist(), other.tolist(), strict=True))
    place = int(np.abs(one.astype(np.int64) - other.astype(np.int64)).argmax())
    return [(int(one[place]), int(other[place]))]


def _relative_error(one: Array, other: Array, unequal: Array) -> float:
    """The largest difference as a share of the largest magnitude; 0.0 where nothing differs."""
    import numpy as np

    if not unequal.any():
        return 0.0
    wide = np.complex128 if one.dtype.kind == "c" else np.float64
    with np.errstate(invalid="ignore", over="ignore"):
        magnitudes = np.abs(np.concatenate([one, other]).astype(wide))
        difference = np.abs(one.astype(wide) - other.astype(wide))[unequal].max()
        error = float(difference / magnitudes[np.isfinite(magnitudes)].max(initial=0.0))
    return error if isfinite(error) else float("inf")
