"""Operators that join tensors along an axis, or split one: the whole, the axis, and the lengths of the parts.

    CONCATENATION, PACK    parts -> whole        SPLIT, SPLIT_V, UNPACK    whole -> parts

For PACK and UNPACK the whole has one axis more than the parts; each part has length 1 along it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from arenite.operators.constants import integers
from arenite.operators.kinds import JOINS
from arenite.operators.quantization import steps

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

_AXIS_INPUT = {"SPLIT": (0, 1), "SPLIT_V": (2, 0)}
"""(position of the axis, position of the whole) among the inputs, for kinds with the axis as an input."""


@dataclass(frozen=True, slots=True)
class Join:
    """`lengths[i]`: length of part i along the `axis` of the `whole`; `position`: the whole's input position."""

    whole: Tensor
    axis: int
    lengths: tuple[int, ...]
    position: int | None = None

    @property
    def outer(self) -> int:
        """Number of positions over the axes before `axis`; each has one block of every part."""
        return prod(self.whole.shape[: self.axis])

    @property
    def blocks(self) -> tuple[int, ...]:
        """Bytes of a block of each part."""
        inner = prod(self.whole.shape[self.axis + 1 :]) * self.whole.type.bytes
        return tuple(length * inner for length in self.lengths)


def join(operator: Operator) -> Join | None:
    """The join or split of an operator; None if it has another kind or lacks an input, the axis or a dimension."""
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
    """The axis counted from the front; None if it is unknown or out of range."""
    value = operator.options.get("axis")
    if axis_input is not None:
        found = integers(operator.inputs[axis_input]) if axis_input < len(operator.inputs) else None
        value = found[0] if found else None
    return value % rank if isinstance(value, int) and -rank <= value < rank else None


def joins_as_it_is(operator: Operator) -> bool:
    """Whether a CONCATENATION changes no element: LiteRT scales UINT8 inputs that are quantized in another way."""
    alike = {steps(tensor) for tensor in (*operator.inputs, *operator.outputs) if tensor is not None}
    return len(alike) == 1 and not operator.options.get("fused_activation_function", 0)
