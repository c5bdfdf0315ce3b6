"""First difference between two runs, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.runtimes.run import Array, Run


@dataclass(frozen=True)
class Difference:
    """First output that differs between two models: output number `output` of the main graph, in round `round`.

    `elements` of its `total` elements differ, the first one at `position`. `largest` is the largest absolute
    difference; NaN if it is undefined (NaN on one side only, or another shape or type).
    """

    output: int
    name: str
    round: int
    elements: int
    total: int
    position: tuple[int, ...]
    largest: float

    def __str__(self) -> str:
        return (
            f"output {self.output} ({self.name!r}) differs in round {self.round}: {self.elements:,} of {self.total:,} "
            f"elements, by up to {self.largest:g}, first at {list(self.position)}"
        )


def first_difference(first: Run, second: Run, names: tuple[str, ...]) -> Difference | None:
    """First output, by round and then by number, whose bytes, shape or type differ; None if all are equal.

    `names` are the outputs' names for the message. NaNs with equal bits are equal; 0.0 and -0.0 are not.
    """
    for number, (ours, theirs) in enumerate(zip(first.outputs, second.outputs, strict=True)):
        for output, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            if one.dtype != other.dtype or one.shape != other.shape:
                return Difference(output, names[output], number, max(one.size, 1), max(one.size, 1), (), float("nan"))
            if not _equal(one, other):
                return _describe(one, other, output, names[output], number)
    return None


def _equal(one: Array, other: Array) -> bool:
    if one.dtype.kind == "O":  # LiteRT returns strings as Python objects
        return bool(one.tolist() == other.tolist())
    return one.tobytes() == other.tobytes()


def _describe(one: Array, other: Array, output: int, name: str, number: int) -> Difference:
    import numpy as np

    if one.dtype.kind == "O":
        unequal = np.asarray(one != other)
        largest = float("nan")
    else:
        width = one.dtype.itemsize
        bits = [np.frombuffer(array.tobytes(), np.uint8).reshape(-1, width) for array in (one, other)]
        unequal = (bits[0] != bits[1]).any(axis=1).reshape(one.shape)
        wide = np.complex128 if one.dtype.kind == "c" else np.float64
        with np.errstate(invalid="ignore", over="ignore"):
            largest = float(np.abs(one.astype(wide) - other.astype(wide))[unequal].max())
    position = tuple(int(axis) for axis in np.argwhere(unequal)[0])
    return Difference(output, name, number, int(unequal.sum()), one.size, position, largest)
