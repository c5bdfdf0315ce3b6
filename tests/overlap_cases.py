"""Models and problems for the tests of overlap."""

from __future__ import annotations

import itertools
import struct

from hypothesis import strategies as st

from arenite.model import Data, ElementType, Operator, Tensor
from arenite.problems.placement import Buffer, PlacementProblem, Relation


def tensor(name, *shape, kind=ElementType.FLOAT32, **fields):
    return Tensor(name, shape, kind, **fields)


def numbers(name, *values):
    content = Data(struct.pack(f"<{len(values)}i", *values))
    return Tensor(name, (len(values),), ElementType.INT32, content)


def relu(source, target):
    return Operator("RELU", (source,), (target,))


def add(left, right, target):
    return Operator("ADD", (left, right), (target,), {"fused_activation_function": 0})


def rows(source, first, target):
    """SLICE of whole rows of a matrix, from row `first` on."""
    begin, size = numbers(f"{target.name} begin", first, 0), numbers(f"{target.name} size", *target.shape)
    return Operator("SLICE", (source, begin, size), (target,), version=2)


def stacked(sources, target):
    """CONCATENATION along the rows."""
    return Operator("CONCATENATION", tuple(sources), (target,), {"axis": 0, "fused_activation_function": 0})


def split(source, targets):
    axis = Tensor(f"{source.name} axis", (), ElementType.INT32, Data(struct.pack("<i", 0)))
    return Operator("SPLIT", (axis, source), tuple(targets), {"num_splits": len(targets)}, version=2)


def meet(buffers, one, other):
    return buffers[one].first <= buffers[other].last and buffers[other].first <= buffers[one].last


@st.composite
def problems(draw, most=5):
    """Up to five buffers of up to four units of 16 bytes, with any relations that pairs alive together may have."""
    count = draw(st.integers(1, most))
    buffers = []
    for number in range(count):
        first = draw(st.integers(0, 3))
        size = 16 * draw(st.integers(0, 4))
        buffers.append(Buffer(f"b{number}", size, first, first + draw(st.integers(0, 2))))
    relations = []
    for one, other in itertools.combinations(range(count), 2):
        if meet(buffers, one, other) and buffers[one].size and buffers[other].size and draw(st.booleans()):
            source, target = draw(st.sampled_from(((one, other), (other, one))))
            low, high = 1 - buffers[source].size // 16, buffers[target].size // 16 - 1
            distance = draw(st.one_of(st.none(), st.integers(low, high)))
            points = draw(st.sets(st.integers(low, high), max_size=2))
            exactly = sorted(16 * point for point in points if distance is None or point < distance)
            relations.append(Relation(source, target, None if distance is None else 16 * distance, tuple(exactly)))
    return PlacementProblem(tuple(buffers), tuple(relations), 16)


def safe(problem, offsets):
    """Whether every pair alive together is apart or at a safe distance, straight from the words of Relation."""
    for one, other in itertools.combinations(range(len(offsets)), 2):
        sizes = problem.buffers[one].size, problem.buffers[other].size
        if not meet(problem.buffers, one, other) or not all(sizes):
            continue
        if offsets[one] + sizes[0] <= offsets[other] or offsets[other] + sizes[1] <= offsets[one]:
            continue
        for each in problem.relations:
            if {each.source, each.target} == {one, other}:
                distance = offsets[each.source] - offsets[each.target]
                if distance in each.exactly or (each.distance is not None and distance >= each.distance):
                    break
        else:
            return False
    return True


def least_height(problem):
    """The least height, by trying all offsets."""
    height = sum(buffer.size for buffer in problem.buffers)
    for top in range(0, height + 1, 16):
        places = [range(0, top - buffer.size + 1, 16) if buffer.size else (0,) for buffer in problem.buffers]
        if any(safe(problem, offsets) for offsets in itertools.product(*places)):
            return top
    raise AssertionError("no layout")
