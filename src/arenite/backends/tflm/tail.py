"""The tail of a model in TFLM, and the arena size to declare for the model, without running TFLM.

Simulates TFLM's start-up allocation by allocation: TFLM's objects, the tables of the graphs, options, allocations of
kernels, scratch, the memory plan, and the tensors that the application sees. See docs/arena.md.

Source: micro_allocator.cc, micro_interpreter.cc, micro_interpreter_graph.cc, recording_micro_allocator.cc and
micro_resource_variable.cc of TFLM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.build import CORTEX_M, round_up
from arenite.backends.tflm.allocation import ARENA_ALIGNMENT
from arenite.backends.tflm.start import Start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends.build import Abi
    from arenite.backends.tflm.backend import TflmBackend
    from arenite.model import Model, Tensor


@dataclass(frozen=True, slots=True)
class Tail:
    """`bytes` of tail, and `declare_bytes`, the smallest arena (a multiple of 16) in which TFLM starts.

    `unknown` names the operator kinds whose allocations are not known; both figures leave these allocations out.
    """

    bytes: int
    declare_bytes: int
    unknown: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether the allocations of every operator kind are known."""
        return not self.unknown


def tail(
    model: Model, backend: TflmBackend, head_bytes: int, *, planned: Sequence[Tensor] = (), abi: Abi = CORTEX_M
) -> Tail:
    """Simulate TFLM's start-up for a model.

    Args:
        model: the model, as it is in the file.
        head_bytes: the head that TFLM plans, with scratch.
        planned: variable tensors that an offline plan places in the head; TFLM allocates the others in the tail.
    """
    operators = [operator for graph in model.graphs for operator in graph.operators]
    footprints = [backend.footprint(operator, abi) for operator in operators]
    start = Start(model, abi)
    start.objects()
    start.resources()
    start.tables(model)
    for needs in footprints:
        start.options(needs)
    for needs in footprints:
        start.init(needs)
    for operator, needs in zip(operators, footprints, strict=True):
        start.prepare(operator, needs)
    start.plan(model, head_bytes, planned)
    start.ends(model.main.inputs)
    start.ends(model.main.outputs)
    unknown = sorted({operator.label for operator, needs in zip(operators, footprints, strict=True) if not needs.known})
    return Tail(start.arena.tail, round_up(start.arena.needed, ARENA_ALIGNMENT), tuple(unknown))
