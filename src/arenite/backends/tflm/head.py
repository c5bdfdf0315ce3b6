"""The head that stock TFLM plans for a model, and the layout problem that Arenite solves in its place.

Source: CommitStaticMemoryPlan, CreatePlan and AllocateVariables in TFLM's micro_allocator.cc.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from arenite.backends.reference.scratch import reference_scratch
from arenite.backends.tflm.greedy import ONLINE, GreedyPlan, greedy_plan
from arenite.model import MemoryPlan
from arenite.operators.liveness import ALIGNMENT, NEVER, align, lifetimes
from arenite.problems.placement import Buffer, PlacementProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from arenite.backends.backend import Backend
    from arenite.model import Model, Operator, Tensor
    from arenite.operators.liveness import Lifetime, Liveness

    Requests = Callable[[Operator], Sequence[int]]


def planned_head(model: Model) -> int:
    """Bytes of head that stock TFLM with reference kernels plans for a model.

    Raises:
        ModelError: the model's plan does not match its tensors, or a graph calls itself.
    """
    return head_plan(model).height


def head_with(kernels: Backend, model: Model) -> int:
    """Bytes of head that TFLM plans for a model with a set of kernels; for generated C, its arena.

    Raises:
        ModelError: as in `planned_head`.
    """
    return head_plan(kernels.as_run(model), requests=kernels.planned_scratch).height


def head_plan(model: Model, plan: MemoryPlan | None = None, requests: Requests = reference_scratch) -> GreedyPlan:
    """TFLM's plan, buffer for buffer: the planned tensors in file order, then the scratch.

    Args:
        plan: the offsets to assume; None means the plan in the model's metadata, or no plan if there is none.
        requests: bytes of each scratch buffer that an operator's kernel requests.

    Raises:
        ModelError: as in `planned_head`.
    """
    return plan_around(model, tuple(scratch_buffers(model, lifetimes(model), requests)), plan)


def plan_around(model: Model, scratch: Sequence[Buffer], plan: MemoryPlan | None = None) -> GreedyPlan:
    """TFLM's plan for the tensors of a model and these scratch buffers.

    Args:
        scratch: in the order in which TFLM's kernels request them, rounded up.
        plan: as in `head_plan`.

    Raises:
        ModelError: as in `planned_head`.
    """
    buffers, fixed, found = model.once((plan_around, plan), lambda each: _Around.of(each, plan or each.plan))
    key = tuple((buffer.size, buffer.first, buffer.last) for buffer in scratch)
    if key not in found:
        found[key] = greedy_plan([*buffers, *scratch], [*fixed, *[ONLINE] * len(scratch)])
    return found[key]


class _Around(NamedTuple):
    """The buffers of tensors in the order in which TFLM adds them, the given offset of each, and TFLM's plans.

    A plan is found by the scratch beside these buffers, since several sets of kernels often request the same.
    """

    buffers: list[Buffer]
    fixed: list[int]
    found: dict[tuple[tuple[int, int, int], ...], GreedyPlan]

    @classmethod
    def of(cls, model: Model, plan: MemoryPlan | None) -> _Around:
        offsets = planned_offsets(model, plan)
        entries = head_lifetimes(lifetimes(model), offsets)
        buffers = [Buffer(each.tensor.name, align(each.tensor.bytes), each.first, each.last) for each in entries]
        return cls(buffers, [offsets.get(each.tensor, ONLINE) for each in entries], {})


def planned_offsets(model: Model, plan: MemoryPlan | None) -> dict[Tensor, int]:
    """Offsets in bytes of the tensors to which a plan gives one."""
    return {
        tensor: offset
        for graph, column in zip(model.graphs, plan.offsets if plan else (), strict=bool(plan))
        for tensor, offset in zip(graph.tensors, column, strict=True)
        if offset is not None
    }


def head_lifetimes(liveness: Liveness, offsets: Mapping[Tensor, int]) -> list[Lifetime]:
    """Lifetimes of the tensors that take head, in the order in which TFLM adds them.

    Args:
        liveness: of the model.
        offsets: the given offsets; a variable with one lies in the head.
    """
    return [
        entry for entry in liveness.lifetimes if entry.planned or (entry.tensor.variable and entry.tensor in offsets)
    ]


def layout_problem(model: Model, *, keep_inputs: bool = False) -> tuple[PlacementProblem, tuple[Tensor, ...]]:
    """The placement problem of the head in the order of the file, and the tensors of its first buffers.

    The remaining buffers are scratch. They count in the height, but TFLM places them itself. Two kinds of tensors are
    planned by TFLM but never read or written: tensors that no operator uses, and tensors of graphs that never run. They
    may lie anywhere, so each one gets a scope of its own after the last scope of the model.

    Args:
        keep_inputs: whether the inputs of the main graph stay intact until the end of the inference.
    """
    buffers, tensors = tensor_buffers(model, None, keep_inputs=keep_inputs)
    scratch = scratch_buffers(model, lifetimes(model), reference_scratch)
    return PlacementProblem((*buffers, *scratch), alignment=ALIGNMENT), tensors


def tensor_buffers(
    model: Model, orders: Mapping[int, Sequence[int]] | None, *, keep_inputs: bool
) -> tuple[tuple[Buffer, ...], tuple[Tensor, ...]]:
    """The first buffers of `layout_problem` and their tensors, for other orders of execution as in `lifetimes`."""
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
    return tuple(buffers), tuple(tensors)


def inputs_on_top(
    model: Model, problem: PlacementProblem, tensors: Sequence[Tensor], offsets: Sequence[int]
) -> tuple[int, ...]:
    """Move kept inputs of the main graph above all other buffers alive in the inference; the head does not grow.

    TFLM places scratch in the lowest gap between buffers that it considers alive. It does not know that inputs stay
    intact after their last use, so scratch could overwrite them; at the top they are out of reach. A kept input is
    alive together with all others, so removing it and closing the gap leaves a valid layout.

    Args:
        problem: the result of `layout_problem` with `keep_inputs`.
        tensors: the tensors of the problem's first buffers.
        offsets: a valid layout of all buffers of the problem.
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
    """The plan that gives these tensors their offsets and leaves all other tensors to TFLM."""
    return MemoryPlan(tuple(tuple(offsets.get(tensor) for tensor in graph.tensors) for graph in model.graphs))


def plan_obstacle(model: Model) -> str | None:
    """Why this model cannot have an offline plan; None if it can.

    TFLM looks up the offset of a variable tensor of a graph other than the main graph by the tensor's position in that
    graph alone, as if it were a position in the main graph. Unless that entry happens to be -1, the variable gets no
    memory.
    """
    for position, graph in enumerate(model.graphs[1:], start=1):
        for tensor in graph.tensors:
            if tensor.variable:
                return f"graph {position} has the variable {tensor.name!r}; TFLM mistakes its offset in a memory plan"
    return None


def scratch_buffers(model: Model, liveness: Liveness, requests: Requests) -> Iterator[Buffer]:
    """Scratch buffers of every operator that runs, in the order in which TFLM's kernels request them, rounded up to 16.

    Args:
        requests: bytes of each scratch buffer that an operator's kernel requests.
    """
    for graph, spans in zip(model.graphs, liveness.operators, strict=True):
        for operator, span in zip(graph.operators, spans, strict=True):
            if span is not NEVER:
                for size in requests(operator):
                    yield Buffer(f"scratch of {operator.label}", align(size), span.first, span.last)
