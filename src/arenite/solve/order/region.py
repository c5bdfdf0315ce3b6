"""Cuts a problem into pieces and builds the problem that a subset of the operators induces.

The least peak of an induced problem is a lower bound for the whole problem; `certificate.Region` states and proves the
rule. Pieces between operators that are comparable to every other one lose nothing: the least peak of the whole is the
largest least peak of the pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.problems.order import Charge, InPlaceSaving, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.solve.order.graph import Links


def cut_points(links: Links, order: Sequence[int]) -> list[int]:
    """Positions, in a valid order, of the operators that are comparable to every other one; in rising order.

    All operators before a cut point are its ancestors, all after it its descendants. This holds exactly if each
    operator before it has a successor at or before the cut point, and each one after it a predecessor at or after it.
    """
    count = len(order)
    position = [0] * count
    for place, operator in enumerate(order):
        position[operator] = place
    needed = [False] * count
    furthest = -1
    for place, operator in enumerate(order):
        needed[place] = furthest <= place
        nearest = min((position[s] for s in links.successors[operator]), default=count)
        furthest = max(furthest, nearest)
    result = []
    earliest = count
    for place in range(count - 1, -1, -1):
        if needed[place] and earliest >= place:
            result.append(place)
        latest = max((position[p] for p in links.predecessors[order[place]]), default=-1)
        earliest = min(earliest, latest)
    return result[::-1]


def pieces(links: Links, order: Sequence[int]) -> list[tuple[int, int]]:
    """First and last position of each piece in the order; a cut point is the last position of its piece."""
    result = []
    begin = 0
    for place in [*cut_points(links, order), len(order) - 1]:
        if place >= begin:
            result.append((begin, place))
            begin = place + 1
    return result


def induced(
    problem: Problem,
    operators: Sequence[int],
    near: Sequence[int],
    above: Callable[[int], bool],
    below: Callable[[int], bool],
) -> Problem:
    """The problem that `operators` induce, by the rule of `certificate.Region`.

    Args:
        operators: the operators inside; operator i of the result is `operators[i]`.
        near: numbers of tensors in rising order: at least all that an operator inside reads or writes, and all that
            live throughout.
        above: whether an operator outside is an ancestor of every operator inside.
        below: whether an operator outside is a descendant of every operator inside.
    """
    number = {operator: place for place, operator in enumerate(operators)}
    tensors: list[Charge] = []
    place: dict[int, int] = {}
    for index in near:
        tensor = problem.tensors[index]
        producer = None if tensor.producer is None else number.get(tensor.producer)
        if producer is None and tensor.producer is not None and not above(tensor.producer):
            continue
        consumers = dict.fromkeys(tensor.consumers)
        read = tuple(number[c] for c in consumers if c in number)
        kept = tensor.kept or any(c not in number and below(c) for c in consumers)
        if producer is not None or read or kept:
            place[index] = len(tensors)
            tensors.append(Charge(tensor.size, producer, read, kept))
    before = tuple((number[a], number[b]) for a, b in problem.before if a in number and b in number)
    extra = tuple(problem.extra[v] for v in operators) if problem.extra else ()
    saving = tuple(
        InPlaceSaving(number[each.operator], each.most, tuple((place[t], size) for t, size in each.saved if t in place))
        for each in problem.savings
        if each.operator in number
    )
    return Problem(len(operators), tuple(tensors), before, extra, savings=saving)
