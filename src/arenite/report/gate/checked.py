"""A model and what its check found -> why the check did not hold, in words, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.report.console import number
from arenite.search.fitting import RULES as FITTING
from arenite.search.fitting import Failure, Fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction
    from pathlib import Path

    from arenite.backends.tflm.arena import Arena

RULES = {
    **FITTING,
    "arena-grew": "The arena grew by no more than is allowed",
    "growth-not-known": "It is known how much the arena grew",
    "cannot-be-checked": "The model can be read",
    "base-cannot-be-read": "The base of the model can be read",
}
"""Names of what is checked, each with what has to hold."""
NOT_CHECKED = frozenset({"cannot-be-checked", "base-cannot-be-read"})
"""Names of what makes a check impossible, and so is bad input."""


@dataclass(frozen=True)
class Growth:
    """How much an arena may grow against its base: by a share of the base or by a size, whichever is more."""

    share: Fraction
    size: int

    def allows(self, before: int, after: int) -> bool:
        """Whether an arena may grow from `before` to `after` bytes."""
        grown = after - before
        return grown <= self.size or grown <= self.share * before


@dataclass(frozen=True)
class Base:
    """The arena of the model in the base; None: the base has no such file."""

    arena: Arena | None

    def change(self, after: Arena) -> int | None:
        """Bytes by which the arena to declare grew; None where that is not known, or the model is new."""
        known = self.arena is not None and self.arena.exact and after.exact
        return after.declare_bytes - self.arena.declare_bytes if known and self.arena else None


@dataclass(frozen=True)
class Checked:
    """What was found for one model.

    path: the file as it was asked for.
    fit: the comparison with the device; None: the model cannot be checked.
    failures: why the check did not hold; empty: it holds.
    base: what the base has; None: not compared with one.
    device: the options that name the device, for the commands of a hint.
    """

    path: Path
    fit: Fit | None
    failures: tuple[Failure, ...]
    base: Base | None = None
    device: Mapping[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    @property
    def reasons(self) -> str:
        """All that failed in one line, without the name of the model."""
        return "; ".join(each.message for each in self.failures)


def exit_code(checks: Iterable[Checked]) -> int:
    """The worst exit code of all failures: 2 for bad input, 1 where a check did not hold; 0 without any."""
    return max((2 if why.rule in NOT_CHECKED else 1 for each in checks for why in each.failures), default=0)


def summary(checks: Sequence[Checked]) -> str:
    """How many models hold, without any name: `2 of 5 models do not hold, 1 cannot be checked`."""
    codes = [exit_code([each]) for each in checks]
    wrong, unknown = codes.count(1), codes.count(2)
    whole = f"of {number(len(checks))} {'model' if len(checks) == 1 else 'models'}"
    if not wrong and not unknown:
        return f"{number(len(checks))} {whole} {'holds' if len(checks) == 1 else 'hold'}"
    parts = []
    if wrong:
        parts.append(f"{number(wrong)} {whole} {'does' if wrong == 1 else 'do'} not hold")
    if unknown:
        parts.append(f"{number(unknown)} {whole} cannot be checked")
    return ", ".join(parts)


def overgrowth(after: Arena, base: Base, allowed: Growth) -> tuple[Failure, ...]:
    """Why an arena grew by more than is allowed, or nobody can say; call only for a model that the base has."""
    change = base.change(after)
    if base.arena is None or change is None:
        return (Failure("growth-not-known", "it is not known how much the arena grew"),)
    if allowed.allows(base.arena.declare_bytes, after.declare_bytes):
        return ()
    return (Failure("arena-grew", f"the arena grew by {change:,} bytes from {base.arena.declare_bytes:,}"),)
