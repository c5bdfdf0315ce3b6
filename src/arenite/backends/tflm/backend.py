"""What TFLM asks of the kernels that it runs, at its start-up, and the arena that follows."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from arenite.backends.backend import Backend
from arenite.backends.tflm.arena import arena
from arenite.backends.tflm.tail import tail

if TYPE_CHECKING:
    from arenite.backends.build import Abi
    from arenite.backends.instance import Instance
    from arenite.backends.tflm.arena import Arena
    from arenite.model import MemoryPlan, Model, Tensor


class TflmBackend(Backend):
    """A set of kernels of TFLM."""

    __slots__ = ()

    @abstractmethod
    def structure(self, label: str) -> str:
        """What a kernel's Init allocates for itself, in the letters of `arenite.backends.build.size_of`; "": nothing.

        `label`: the kind of operator, or the name of a custom one.
        """

    @abstractmethod
    def kept(self, kernel: Instance) -> tuple[int, ...]:
        """Bytes of every allocation in the tail that a kernel makes besides, in order."""

    @abstractmethod
    def looks(self, kernel: Instance) -> tuple[Tensor, ...]:
        """The tensors that a kernel looks at while it is prepared, one that it looks at twice twice."""

    @abstractmethod
    def is_known(self, kernel: Instance) -> bool:
        """Whether all is known that TFLM keeps in the tail for an operator, and requests as scratch."""

    def tail_bytes(self, model: Model, abi: Abi | None = None) -> int:
        """Bytes of tail; see `arenite.backends.tflm.tail`."""
        return tail(model, self, head_bytes=0, abi=abi or self.abi).bytes

    def arena(self, model: Model, plan: MemoryPlan | None = None, *, abi: Abi | None = None) -> Arena:
        """What TFLM will spend on a file as it is.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """
        return arena(model, self, plan, abi=abi or self.abi)
