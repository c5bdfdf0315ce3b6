"""Whether a model fits the memory of a device: as it is, and as `optimize` would write it."""

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
"""Steps for finding what `optimize` would save: about ten seconds, since a gate in CI is waited for."""


@dataclass(frozen=True)
class Fit:
    """A model against the memory of a device. All sizes are bytes.

    `before` is the arena of the file as it is, `after` that of the model that `optimize` would write, `split` that of
    the one that `optimize --split` would write (None where they were not asked for), `available` the largest arena
    there is room for. `file_bytes` is the model in flash, `flash` all the flash there is, None where that does not
    matter. `plan` is what is known of the file's memory plan, if it has one. `refusals` are the operators that the
    target cannot run. What else an application needs is in neither.
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

    @property
    def runs(self) -> bool:
        """Whether the target runs all operators, as far as is known."""
        return not self.refusals

    @property
    def certain(self) -> bool:
        """Whether it is known what every operator allocates; where not, nobody can say that the arena fits."""
        return self.before.exact

    @property
    def valid(self) -> bool:
        """Whether the memory plan of the file as it is, if it has one, is right with the target's kernels."""
        return self.plan is None or self.plan.holds(self.target)

    @property
    def missing(self) -> int:
        """Bytes that the arena lacks for the file as it is; 0 where it fits."""
        return max(0, self.before.declare_bytes - self.available)

    @property
    def missing_after(self) -> int | None:
        """Bytes that the arena would lack after `optimize`; None where that is not known."""
        return None if self.after is None else max(0, self.after.declare_bytes - self.available)

    @property
    def saved(self) -> int | None:
        """Bytes that `optimize` would take off the arena; None where that is not known."""
        return None if self.after is None else self.before.declare_bytes - self.after.declare_bytes

    @property
    def missing_flash(self) -> int:
        """Bytes of flash that the file itself lacks; 0 where it fits or flash does not matter."""
        return 0 if self.flash is None else max(0, self.file_bytes - self.flash)

    @property
    def fits(self) -> bool:
        """Whether the file as it is certainly runs, fits, and computes the right results."""
        return self.runs and self.valid and self.certain and not self.missing and not self.missing_flash

    @property
    def fits_after(self) -> bool | None:
        """Whether the model would certainly fit after `optimize`; None where `optimize` was not asked."""
        return None if self.after is None else self.holds(self.after)

    def holds(self, arena: Arena) -> bool:
        """Whether the model certainly runs and fits with another arena than that of the file as it is."""
        enough = arena.exact and arena.declare_bytes <= self.available
        return self.runs and enough and not self.missing_flash


def check(
    model: Model,
    file_bytes: int,
    target: Target,
    *,
    available: int,
    board: Board | None = None,
    time_limit: float | None = None,
) -> Fit:
    """Hold the arena of `model` against the `available` bytes; what `optimize` would save is found where they lack.

    Where they would still lack then, it is also found what `optimize --split` would save.

    Args:
        model: the model.
        file_bytes: size of its file.
        target: whose arena.
        available: bytes for the arena.
        board: the board, for its flash; None: flash does not matter.
        time_limit: seconds for the searches of `optimize` and of `optimize --split` together; None: without one.

    Raises:
        ModelError: the model cannot be planned.
    """
    before, after, split = target.arena(model), None, None
    plan = _plan(model)
    if before.declare_bytes > available or not (plan is None or plan.holds(target)):
        options, budget = Options(target=target), Budget(2 * _STEPS, seconds=time_limit)
        after = target.arena(preview(model, options, budget=budget.part(0.5)))
        if after.declare_bytes > available:
            split = target.arena(preview(model, replace(options, split=True), budget=budget.part(1.0)))
    flash = board.flash_bytes if board else None
    refused = refusals(model, target)
    return Fit(target, before, after, available, file_bytes, flash, board, plan, split, refused)


def fit(
    model: Model, file_bytes: int, on: Iterable[Board] | None = None, *, time_limit: float | None = None
) -> tuple[Fit, ...]:
    """Hold `model`, as it is and as `optimize` would write it, against every board; None: all boards known.

    Each board is asked for its largest range of memory, with the kernels of its core. Raises as `check` does.
    `time_limit`: seconds for the searches for all boards together; None: without one.
    """
    candidates = boards.load() if on is None else tuple(on)
    targets = {name: find_target(name) for name in sorted({board.target for board in candidates})}
    by_kernels = {target.backend: target for target in targets.values()}
    budget = Budget(_STEPS, seconds=time_limit)
    each = [budget.part(1 / len(by_kernels)) for _ in by_kernels]
    optimized = {
        kernels: preview(model, Options(target=target), budget=part)
        for (kernels, target), part in zip(by_kernels.items(), each, strict=True)
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
        )
        for board in candidates
    )


def _plan(model: Model) -> Validity | None:
    return None if model.plan is None else validity(model)
