"""How one operator makes some rows of its output: what it reads, what it is padded with, what is cut off again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from arenite.model import NO_OPTIONS, Option
from arenite.rewrite.strips.rows import Rows


@dataclass(frozen=True, slots=True)
class Padding:
    """Explicit padding of the first input, with its zero point: rows above and below, columns left and right."""

    above: int
    below: int
    left: int
    right: int

    def __bool__(self) -> bool:
        return bool(self.above or self.below or self.left or self.right)


@dataclass(frozen=True, slots=True)
class Cut:
    """How an operator makes the rows `rows` of its output.

    It reads rows `reads[i]` of input i (None: all of it) and makes rows `made` of its output, which may go beyond the
    output. `columns` is how many columns it makes (None: those of the output), the first `left` of which lie left of
    it. What was made beyond `rows` and the output's columns is cut off. `options` replace the operator's own;
    `numbers` replaces constant inputs, by position, by int32 values.
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
        """Whether a part of what was made is cut off."""
        return self.made != self.rows or self.columns is not None


Rule = Callable[[Rows], Cut]
"""For one operator: rows of its output (within it, at least one) -> how they are made."""
