"""One operator as one build of TFLM runs it: what a rule about a kernel needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.backends.build import Abi
    from arenite.model import Operator, Tensor


@dataclass(frozen=True, slots=True)
class Instance:
    """An operator, and the compiler's sizes."""

    operator: Operator
    abi: Abi

    def input(self, position: int) -> Tensor:
        """The tensor at a position.

        Raises:
            ModelError: the operator has no such input.
        """
        return self.operator.input(position)

    def dimension(self, position: int, axis: int) -> int:
        """The length of an input along an axis; 0 where the rank of the tensor is not known."""
        shape = self.input(position).shape
        return shape[axis] if -len(shape) <= axis < len(shape) else 0

    @property
    def output(self) -> Tensor:
        """The first output; IndexError where there is none."""
        return self.operator.outputs[0]
