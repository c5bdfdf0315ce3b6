"""Forward moves from event to event. An event is the end of a tensor, or a special operator.

A move runs all operators that the next event needs (its closure). Between two events no tensor ends, so every operator
that the next event does not need can wait until after it. This leaves far fewer states than moves of single operators.
`certificate.Exhausted` defines the events and proves the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arenite.solve.core.orders.moves import Move
from arenite.solve.core.orders.settle import Settling
from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from arenite.solve.order.graph import Graph

_REACH = 256
"""Preceding events searched for those whose closure lies in an event's closure. An event missed costs time, but does
not change the result: `Events.moves` drops closures that contain another one."""

Hint = tuple[int, tuple[int, ...]]
"""Mask of the events that have happened, and the numbers of the events that may come next."""


class Event(NamedTuple):
    """An event: the mask of the operators that it needs, and the bytes of extra of its special operator.

    `tops`: mask of the operators with which the event has happened, all others of the closure being their ancestors.
    """

    closure: int
    extra: int
    tops: int


def sorted_closures(graph: Graph) -> list[Event]:
    """The events of a problem, smaller closures first."""
    result: dict[int, Event] = {}
    for readers, tensor in zip(graph.readers, graph.problem.tensors, strict=True):
        if readers and not tensor.kept:
            closure = readers
            for reader in tensor.consumers:
                closure |= graph.ancestors[reader]
            result.setdefault(closure, Event(closure, 0, readers))
    for operator in range(graph.count):
        dead = graph.lasting[operator] < graph.made[operator]
        if graph.extra[operator] or dead or not graph.links.successors[operator]:
            closure = graph.ancestors[operator] | 1 << operator
            result[closure] = Event(closure, graph.extra[operator], 1 << operator)
    for _, ends in graph.savings.values():
        for size, readers in ends:
            if size and readers & (readers - 1):
                for reader in bits(readers):
                    closure = graph.ancestors[reader] | 1 << reader
                    result.setdefault(closure, Event(closure, graph.extra[reader], 1 << reader))
    return sorted(result.values(), key=lambda event: (event.closure.bit_count(), event.closure))


class Events:
    """Moves from no operator to all operators, each by a closure that contains no other one."""

    backward = False
    events = True

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.settling = Settling(graph, backward=False)
        self.start, self.live, self.goal = 0, graph.start, graph.full
        found = sorted_closures(graph)
        self._closure = [event.closure for event in found]
        self._extra = [event.extra for event in found]
        self._inside: list[int] = []
        """For each event, mask of the events that must have happened before."""
        self._then: list[list[int]] = [[] for _ in found]
        """For each event, those that may be next after it."""
        for number, event in enumerate(found):
            inside, outside = 0, ~event.closure
            for other in range(number - 1, max(-1, number - 1 - _REACH), -1):
                if not inside >> other & 1 and not found[other].tops & outside:
                    inside |= self._inside[other] | 1 << other
                    self._then[other].append(number)
            self._inside.append(inside)
        self._known: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {}
        self.root: Hint = (0, tuple(event for event, inside in enumerate(self._inside) if not inside))

    def moves(self, state: int, live: int, hint: Hint) -> tuple[list[Move], Hint]:
        """The moves to all events that need no other event first, fewest operators first; see `Moves`."""
        past, ready = self._advanced(state, hint)
        closure, extra = self._closure, self._extra
        missing: dict[int, int] = {}
        for event in ready:
            part = closure[event] & ~state
            if extra[event] or part not in missing:
                missing[part] = extra[event]
        result: list[Move] = []
        least: list[int] = []
        for part in sorted(missing, key=lambda part: (part.bit_count(), part)):
            for other in least:
                if not other & ~part:
                    break
            else:
                least.append(part)
                made, ends = self._known.get(part) or self._learn(part)
                new = state | part
                left = live + made
                for size, readers in ends:
                    if not readers & ~new:
                        left -= size
                result.append(Move(left, new, live + made + missing[part]))
        return result, (past, ready)

    def _advanced(self, state: int, hint: Hint) -> Hint:
        """The events that have happened at `state`, and the events that may come next."""
        past, ready = hint
        closure = self._closure
        ended = [event for event in ready if not closure[event] & ~state]
        if not ended:
            return hint
        waiting = [event for event in ready if closure[event] & ~state]
        while ended:
            event = ended.pop()
            past |= 1 << event
            for then in self._then[event]:
                if not self._inside[then] & ~past and not past >> then & 1:
                    (waiting if closure[then] & ~state else ended).append(then)
        return past, tuple(waiting)

    def _learn(self, part: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        """Bytes of all outputs of the operators in `part`, and (bytes, readers) of each tensor that may end there."""
        graph = self._graph
        made = 0
        ends: dict[int, None] = {}
        for operator in bits(part):
            made += graph.made[operator]
            ends.update((t, None) for t in graph.ending[operator])
            if graph.lasting[operator] < graph.made[operator]:
                ends.update((t, None) for t in graph.outputs[operator] if not graph.readers[t] and not graph.kept[t])
        self._known[part] = found = (made, tuple((graph.sizes[t], graph.readers[t]) for t in ends))
        return found
