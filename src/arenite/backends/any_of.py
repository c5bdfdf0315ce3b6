"""Any of several sets of kernels: what is planned is right with each of them, and figures are the most of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from itertools import zip_longest
from typing import TYPE_CHECKING

from arenite.backends.backend import Backend
from arenite.backends.overlap import Overlap
from arenite.backends.tflm.arena import Arena
from arenite.operators.liveness import align

if TYPE_CHECKING:
    from arenite.backends.build import Abi
    from arenite.backends.instance import Instance
    from arenite.backends.tflm.backend import TflmBackend
    from arenite.model import MemoryPlan, Model, Operator


@dataclass(frozen=True, slots=True)
class AnyOf(Backend):
    """Any of the sets `counted`, the first of which is the one whose head is made small.

    Layouts keep to the rules of the sets `besides` as well, whose scratch and tail the figures leave out.
    """

    title: str
    counted: tuple[TflmBackend, ...] = field(compare=False)
    besides: tuple[TflmBackend, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        """What they are called together."""
        return self.title

    @property
    def sets(self) -> tuple[Backend, ...]:
        """The sets that figures and limits speak of."""
        return self.counted

    @property
    def safe_with(self) -> tuple[Backend, ...]:
        """All of them."""
        return (*self.counted, *self.besides)

    @property
    def charged(self) -> Backend:
        """The first set."""
        return self.counted[0]

    def rule(self, operator: Operator, position: int, output: int) -> Overlap:
        """What the rules of all sets allow."""
        return reduce(Overlap.both, (each.rule(operator, position, output) for each in self.safe_with))

    def requested(self, kernel: Instance) -> tuple[int, ...]:
        """The requests of the set that requests most in all."""
        each = (one.scratch(kernel.operator, kernel.abi) for one in self.counted)
        return max(each, key=lambda sizes: sum(map(align, sizes)))

    def planned_scratch(self, operator: Operator) -> tuple[int, ...]:
        """The largest buffer is as large as the largest that any set requests for the operator, and so on."""
        lists = (sorted(each.planned_scratch(operator), reverse=True) for each in self.counted)
        return tuple(max(sizes) for sizes in zip_longest(*lists, fillvalue=0))

    def why_not(self, operator: Operator) -> str | None:
        """Why any of the sets refuses an operator, and which do, unless all do for one reason or another."""
        reasons = {each.name: why for each in self.counted if (why := each.why_not(operator)) is not None}
        if not reasons:
            return None
        why = next(iter(reasons.values()))
        return why if len(reasons) == len(self.counted) else f"{why} (with the kernels {', '.join(reasons)})"

    def tail_bytes(self, model: Model, abi: Abi | None = None) -> int:
        """The tail of the set that keeps most."""
        return max(each.tail_bytes(model, abi) for each in self.counted)

    def arena(self, model: Model, plan: MemoryPlan | None = None, *, abi: Abi | None = None) -> Arena:
        """Each figure is the most that any set spends.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """
        arenas = [each.arena(model, plan, abi=abi) for each in self.counted]
        return Arena(
            max(each.head_bytes for each in arenas),
            max(each.scratch_bytes for each in arenas),
            max(each.tail_bytes for each in arenas),
            max(each.declare_bytes for each in arenas),
            tuple(sorted({label for each in arenas for label in each.unknown})),
        )
