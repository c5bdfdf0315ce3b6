"""Frames for a model that takes them one by one -> windows for its source, and the runs in which both must be equal.

    frames    f0 f1 f2 f3 f4 f5     a hop of one frame, a window of four
    windows   f0 f1 f2 f3           the first complete window ends with run 4 (`first_run`)
                 f1 f2 f3 f4        run 5
                    f2 f3 f4 f5     run 6

`rewrite.stream` makes such models. Earlier runs fill the state, and their outputs are not compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.runtimes.ends import Ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Model, Tensor
    from arenite.runtimes.run import Array, Rounds, Run


@dataclass(frozen=True)
class Stream:
    """How the second of two models takes the windows of the first one frame by frame.

    Attributes:
        axis: the axis of time of the only input.
        window: frames of the first model's input.
        hop: frames of the second model's input.
        ends: the inputs and outputs of both models, for their types.
    """

    axis: int
    window: int
    hop: int
    ends: Ends

    @staticmethod
    def of(first: Model, second: Model) -> Stream | None:
        """How the second model streams the first one; None if their inputs do not say so."""
        if len(first.main.inputs) != 1 or len(second.main.inputs) != 1:
            return None
        axis = shorter_axis(first.main.inputs[0], second.main.inputs[0])
        if axis is None:
            return None
        window, hop = (model.main.inputs[0].shape[axis] for model in (first, second))
        return Stream(axis, window, hop, Ends.of(first, second))

    @property
    def first_run(self) -> int:
        """The first run, counted from 1, whose outputs are those of a window: it completes the first one."""
        return -(-self.window // self.hop)

    def rounds(self, frames: Rounds) -> int:
        """Number of windows that are compared."""
        return len(frames) - self.first_run + 1

    def for_first(self, frames: Rounds) -> Rounds:
        """The windows that end with a frame, from the first complete one on, as inputs of the first model."""
        import numpy as np

        series = np.concatenate([inputs[0] for inputs in self.ends.for_first(frames)], axis=self.axis)
        ends = range(self.first_run * self.hop, series.shape[self.axis] + 1, self.hop)
        return tuple((series.take(range(end - self.window, end), self.axis),) for end in ends)

    def of_first(self, run: Run) -> Run:
        """A run of the first model with the newest steps only of outputs that have time."""
        return replace(run, outputs=tuple(self._newest(outputs) for outputs in run.outputs))

    def as_first(self, run: Run) -> Run:
        """A run of the second model from the first complete window on, as the first model would give it."""
        return self.ends.as_first(replace(run, outputs=run.outputs[self.first_run - 1 :]))

    def _newest(self, outputs: Sequence[Array]) -> tuple[Array, ...]:
        pairs = zip(self.ends.outputs, outputs, strict=True)
        return tuple(_last(array, shorter_axis(*tensors), tensors[1]) for tensors, array in pairs)


def _last(array: Array, axis: int | None, like: Tensor) -> Array:
    if axis is None:
        return array
    length = array.shape[axis]
    return array.take(range(length - like.shape[axis], length), axis)


def shorter_axis(long: Tensor, short: Tensor) -> int | None:
    """The only axis in which two tensors differ, where the second one is shorter; None if there is none."""
    if len(long.shape) != len(short.shape):
        return None
    differing = [axis for axis, lengths in enumerate(zip(long.shape, short.shape, strict=True)) if len({*lengths}) > 1]
    shorter = len(differing) == 1 and 0 < short.shape[differing[0]] < long.shape[differing[0]]
    return differing[0] if shorter else None
