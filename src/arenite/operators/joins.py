"""How operators put tensors together along an axis, or take one apart: the whole, the axis, and the parts' lengths.

    CONCATENATION, PACK    parts -> whole        SPLIT, SPLIT_V, UNPACK    whole -> parts

PACK and UNPACK have an axis more in the whole than in the parts, along which each part has a length of 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from arenite.operators.constants import integers
from arenite.operators.kinds import JOINS

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

_AXIS_INPUT = {"SPLIT": (0, 1), "SPLIT_V": (2, 0)}
"""Kinds that take the axis from an input: its position, and that of the whole."""


@dataclass(frozen=True, slots=True)
class Join:
    """`lengths[i]` of part i along the `axis` of the `whole`; `position` is that of the whole among the inputs."""

    whole: Tensor
    axis: int
    lengths: tuple[int, ...]
    position: int | None = None

    @property
    def outer(self) -> int:
        """Positions of the axes before it, at each of which there is a block of every part."""
        return prod(self.whole.shape[: self.axis])

    @property
    def blocks(self) -> tuple[int, ...]:
        """Bytes of each part's block."""
        inner = prod(self.whole.shape[self.axis + 1 :]) * self.whole.type.bytes
        return tuple(length * inner for length in self.lengths)


def join(operator: Operator) -> Join | None:
    """What one of the five kinds joins or takes apart; None where an input, the axis or a dimension is missing."""
    axis_input, position = _AXIS_INPUT.get(operator.code, (None, 0))
    made = operator.code in JOINS
    parts = operator.inputs if made else operator.outputs
    wholes = operator.outputs if made else operator.inputs[position : position + 1]
    whole = wholes[0] if wholes else None
    if whole is None:
        return None
    axis = _axis(operator, axis_input, len(whole.shape))
    if axis is None:
        return None
    if operator.code in ("PACK", "UNPACK"):
        return Join(whole, axis, (1,) * len(parts), None if made else position)
    present = [part for part in parts if part is not None]
    if len(present) < len(parts) or any(len(part.shape) != len(whole.shape) for part in present):
        return None
    return Join(whole, axis, tuple(part.shape[axis] for part in present), None if made else position)


def _axis(operator: Operator, axis_input: int | None, rank: int) -> int | None:
    """The axis, counted from the front; None where it is not known or there is no such axis."""
    value = operator.options.get("axis")
    if axis_input is not None:
        found = integers(operator.inputs[axis_input]) if axis_input < len(operator.inputs) else None
        value = found[0] if found else None
    return value % rank if isinstance(value, int) and -rank <= value < rank else None
