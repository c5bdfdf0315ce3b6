"""Model, device -> Fit: whether the model fits the device, as it is and after `optimize`, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.backends.target import find_target
from arenite.budget import NORMAL_STEPS, STEPS_PER_SECOND, Budget
from arenite.checkers.validity import validity
from arenite.errors import OptionError
from arenite.hardware import Board, board_of, boards, device
from arenite.rewrite.outside import IN_THE_ARENA, Ends
from arenite.search.ends import as_held
from arenite.search.optimization import Options, preview
from arenite.search.plan import OutsideEnd, outside_ends
from arenite.search.runnable import refusals
from arenite.tflite.sources import model_of
from arenite.tflite.write import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arenite.backends.target import Target
    from arenite.backends.tflm.arena import Arena
    from arenite.checkers.validity import Validity
    from arenite.hardware import Device
    from arenite.model import Model
    from arenite.search.runnable import Refusal
    from arenite.tflite.sources import ModelSource


_STEPS = 10 * STEPS_PER_SECOND
"""Budget in steps for all searches of `fit`: about ten seconds, because users wait for the verdict."""


RULES = {
    "cannot-run": "The target runs every operator",
    "plan-not-valid": "The memory plan is right with the target's kernels",
    "arena-does-not-fit": "The arena fits",
    "flash-does-not-fit": "The file fits into the flash",
    "cannot-say": "What every operator allocates is known",
}
"""Names of what has to hold for a model to fit, each with what that is."""


@dataclass(frozen=True)
class Failure:
    """Why a check did not hold. rule: a name that CI can tell apart. message: the reason without the model's name."""

    rule: str
    message: str


@dataclass(frozen=True, repr=False)
class Fit:
    """A model compared with the memory of a device. All sizes are bytes.

    before: the arena of the file as it is.
    after, split: the arenas of the models that `optimize` and `optimize --split` would write; None if not computed.
    available: the largest arena that the device has room for.
    file_bytes: the model's size in flash.
    flash: the device's flash; None if flash does not matter.
    plan: what is known of the file's offline plan; None without a plan.
    refusals: the operators that the target cannot run.
    ends: where generated C has its inputs and outputs; all arenas are without those that are outside.
    outside: these inputs and outputs.
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
    ends: Ends = IN_THE_ARENA
    outside: tuple[OutsideEnd, ...] = ()
    ended_after: float | None = None

    def __repr__(self) -> str:
        place = f"{self.board.name} with {self.target.name}" if self.board else self.target.name
        verdict = "fits" if self.fits else "does not fit" if self.missing else "does not hold"
        return f"Fit({place}: {verdict}, {self.before.declare_bytes:,} of {self.available:,} bytes of arena)"

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
    def failures(self) -> tuple[Failure, ...]:
        """The first reason why the model does not certainly fit; empty: it fits."""
        why = _why_not(self)
        return () if why is None else (Failure(*why),)

    @property
    def fits_after(self) -> bool | None:
        """Whether the model would fit after `optimize`; false if that is not certain, None if not computed."""
        return None if self.after is None else self.holds(self.after)

    def holds(self, arena: Arena) -> bool:
        """Whether the model would run and fit with the given arena; false if that is not certain."""
        enough = arena.exact and arena.declare_bytes <= self.available
        return self.runs and enough and not self.missing_flash


def check(
    model: ModelSource,
    *,
    board: Board | str | None = None,
    target: Target | str | None = None,
    arena: int | None = None,
    reserve: int = 0,
    ends: Ends = IN_THE_ARENA,
    hints: bool = True,
    time_limit: float | None = None,
) -> Fit:
    """Compare the arena that a model needs with the RAM of a board, or with a size, as `arenite check` does.

    Args:
        model: a model, or what `read` takes.
        board: the board or chip whose RAM and flash have to hold it, or its name.
        target: the target, or its name; None: the board's, or the portable one.
        arena: bytes for the arena; with a board, at most these.
        reserve: bytes of the board's RAM to keep free for stack, heap and other data.
        ends: where generated C has its inputs and outputs.
        hints: if the arena does not fit, look for what `optimize` would save, with strips too.
        time_limit: seconds for the searches for hints; None: no limit.

    Raises:
        ModelError: the model cannot be read or planned.
        OptionError: neither a board nor an arena is given, one of the arguments makes no sense, or no input or output
            can be where `ends` says.
    """
    on = device(target, board, reserve=reserve, arena=arena)
    source = model_of(model)
    return with_hints(source, on, ends, time_limit=time_limit) if hints else measure(source, on, ends)


def measure(model: Model, on: Device, ends: Ends = IN_THE_ARENA) -> Fit:
    """Compare the arena of a model with the room of a device; what `optimize` would save is not computed.

    Raises:
        ModelError: the model cannot be planned.
        OptionError: the device has no limit for the arena, or no input or output can be where `ends` says.
    """
    if on.room is None:
        raise OptionError("check against what? give a size for the arena, or a board")
    flash = on.board.flash_bytes if on.board else None
    held = as_held(model, on.target, ends)
    return Fit(
        on.target,
        on.target.arena(held),
        None,
        on.room,
        len(write_bytes(model)),
        flash,
        on.board,
        _plan(held),
        refusals=refusals(held, on.target),
        ends=ends,
        outside=outside_ends(held),
    )


def with_hints(model: Model, on: Device, ends: Ends = IN_THE_ARENA, *, time_limit: float | None = None) -> Fit:
    """Compare as `measure` does, and look for what would help.

    If the arena does not fit, `after` says what `optimize` would reach. If that does not fit either, `split` says what
    `optimize` would reach with strips. Both searches are those of `optimize`, with its budget: a shorter search would
    say that bytes are missing of models that `optimize --split` makes fit.

    Args:
        time_limit: seconds for both searches together; None: no limit.

    Raises:
        ModelError: the model cannot be planned.
        OptionError: the device has no limit for the arena.
    """
    found, target = measure(model, on, ends), on.target
    if not found.missing and found.valid:
        return found
    options, budget = Options(target=target, ends=ends), Budget(2 * NORMAL_STEPS, seconds=time_limit)
    after = target.arena(preview(model, options, budget=Budget(NORMAL_STEPS, whole=budget)))
    split = None
    if after.declare_bytes > found.available:
        strips = replace(options, split=True)
        split = target.arena(preview(model, strips, budget=Budget(NORMAL_STEPS, whole=budget)))
    return replace(found, after=after, split=split, ended_after=time_limit if budget.struck else None)


def fit(
    model: ModelSource, on: Iterable[Board | str] | Board | str | None = None, *, time_limit: float | None = None
) -> tuple[Fit, ...]:
    """Compare a model, as it is and as `optimize` would write it, with the largest memory region of each board.

    Args:
        model: a model, or what `read` takes.
        on: the boards or their names, each with the kernels of its core; None: all known boards.
        time_limit: seconds for the searches for all boards together; None: no limit.

    Raises:
        ModelError: the model cannot be read or planned.
        OptionError: no board has this name.
    """
    source, candidates = model_of(model), _boards(on)
    targets = {name: find_target(name) for name in sorted({board.target for board in candidates})}
    by_kernels = {target.backend: target for target in targets.values()}
    budget = Budget(_STEPS, seconds=time_limit)
    parts = [budget.part(1 / len(by_kernels)) for _ in by_kernels]
    optimized = {
        kernels: preview(source, Options(target=target), budget=part)
        for (kernels, target), part in zip(by_kernels.items(), parts, strict=True)
    }
    arenas = {name: (target.arena(source), target.arena(optimized[target.backend])) for name, target in targets.items()}
    plan, file_bytes = _plan(source), len(write_bytes(source))
    refused = {name: refusals(source, target) for name, target in targets.items()}
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


def _boards(on: Iterable[Board | str] | Board | str | None) -> tuple[Board, ...]:
    if on is None:
        return boards()
    return tuple(map(board_of, [on] if isinstance(on, (Board, str)) else on))


def _plan(model: Model) -> Validity | None:
    return None if model.plan is None else validity(model)


def _why_not(found: Fit) -> tuple[str, str] | None:
    """The rule of `RULES` that does not hold, and why; None if the model certainly fits."""
    target, arena = found.target.name, found.before
    if not found.runs:
        return "cannot-run", f"{target} cannot run {'; nor '.join(map(str, found.refusals))}"
    if found.plan is not None and not found.valid:
        return "plan-not-valid", f"{found.plan.fault(found.target)}; optimize the model for target {target}"
    if found.missing:
        return "arena-does-not-fit", f"does not fit: {found.missing:,} bytes of arena are missing"
    if found.missing_flash:
        return "flash-does-not-fit", f"does not fit: {found.missing_flash:,} bytes of flash are missing"
    if not found.certain:
        return "cannot-say", (
            f"cannot say whether it fits: the arena is at least {arena.declare_bytes:,} bytes, but it "
            f"is not known what these operators allocate: {', '.join(arena.unknown)}; measure it on the device"
        )
    return None
