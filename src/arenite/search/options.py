"""The options of `optimize`: what to decide, for which target, and how much work to spend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from arenite.backends.target import TFLM
from arenite.budget import STEPS, Budget
from arenite.errors import OptionError
from arenite.hardware import check_bytes, target_of
from arenite.rewrite.integer_ends import END_TYPES, EndType
from arenite.rewrite.outside import IN_THE_ARENA, Ends
from arenite.runtimes.run import MOST_ROUNDS
from arenite.search.ends import check_ends

if TYPE_CHECKING:
    from arenite.backends.target import Target

MOST_EXTRA_MACS = 10.0
"""Largest accepted `max_extra_macs`, as a share of the model's multiply-accumulates: inference eleven times as long."""


@dataclass(frozen=True)
class Options:
    """What to optimize, for which target, and how much work to spend. All sizes are bytes.

    Attributes: What is decided
        reorder: choose the order of the operators; otherwise the file's order stays.
        layout: choose the addresses of the tensors; otherwise TFLM's own planner does.
        overlap: let buffers share bytes where the kernels of the target allow it. Without overlap a plan is valid with
            every set of kernels.
        target: the runtime and its kernels, as a `Target` or its name, or the name of a core, chip or board.
        keep_inputs: the model's inputs are intact after the inference.
        plan: replace an offline plan that the model already has, or respect it and leave order and layout alone.

    Attributes: Search and verification
        effort: the budget of all searches, counted in steps, so that results do not depend on the machine or its load.
            "normal" is about a minute of one core, "low" a tenth and "high" ten times of that.
        time_limit: seconds after which the searches end with the best plan so far and its gap; None: no limit.
        verify: compare the result with its source in the installed runtimes; otherwise `Plan.write` does so first.
        rounds: random inputs to compare on; None: five, or fewer for large models.
        seed: of the random inputs.

    Attributes: Execution in parts
        split: execute stretches of the model in strips or channel groups.
        minimize: with `split`, minimize the target's whole arena or its head alone.
        arena: with `split`, an arena size to declare that has to be reached, with the least extra work found; it is
            an error if it is not reached.
        max_extra_macs: multiply-accumulates that strips may add, as a share of the model's. None is 0.10 without
            `arena`, and 1.0 with it.

    Attributes: Rewrites
        unpack_int4: int4 weights may become int8 where that makes the head smaller; it costs flash.
        io: the type that inputs and outputs get where the model quantizes them itself, so that the application feeds
            and reads integers; None: they stay as they are. It is an error if none can get it.
        stream: the axis of the input along which time runs, if the model is to take new frames only, with the rest of
            its window as state; it is an error if that is not exact. None: it takes whole windows.
        ends: where generated C finds the inputs and leaves the outputs: in its arena, in memory of the caller's, or
            with the application, row by row.
        widen_bias: int32 biases that TFLM reads as int64 become int64; this changes what TFLM computes.

    Raises:
        OptionError: a value is out of range, two options contradict each other, or no target has the given name.
    """

    reorder: bool = True
    layout: bool = True
    keep_inputs: bool = False
    effort: Literal["low", "normal", "high"] = "normal"
    time_limit: float | None = None
    plan: Literal["replace", "respect"] = "replace"
    verify: bool = True
    rounds: int | None = None
    seed: int = 0
    target: Target | str = TFLM
    overlap: bool = True
    split: bool = False
    minimize: Literal["arena", "head"] = "arena"
    arena: int | None = None
    max_extra_macs: float | None = None
    unpack_int4: bool = False
    widen_bias: bool = False
    io: EndType | None = None
    stream: int | None = None
    ends: Ends = IN_THE_ARENA

    def __post_init__(self) -> None:
        if not isinstance(self.time_limit, int | float | None) or not isinstance(self.rounds, int | None):
            raise OptionError("time limit and rounds: must be numbers")
        if self.time_limit is not None and not self.time_limit >= 0:
            raise OptionError(f"time limit: {self.time_limit} is not a number of seconds; give 0 or more")
        if self.rounds is not None and not 1 <= self.rounds <= MOST_ROUNDS:
            raise OptionError(f"rounds: {self.rounds} is not between 1 and {MOST_ROUNDS:,}")
        if self.effort not in STEPS:
            raise OptionError(f"effort: {self.effort!r} is not one of {', '.join(STEPS)}")
        if self.plan not in ("replace", "respect"):
            raise OptionError(f"plan: {self.plan!r} is neither 'replace' nor 'respect'")
        if self.keep_inputs and not self.layout:
            raise OptionError("keep inputs: only a layout can keep the inputs intact; leave the layout to Arenite")
        if self.io not in (None, *END_TYPES):
            raise OptionError(f"io: {self.io!r} is not one of {', '.join(END_TYPES)}")
        if self.stream is not None and (type(self.stream) is not int or self.stream < 0):
            raise OptionError(f"stream: {self.stream!r} is not an axis; give 0 or more")
        self._check_strips()
        check_ends(self.runs_on, self.ends)
        if self.ends and (self.keep_inputs or not (self.overlap and self.layout)):
            raise OptionError("inputs and outputs outside of the arena need a layout with overlap that keeps no inputs")
        self.runs_on  # noqa: B018 (an unknown name is an error here, not in the middle of the work)

    def _check_strips(self) -> None:
        if self.minimize not in ("arena", "head"):
            raise OptionError(f"minimize: {self.minimize!r} is neither 'arena' nor 'head'")
        if self.split and not (self.overlap and self.layout):
            raise OptionError(
                "split: strips and a size to fit need a layout with overlap, the only one that they make smaller"
            )
        if self.max_extra_macs is not None and not 0 <= self.max_extra_macs <= MOST_EXTRA_MACS:
            raise OptionError(f"max extra MACs: {self.max_extra_macs} is not a share from 0 to {MOST_EXTRA_MACS}")
        if self.arena is not None:
            check_bytes("arena", self.arena)
        if not self.split and (self.arena, self.max_extra_macs, self.minimize) != (None, None, "arena"):
            raise OptionError("arena, max extra MACs and what to minimize are for strips; add --split, or split=True")

    def without_overlap(self) -> Options:
        """The same options for a search without overlap, and so without strips and what is asked of them."""
        return replace(self, overlap=False, split=False, minimize="arena", arena=None, max_extra_macs=None)

    def budget(self) -> Budget:
        """A new, unspent budget for all searches of one command."""
        return Budget(self.steps, seconds=self.time_limit)

    @property
    def steps(self) -> int:
        """Steps of this budget."""
        return STEPS[self.effort]

    @property
    def runs_on(self) -> Target:
        """The target as an object.

        Raises:
            OptionError: no target has this name.
        """
        return target_of(self.target)


DEFAULTS = Options()
