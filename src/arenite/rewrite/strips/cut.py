"""How one operator computes some rows of its output: rows read, padding, and what is trimmed from the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from arenite.model import NO_OPTIONS, Option
from arenite.rewrite.strips.rows import Rows


@dataclass(frozen=True, slots=True)
class Padding:
    """Explicit padding of the first input with its zero point: rows above and below, columns left and right."""

    above: int
    below: int
    left: int
    right: int

    def __bool__(self) -> bool:
        return bool(self.above or self.below or self.left or self.right)


@dataclass(frozen=True, slots=True)
class Cut:
    """How an operator computes the rows `rows` of its output.

    Attributes:
        rows: the rows to compute.
        made: the rows that the operator computes; may extend beyond the output. Rows outside `rows` are trimmed.
        reads: rows that the operator reads of each input; None means the whole input.
        padding: explicit padding of the first input.
        options: replace the operator's own options.
        numbers: (input position, int32 values) of constant inputs to replace.
        columns: number of columns that the operator computes; None means those of the output. Extra ones are trimmed.
        left: how many of `columns` lie left of the output's first column.
    """

    rows: Rows
    made: Rows
    reads: tuple[Rows | None, ...]
    padding: Padding | None = None
    options: Mapping[str, Option] = field(default_factory=lambda: NO_OPTIONS)
    numbers: tuple[tuple[int, tuple[int, ...]], ...] = ()
    columns: int | None = None
    left: int = 0

    @property
    def trimmed(self) -> bool:
        """Whether computed rows or columns are trimmed."""
        return self.made != self.rows or self.columns is not None


Rule = Callable[[Rows], Cut]
"""Rule of one operator: rows of its output (at least one, all inside the output) -> how to compute them."""
