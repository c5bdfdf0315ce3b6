"""The axis of time: where a tensor has it, and which steps of its inputs an operator reads.

    frame     0   1   2   3   4   5   6      the window of an input, 7 frames
    input     x0  x1  x2  x3  x4  x5  x6     Time(axis, length=7, stride=1)
    output    y0      y1      y2             Time(axis, length=3, stride=2): y1 reads x2 to x4

A step is one position along the axis of time. Steps are counted from the start of the window.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Time:
    """Where a tensor has its axis of time, how many steps a window has there, and of how many frames a step is."""

    axis: int
    length: int
    stride: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Output step i reads input steps i * stride - before to i * stride - before + span - 1."""

    stride: int = 1
    before: int = 0
    span: int = 1

    def read(self, steps: range) -> range:
        """Input steps that some output steps read, of which there is at least one; padding counts too."""
        first = steps.start * self.stride - self.before
        return range(first, first + (len(steps) - 1) * self.stride + self.span)


SAME_STEP = Reach()
"""Output step i reads input step i."""
