"""What to optimise, for which runtime, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from arenite.errors import OptionError
from arenite.runtimes.inputs import MOST_ROUNDS
from arenite.targets.target import TFLM, Target, find_target

MOST_EXTRA_MACS = 10.0
"""Largest share of the model's multiply-accumulates that strips can be allowed to add."""


@dataclass(frozen=True)
class Options:
    """What to optimise and for how long.

    `reorder`, `layout`: which of the two decisions are Arenite's; what is not stays as the file and TFLM have it.
    `overlap`: buffers may share bytes where the kernels of `target` (a target or its name) allow it; without it every
    kernel computes the same. `keep_inputs`: the application finds the model's inputs intact after the inference.
    `time_limit`: seconds for all searches together; at the limit the best plan so far is returned with its gap. `plan`:
    what to do with an offline plan that the model already has. `verify`: compare the result with its source in the
    runtimes present. `rounds`, `seed`: random inputs on which to compare; None is five, or fewer for much work.

    `split`: stretches of the model may be executed strip by strip, which makes small the target's whole arena or, by
    `minimize`, its head alone. `max_extra_macs`: the share of the model's multiply-accumulates that strips may add;
    None is 0.10, or as much as it takes where `arena` is given: an arena to declare, in bytes, that is to be reached
    with the least work, or it is an error.
    """

    reorder: bool = True
    layout: bool = True
    keep_inputs: bool = False
    time_limit: float = 60.0
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

    def __post_init__(self) -> None:
        if not isinstance(self.time_limit, int | float) or not isinstance(self.rounds, int | None):
            raise OptionError("time limit and rounds: must be numbers")
        if not self.time_limit >= 0:
            raise OptionError(f"time limit: {self.time_limit} is not a number of seconds; give 0 or more")
        if self.rounds is not None and not 1 <= self.rounds <= MOST_ROUNDS:
            raise OptionError(f"rounds: {self.rounds} is not between 1 and {MOST_ROUNDS:,}")
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

    @property
    def runs_on(self) -> Target:
        """The target itself.

        Raises:
            OptionError: no target has this name.
        """
        return self.target if isinstance(self.target, Target) else find_target(self.target)


DEFAULTS = Options()
