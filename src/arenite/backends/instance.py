"""One operator in one build of TFLM: the input of every rule about scratch and tail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.backends.build import Abi
    from arenite.model import Operator, Tensor


@dataclass(frozen=True, slots=True)
class Instance:
    """An operator, and the sizes of C types in the build that runs it."""

    operator: Operator
    abi: Abi

    def input(self, position: int) -> Tensor:
        """The input tensor at a position.

        Raises:
            ModelError: the operator has no input at `position`.
        """
        return self.operator.input(position)

    def dimension(self, position: int, axis: int) -> int:
        """Length of an input along an axis; 0 where the tensor has no such axis."""
        shape = self.input(position).shape
        return shape[axis] if -len(shape) <= axis < len(shape) else 0

    @property
    def output(self) -> Tensor:
        """The first output. Raises IndexError if the operator has no output."""
        return self.operator.outputs[0]
