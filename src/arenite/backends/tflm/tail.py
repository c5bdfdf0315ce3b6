"""The tail of a model in TFLM, and the arena size to declare for the model, without running TFLM.

Simulates TFLM's start-up allocation by allocation: TFLM's objects, the tables of the graphs, options, allocations of
kernels, scratch, the memory plan, and the tensors that the application sees. Until the memory is planned, the head and
temporary memory grow from one end of the arena, the tail from the other. See docs/arena.md.

    0                                                     size
    | head | temporary ->        ...          <- tail      |

Source: arena_allocator/single_arena_buffer_allocator.cc, micro_allocator.cc, micro_interpreter.cc,
micro_interpreter_graph.cc, recording_micro_allocator.cc and micro_resource_variable.cc of TFLM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.build import CORTEX_M, round_up, size_of
from arenite.backends.tflm import structures
from arenite.backends.tflm.footprint import length, quantization_pieces
from arenite.operators.liveness import ALIGNMENT, occupies
from arenite.operators.state import resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends.build import Abi
    from arenite.backends.tflm.backend import TflmBackend
    from arenite.backends.tflm.footprint import Footprint
    from arenite.model import Model, Operator, Tensor

SPARE_REQUESTS = 12
"""Scratch requests for which TFLM reserves head while it prepares one operator (kMaxScratchBuffersPerOp)."""


@dataclass(slots=True)
class Allocations:
    """Bytes in use at both ends, and `needed`, the smallest arena in which all requests so far succeed.

    Assumes that both ends of the arena are aligned to 16 bytes.
    """

    head: int = 0
    temporary: int = 0
    tail: int = 0
    needed: int = 0

    def keep(self, size: int, alignment: int = ALIGNMENT) -> None:
        """Allocate `size` bytes of tail permanently.

        TFLM refuses a request only if it would reach into the head, not if it would reach into temporary memory. Such a
        request would overwrite temporary memory that the kernel still reads: some kernels then fail, others compute
        wrong values. `needed` therefore counts temporary memory too.
        """
        self.tail = round_up(self.tail + size, alignment)
        self.needed = max(self.needed, self.temporary + self.tail)

    def borrow(self, size: int, alignment: int) -> None:
        """Allocate `size` bytes of temporary memory above the head until `give_back`."""
        self.temporary = round_up(self.temporary, alignment) + size
        self.needed = max(self.needed, self.temporary + self.tail)

    def lend_aligned(self, size: int) -> None:
        """Borrow the free bytes between multiples of 16; at least `size` bytes must be free."""
        self.temporary = round_up(self.temporary, ALIGNMENT) + size
        self.needed = max(self.needed, self.temporary + round_up(self.tail, ALIGNMENT))

    def give_back(self) -> None:
        """Free all temporary memory."""
        self.temporary = self.head

    def resize_head(self, size: int) -> None:
        """Set the head to `size` bytes; no temporary memory may be in use."""
        self.head = self.temporary = size
        self.needed = max(self.needed, self.head + self.tail)


class Start:
    """State of a start-up: the arena, the number of scratch requests, and the resource variables with a buffer."""

    def __init__(self, model: Model, abi: Abi) -> None:
        self.abi = abi
        self.arena = Allocations()
        self.requests = 0
        self.resource = dict(resources(operator for graph in model.graphs for operator in graph.operators))
        self.assigned: set[tuple[object, object]] = set()
        self.request_bytes = size_of(structures.SCRATCH_REQUEST, abi)[0]

    def keep(self, fields: str, count: int = 1) -> None:
        """Allocate tail for `count` structures with these fields."""
        size, alignment = size_of(fields, self.abi)
        self.arena.keep(size * count, alignment)

    def objects(self) -> None:
        """Allocate TFLM's allocators and its planner."""
        recording = self.abi.recording
        books = structures.RECORDED_ALLOCATION if self.abi.compression else ""
        self.keep(structures.RECORDING_ALLOCATOR if recording else structures.ALLOCATOR)
        self.keep(structures.GREEDY_PLANNER)
        self.keep(structures.RECORDING_MICRO_ALLOCATOR + books if recording else structures.MICRO_ALLOCATOR)

    def variables(self) -> None:
        """Allocate the table of resource variables that an application creates for a model with VAR_HANDLE."""
        names = frozenset(self.resource.values())
        if names:
            self.arena.keep(size_of(structures.RESOURCE_VARIABLES, self.abi)[0])
            self.arena.keep(size_of(structures.RESOURCE_VARIABLE, self.abi)[0] * len(names))

    def tables(self, model: Model) -> None:
        """Allocate the tables of graphs, tensors and operators (StartModelAllocation)."""
        self.keep(structures.OPTIONS_ALLOCATOR)
        self._room_for_requests()
        compressed = structures.COMPRESSED_TENSORS if self.abi.compression else ""
        self.keep(structures.SUBGRAPH + compressed, len(model.graphs))
        for graph in model.graphs:
            self.keep(structures.EVAL_TENSOR, len(graph.tensors))
        for graph in model.graphs:
            self.keep(structures.NODE_AND_REGISTRATION, len(graph.operators))

    def prepare(self, operator: Operator, needs: Footprint) -> None:
        """Run a kernel's Prepare: temporary tensors, tail allocations and scratch requests."""
        self.arena.borrow(length(needs.borrowed, self.arena.temporary), 1)
        for size in (*needs.kept, *self._assigned(operator)):
            self.arena.keep(size)
        self.arena.give_back()
        self.requests += needs.requests
        self._room_for_requests()

    def _assigned(self, operator: Operator) -> tuple[int, ...]:
        """Bytes that the first ASSIGN_VARIABLE to a resource allocates, if VAR_HANDLE is in the same graph."""
        if operator.code != "ASSIGN_VARIABLE" or len(operator.inputs) < 2:
            return ()
        handle, value = operator.inputs[:2]
        name = self.resource.get(handle) if handle else None
        if name is None or name in self.assigned or value is None:
            return ()
        self.assigned.add(name)
        return (value.bytes,)

    def _room_for_requests(self) -> None:
        self.arena.resize_head(self.request_bytes * (self.requests + SPARE_REQUESTS))

    def plan(self, model: Model, head_bytes: int, planned: Sequence[Tensor]) -> None:
        """Allocate scratch handles, then the planner's own memory, then the planned head (FinishModelAllocation)."""
        if self.requests:
            self.keep(structures.SCRATCH_HANDLE, self.requests)
        tensors = [tensor for graph in model.graphs for tensor in graph.tensors]
        self.arena.borrow(self.abi.pointer_bytes * len(model.graphs), self.abi.pointer_bytes)
        information, alignment = size_of(structures.ALLOCATION_INFO, self.abi)
        self.arena.borrow(information * (len(tensors) + self.requests), alignment)
        in_head = frozenset(planned)
        for tensor in tensors:
            if tensor.variable and tensor not in in_head:
                self.arena.keep(tensor.bytes)
        # VAR_HANDLE sets its output's data pointer before the planner counts, so TFLM skips it (kernels/var_handle.cc).
        planned_tensors = (tensor for tensor in tensors if tensor in in_head or occupies(tensor))
        buffers = self.requests + sum(tensor not in self.resource for tensor in planned_tensors)
        # TFLM gives the planner all free bytes between two multiples of 16.
        self.arena.lend_aligned(structures.PLANNED_BUFFER_BYTES * buffers)
        self.arena.give_back()
        self.arena.resize_head(head_bytes)

    def ends(self, tensors: Sequence[Tensor]) -> None:
        """Allocate the model's inputs or outputs as the application sees them."""
        self.arena.keep(self.abi.pointer_bytes * len(tensors))
        for tensor in tensors:
            self.keep(structures.TENSOR)
            for size, alignment in quantization_pieces(tensor, self.abi):
                self.arena.keep(size, alignment)


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
    start.variables()
    start.tables(model)
    # The options of builtin operators are decoded into the arena, then each kernel's Init allocates its structure.
    for options in (needs.options for needs in footprints if needs.options is not None):
        start.arena.keep(*options)
    for structure in (needs.structure for needs in footprints if needs.structure):
        start.arena.keep(structure)
    for operator, needs in zip(operators, footprints, strict=True):
        start.prepare(operator, needs)
    start.plan(model, head_bytes, planned)
    start.ends(model.main.inputs)
    start.ends(model.main.outputs)
    unknown = sorted({operator.label for operator, needs in zip(operators, footprints, strict=True) if not needs.known})
    return Tail(start.arena.tail, round_up(start.arena.needed, ALIGNMENT), tuple(unknown))
