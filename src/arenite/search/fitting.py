"""Model, target, memory -> Fit: whether the model fits a device, as it is and after `optimize`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite import boards
from arenite.backends.target import find_target
from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.check.validity import validity
from arenite.search.optimization import Options, preview
from arenite.search.runnable import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arenite.backends.target import Target
    from arenite.backends.tflm.arena import Arena
    from arenite.boards import Board
    from arenite.check.validity import Validity
    from arenite.model import Model
    from arenite.search.runnable import Refusal


_STEPS = 10 * STEPS_PER_SECOND
"""Budget in steps for all searches of `fit`, and for each of the two of `check`: about ten seconds, because users and
CI wait for the verdict."""


@dataclass(frozen=True)
class Fit:
    """A model compared with the memory of a device. All sizes are bytes.

    before: the arena of the file as it is.
    after, split: the arenas of the models that `optimize` and `optimize --split` would write; None if not computed.
    available: the largest arena that the device has room for.
    file_bytes: the model's size in flash.
    flash: the device's flash; None if flash does not matter.
    plan: what is known of the file's offline plan; None without a plan.
    refusals: the operators that the target cannot run.
    ended_after: the time limit in seconds, if it ended the searches; None otherwise.

    The application's own RAM and code are not part of any figure.
    """

    target: Target
    before: Arena
    after: Arena | None
    available: int
    file_bytes: int
    flash: int | None = None
    board: Board | None = None
    plan: Validity | None = None
    split: Arena | None = None
    refusals: tuple[Refusal, ...] = ()
    ended_after: float | None = None

    @property
    def timed_out(self) -> bool:
        """Whether the time limit ended the searches, so that longer ones may save more."""
        return self.ended_after is not None

    @property
    def runs(self) -> bool:
        """Whether no operator is known that the target cannot run."""
        return not self.refusals

    @property
    def certain(self) -> bool:
        """Whether the allocations of every operator are known; if not, the arena's real size is not either."""
        return self.before.exact

    @property
    def valid(self) -> bool:
        """Whether the target's kernels compute correct results with the file's offline plan; true without a plan."""
        return self.plan is None or self.plan.holds(self.target)

    @property
    def missing(self) -> int:
        """Bytes by which the arena of the file as it is exceeds the available bytes; 0 if it fits."""
        return max(0, self.before.declare_bytes - self.available)

    @property
    def missing_after(self) -> int | None:
        """Bytes by which the arena would exceed the available bytes after `optimize`; None if not computed."""
        return None if self.after is None else max(0, self.after.declare_bytes - self.available)

    @property
    def saved(self) -> int | None:
        """Bytes that `optimize` would save of the arena; None if not computed."""
        return None if self.after is None else self.before.declare_bytes - self.after.declare_bytes

    @property
    def missing_flash(self) -> int:
        """Bytes by which the file alone exceeds the flash; 0 if it fits or flash does not matter."""
        return 0 if self.flash is None else max(0, self.file_bytes - self.flash)

    @property
    def fits(self) -> bool:
        """Whether the file as it is runs, fits and computes correct results; false if that is not certain."""
        return self.runs and self.valid and self.certain and not self.missing and not self.missing_flash

    @property
    def fits_after(self) -> bool | None:
        """Whether the model would fit after `optimize`; false if that is not certain, None if not computed."""
        return None if self.after is None else self.holds(self.after)

    def holds(self, arena: Arena) -> bool:
        """Whether the model would run and fit with the given arena; false if that is not certain."""
        enough = arena.exact and arena.declare_bytes <= self.available
        return self.runs and enough and not self.missing_flash


def measure(model: Model, file_bytes: int, target: Target, *, available: int, board: Board | None = None) -> Fit:
    """Compare the arena of `model` with the `available` bytes; what `optimize` would save is not computed.

    Args:
        model: the model.
        file_bytes: size of its file in bytes.
        target: the target that the arena is computed for.
        available: bytes for the arena.
        board: the board, for its flash; None: flash does not matter.

    Raises:
        ModelError: the model cannot be planned.
    """
    flash = board.flash_bytes if board else None
    refused = refusals(model, target)
    return Fit(target, target.arena(model), None, available, file_bytes, flash, board, _plan(model), None, refused)


def check(
    model: Model,
    file_bytes: int,
    target: Target,
    *,
    available: int,
    board: Board | None = None,
    time_limit: float | None = None,
) -> Fit:
    """Compare the arena of `model` with the `available` bytes, as `measure` does, and look for what would help.

    If the arena does not fit, `after` says what `optimize` would reach. If that does not fit either, `split` says what
    `optimize --split` would reach.

    Args:
        file_bytes: size of its file in bytes.
        target: the target that the arena is computed for.
        available: bytes for the arena.
        board: the board, for its flash; None: flash does not matter.
        time_limit: seconds for the searches of `optimize` and `optimize --split` together; None: no limit.

    Raises:
        ModelError: the model cannot be planned.
    """
    found = measure(model, file_bytes, target, available=available, board=board)
    if not found.missing and found.valid:
        return found
    options, budget = Options(target=target), Budget(2 * _STEPS, seconds=time_limit)
    after = target.arena(preview(model, options, budget=budget.part(0.5)))
    split = None
    if after.declare_bytes > available:
        split = target.arena(preview(model, replace(options, split=True), budget=budget.part(1.0)))
    return replace(found, after=after, split=split, ended_after=time_limit if budget.struck else None)


def fit(
    model: Model, file_bytes: int, on: Iterable[Board] | None = None, *, time_limit: float | None = None
) -> tuple[Fit, ...]:
    """Compare `model`, as it is and as `optimize` would write it, with the largest memory region of each board.

    Args:
        file_bytes: size of its file in bytes.
        on: the boards, each with the kernels of its core; None: all known boards.
        time_limit: seconds for the searches for all boards together; None: no limit.

    Raises:
        ModelError: the model cannot be planned.
    """
    candidates = boards.load() if on is None else tuple(on)
    targets = {name: find_target(name) for name in sorted({board.target for board in candidates})}
    by_kernels = {target.backend: target for target in targets.values()}
    budget = Budget(_STEPS, seconds=time_limit)
    parts = [budget.part(1 / len(by_kernels)) for _ in by_kernels]
    optimized = {
        kernels: preview(model, Options(target=target), budget=part)
        for (kernels, target), part in zip(by_kernels.items(), parts, strict=True)
    }
    arenas = {name: (target.arena(model), target.arena(optimized[target.backend])) for name, target in targets.items()}
    plan = _plan(model)
    refused = {name: refusals(model, target) for name, target in targets.items()}
    return tuple(
        Fit(
            targets[board.target],
            *arenas[board.target],
            available=board.region_bytes,
            file_bytes=file_bytes,
            flash=board.flash_bytes,
            board=board,
            plan=plan,
            refusals=refused[board.target],
            ended_after=time_limit if budget.struck else None,
        )
        for board in candidates
    )


def _plan(model: Model) -> Validity | None:
    return None if model.plan is None else validity(model)
