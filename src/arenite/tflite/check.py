"""Checks of a graph beyond index ranges: sizes, one producer per tensor, no cycles."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.tflite.flat import DamageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import ElementType, Graph, Operator, Tensor

LARGEST_OFFSET = 2**31 - 1
"""Largest address of an offline memory plan in bytes, since the plan is a list of int32."""
_LARGEST_CONSTANT = 2**63 - 1
"""Largest size of a constant in bytes, from the 64-bit sizes of buffers."""


def check_size(shape: Sequence[int], kind: ElementType, *, constant: bool) -> None:
    """Check that a shape fits in memory.

    Raises:
        DamageError: a dimension is negative, or the size exceeds what a plan (or, for a constant, a file) can address.
    """
    if not shape:
        return
    if min(shape) < 0:
        raise DamageError(f"shape {list(shape)} has a negative dimension")
    limit = _LARGEST_CONSTANT if constant else LARGEST_OFFSET
    # A size of zero is legal, but the other dimensions must be plausible on their own.
    count = prod(shape) or prod(dimension or 1 for dimension in shape)
    if count * max(kind.bytes, 1) > limit:
        raise DamageError(f"shape {list(shape)} of {kind.name} is larger than {limit} bytes")


def check_graph(graph: Graph) -> None:
    """Check that a graph is consistent. Operators out of order are legal.

    Raises:
        DamageError: a tensor has two producers, an input or constant is also produced, or the operators form a cycle.
    """
    producer: dict[Tensor, int] = {}
    place = {tensor: index for index, tensor in enumerate(graph.tensors)}
    given = set(graph.inputs)
    for index, operator in enumerate(graph.operators):
        for tensor in operator.outputs:
            if tensor in producer:
                raise DamageError(
                    f"tensor {place[tensor]} is produced by operator {producer[tensor]} "
                    f"({graph.operators[producer[tensor]].label}) and again by operator {index} ({operator.label})"
                )
            if tensor in given or tensor.constant:
                what = "an input of the graph" if tensor in given else "a constant"
                raise DamageError(f"operator {index} ({operator.label}) writes tensor {place[tensor]}, which is {what}")
            producer[tensor] = index
    _check_cycles(graph, producer)


def _check_cycles(graph: Graph, producer: dict[Tensor, int]) -> None:
    operators = graph.operators
    if all(
        producer.get(tensor, -1) < index
        for index, operator in enumerate(operators)
        for tensor in operator.inputs
        if tensor
    ):
        return
    needs = [{producer[t] for t in operator.inputs if t is not None and t in producer} for operator in operators]
    stuck = _stuck(needs)
    if stuck:
        raise DamageError(f"{_describe_cycle(operators, needs, stuck)} consume each other's outputs in a cycle")


def _stuck(needs: Sequence[set[int]]) -> set[int]:
    """The places that need each other in cycles, or such a place; place i needs the places `needs[i]`."""
    waiting = [len(before) for before in needs]
    after: list[list[int]] = [[] for _ in needs]
    for place, before in enumerate(needs):
        for other in before:
            after[other].append(place)
    ready = [place for place, count in enumerate(waiting) if not count]
    while ready:
        for place in after[ready.pop()]:
            waiting[place] -= 1
            if not waiting[place]:
                ready.append(place)
    return {place for place, count in enumerate(waiting) if count}


def _describe_cycle(operators: Sequence[Operator], needs: Sequence[set[int]], stuck: set[int]) -> str:
    """Name the operators of one cycle: every stuck operator needs another stuck one, so a walk back must close."""
    walk = {min(stuck): 0}
    last = min(stuck)
    while (last := min(needs[last] & stuck)) not in walk:
        walk[last] = len(walk)
    cycle = sorted(list(walk)[walk[last] :])
    names = [f"{index} ({operators[index].label})" for index in cycle[:4]]
    return "operators " + ", ".join(names) + (f" and {len(cycle) - 4} more" if len(cycle) > 4 else "")


def check_calls(graphs: Sequence[Graph]) -> None:
    """Check that no graph calls itself through control flow.

    Raises:
        DamageError: a graph calls itself; the message names the graph.
    """
    stuck = _stuck([{number for operator in graph.operators for number in operator.graphs} for graph in graphs])
    if stuck:
        raise DamageError(f"subgraph {min(stuck)} runs itself through its control-flow operators")
