"""What to optimize, and for which runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from arenite.backends.target import TFLM, Target, find_target
from arenite.budget import NORMAL_STEPS, Budget
from arenite.errors import OptionError
from arenite.runtimes.inputs import MOST_ROUNDS

STEPS = {"low": NORMAL_STEPS // 10, "normal": NORMAL_STEPS, "high": 10 * NORMAL_STEPS}
"""Steps of all searches together, for each effort."""
MOST_EXTRA_MACS = 10.0
"""Largest share of the model's multiply-accumulates that strips can be allowed to add."""


@dataclass(frozen=True)
class Options:
    """What to optimize.

    `reorder`, `layout`: which of the two decisions are Arenite's; what is not stays as the file and TFLM have it.
    `overlap`: buffers may share bytes where the kernels of `target` (a target or its name) allow it; without it every
    kernel computes the same. `keep_inputs`: the application finds the model's inputs intact after the inference.
    `effort`: how much work the searches may do, counted in steps, so that they give the same on every machine and under
    any load: about a minute of one core, a tenth of that, or ten times as much. `time_limit`: seconds after which they
    end in any case, with the best plan so far and its gap; None: never. `plan`: what to do with an offline plan that
    the model already has. `verify`: compare the result with its source in the runtimes present. `rounds`, `seed`:
    random inputs on which to compare; None is five rounds, or fewer for much work.

    `split`: stretches of the model may be executed strip by strip, which makes small the target's whole arena or, by
    `minimize`, its head alone. `max_extra_macs`: the share of the model's multiply-accumulates that strips may add;
    None is 0.10, or as much as it takes where `arena` is given: an arena to declare, in bytes, that is to be reached
    with the least work, or it is an error.

    `unpack_int4`: int4 weights may become int8 where that makes the head smaller, at the cost of flash. `widen_bias`:
    int32 biases that TFLM reads as int64 become int64, which changes what TFLM computes.
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
        self._check_strips()
        self.runs_on  # noqa: B018 (an unknown name is an error here, not in the middle of the work)

    def _check_strips(self) -> None:
        if self.minimize not in ("arena", "head"):
            raise OptionError(f"minimize: {self.minimize!r} is neither 'arena' nor 'head'")
        if self.split and not (self.overlap and self.layout):
            raise OptionError("split: strips take no memory only in a layout with overlap; allow both")
        if self.max_extra_macs is not None and not 0 <= self.max_extra_macs <= MOST_EXTRA_MACS:
            raise OptionError(f"max extra MACs: {self.max_extra_macs} is not a share from 0 to {MOST_EXTRA_MACS}")
        if self.arena is not None and self.arena < 0:
            raise OptionError(f"arena: {self.arena} is not a number of bytes; give 0 or more")
        if not self.split and (self.arena, self.max_extra_macs, self.minimize) != (None, None, "arena"):
            raise OptionError("arena, max extra MACs and what to minimize are for splitting into strips; ask for that")

    def budget(self) -> Budget:
        """A new budget for all searches together."""
        return Budget(STEPS[self.effort], seconds=self.time_limit)

    @property
    def runs_on(self) -> Target:
        """The target itself.

        Raises:
            OptionError: no target has this name.
        """
        return self.target if isinstance(self.target, Target) else find_target(self.target)


DEFAULTS = Options()
