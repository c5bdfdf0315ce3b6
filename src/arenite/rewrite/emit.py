"""What all splits emit: operators and new tensors, with CONCATENATIONs that join a tensor from its parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.backends.reference.limits import MOST_JOINED
from arenite.model import Operator
from arenite.names import part_name
from arenite.operators.versions import version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Tensor


def levels(parts: int) -> list[int]:
    """Number of CONCATENATIONs on each level of the tree for `parts` parts, the root first."""
    counts = [1]
    while parts > MOST_JOINED:
        parts = -(-parts // MOST_JOINED)
        counts.append(parts)
    return counts


class PartEmitter:
    """Operators in the order in which they are appended, and their new tensors."""

    def __init__(self) -> None:
        self.operators: list[Operator] = []
        self.tensors: list[Tensor] = []

    def new(self, tensor: Tensor) -> Tensor:
        """List a new tensor, which is in the arena even if the one that it was made like is not."""
        inside = tensor if tensor.outside is None else replace(tensor, outside=None)
        self.tensors.append(inside)
        return inside

    def join(self, parts: Sequence[Tensor], whole: Tensor, axis: int) -> None:
        """Append CONCATENATIONs along an axis into `whole`: a tree if one CONCATENATION cannot take all parts."""
        while len(parts) > MOST_JOINED:
            groups = -(-len(parts) // MOST_JOINED)
            bounds = [group * len(parts) // groups for group in range(groups + 1)]
            joined: list[Tensor] = []
            for first, end in pairwise(bounds):
                length = sum(part.shape[axis] for part in parts[first:end])
                shape = (*whole.shape[:axis], length, *whole.shape[axis + 1 :])
                name = part_name(whole.name, f"joined{len(joined) + 1}of{groups}")
                joined.append(replace(whole, name=name, shape=shape))
                self.operators.append(concatenation(parts[first:end], joined[-1], axis))
            self.tensors += joined
            parts = joined
        self.operators.append(concatenation(parts, whole, axis))


def concatenation(parts: Sequence[Tensor], whole: Tensor, axis: int) -> Operator:
    """The CONCATENATION of parts along an axis."""
    options = {"axis": axis, "fused_activation_function": 0}
    return Operator("CONCATENATION", tuple(parts), (whole,), options, version=version("CONCATENATION", whole.type))
