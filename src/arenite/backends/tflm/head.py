"""Stock TFLM with its reference kernels: what it charges for a model, and what it will make of a plan.

Source: CommitStaticMemoryPlan, CreatePlan and AllocateVariables in TFLM's micro_allocator.cc.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from arenite.backends.reference.scratch import reference_scratch
from arenite.backends.tflm.greedy import ONLINE, GreedyPlan, greedy_plan
from arenite.model import MemoryPlan
from arenite.operators.liveness import ALIGNMENT, NEVER, align, lifetimes
from arenite.problems.placement import Buffer, PlacementProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from arenite.model import Model, Operator, Tensor
    from arenite.operators.liveness import Liveness

    Requests = Callable[[Operator], Sequence[int]]


def planned_head(model: Model, plan: MemoryPlan | None = None) -> int:
    """Bytes of head that stock TFLM with reference kernels plans for a file as it is.

    Args:
        model: the model.
        plan: the offsets to assume; None means the plan in the model's metadata if it has one, else none.

    Raises:
        ModelError: the model's plan does not fit its tensors, or a graph runs itself.
    """
    return head_plan(model, plan).height


def head_plan(model: Model, plan: MemoryPlan | None = None, requests: Requests = reference_scratch) -> GreedyPlan:
    """What TFLM will do, buffer for buffer: the planned tensors in file order, then the scratch; see `planned_head`.

    `requests`: bytes of each scratch buffer that the kernel of an operator asks for.
    """
    liveness = lifetimes(model)
    buffers, fixed = head_buffers(liveness, planned_offsets(model, plan or model.plan))
    scratch = list(scratch_buffers(model, liveness, requests))
    return greedy_plan([*buffers, *scratch], [*fixed, *[ONLINE] * len(scratch)])


def planned_offsets(model: Model, plan: MemoryPlan | None) -> dict[Tensor, int]:
    """The tensors that a plan gives an offset, with it; bytes."""
    return {
        tensor: offset
        for graph, column in zip(model.graphs, plan.offsets if plan else (), strict=bool(plan))
        for tensor, offset in zip(graph.tensors, column, strict=True)
        if offset is not None
    }


def head_buffers(liveness: Liveness, offsets: Mapping[Tensor, int]) -> tuple[list[Buffer], list[int]]:
    """The buffers of tensors as TFLM adds them to its planner, and the offset given for each (-1: none)."""
    entries = [
        entry for entry in liveness.lifetimes if entry.planned or (entry.tensor.variable and entry.tensor in offsets)
    ]
    buffers = [Buffer(each.tensor.name, align(each.tensor.bytes), each.first, each.last) for each in entries]
    return buffers, [offsets.get(each.tensor, ONLINE) for each in entries]


def layout_problem(
    model: Model, orders: Mapping[int, Sequence[int]] | None = None, *, keep_inputs: bool = False
) -> tuple[PlacementProblem, tuple[Tensor, ...]]:
    """The problem of laying out the head for an order, and the model's tensors for the problem's first buffers.

    The buffers after those of the tensors are scratch; room for them is part of the height, but TFLM places them
    itself. A tensor that no operator uses, or that only graphs use which nothing runs, takes room of its own only in
    TFLM's online planning: no byte of the tensor is ever read or written, so it may lie anywhere. Here each such tensor
    has a scope of its own after the last one of the model.

    Args:
        model: the model.
        orders: for some graphs (by position) another order of execution, as positions of operators in the file.
        keep_inputs: the inputs of the main graph stay intact to the end of the inference.
    """
    liveness = lifetimes(model, orders)
    end = max((span.last for spans in liveness.operators for span in spans), default=0)
    kept = frozenset(model.main.inputs) if keep_inputs else frozenset()
    after = count(end + 1)
    buffers, tensors = [], []
    for entry in liveness.planned:
        tensor = entry.tensor
        first, last = entry.first, end if tensor in kept else entry.last
        if entry.dead:
            first = last = next(after)
        buffers.append(Buffer(tensor.name, entry.size, first, last))
        tensors.append(tensor)
    return PlacementProblem(
        (*buffers, *scratch_buffers(model, liveness, reference_scratch)), alignment=ALIGNMENT
    ), tuple(tensors)


def inputs_on_top(
    model: Model, problem: PlacementProblem, tensors: Sequence[Tensor], offsets: Sequence[int]
) -> tuple[int, ...]:
    """The layout with the main graph's kept inputs moved above all else that is alive in the inference; no higher.

    TFLM places scratch itself, in the lowest gap between what it takes to be alive. It knows nothing of inputs that are
    to stay intact after their last use, but at the top it does not reach them. Kept inputs are alive with everything,
    so taking them out and closing the gaps leaves a valid layout.

    Args:
        model: the model.
        problem: of `layout_problem` with `keep_inputs`, as are `tensors`.
        tensors: the model's tensors for the problem's first buffers.
        offsets: of a valid layout of all the problem's buffers.
    """
    inputs = set(model.main.inputs)
    kept = [number for number, tensor in enumerate(tensors) if tensor in inputs]
    end = max((problem.buffers[number].last for number in kept), default=0)
    alive = {number for number, buffer in enumerate(problem.buffers) if buffer.first <= end}
    others = alive.difference(kept)
    moved = list(offsets)
    for number in others:
        moved[number] -= sum(problem.buffers[below].size for below in kept if offsets[below] < offsets[number])
    top = max((moved[number] + problem.buffers[number].size for number in others), default=0)
    for number in kept:
        moved[number] = top
        top += problem.buffers[number].size
    return tuple(moved)


def memory_plan(model: Model, offsets: Mapping[Tensor, int]) -> MemoryPlan:
    """The plan that gives these tensors these offsets and leaves all others to TFLM."""
    return MemoryPlan(tuple(tuple(offsets.get(tensor) for tensor in graph.tensors) for graph in model.graphs))


def plan_obstacle(model: Model) -> str | None:
    """Why no offline plan can be given to this model, None if one can.

    TFLM looks up the offset of a variable tensor in a further graph by its position in that graph alone, as if it
    belonged to the main graph. Unless that entry happens to be -1, the variable gets no memory.
    """
    for position, graph in enumerate(model.graphs[1:], start=1):
        for tensor in graph.tensors:
            if tensor.variable:
                return f"graph {position} has the variable {tensor.name!r}; TFLM mistakes its offset in a memory plan"
    return None


def scratch_buffers(model: Model, liveness: Liveness, requests: Requests) -> Iterator[Buffer]:
    """Scratch of every operator that is run, in the order in which TFLM's kernels request it, rounded up to 16.

    `requests`: bytes of each scratch buffer that the kernel of an operator asks for.
    """
    for graph, spans in zip(model.graphs, liveness.operators, strict=True):
        for operator, span in zip(graph.operators, spans, strict=True):
            if span is not NEVER:
                for size in requests(operator):
                    yield Buffer(f"scratch of {operator.label}", align(size), span.first, span.last)
