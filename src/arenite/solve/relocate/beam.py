"""Beam search for a layout with moves, built forward in time, within a given height.

In: the buffers scope by scope and a height in units. Out: the offsets of the live buffers in each step, with few units
moved. A course is such a sequence of offsets.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from arenite.solve.relocate.course import MovableGroups
from arenite.solve.relocate.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arenite.budget import Budget
    from arenite.solve.relocate.field import Field, Join, Places

_EAGER = 10
"""Factor on the beam width while an input of a join is placed: more of its offsets survive, since the best one shows
only when the join begins."""
_STEPS_OF_PLACING = 70
"""Budget steps per state, per buffer that begins in the scope, and per buffer already placed; measured on the zoo."""


class State(NamedTuple):
    """Offsets once a scope has begun, the units moved up to then, and the state of the scope before."""

    places: Places
    cost: int
    before: State | None


def search(field: Field, height: int, width: int, budget: Budget) -> list[Places] | None:
    """The offsets in each step of the cheapest course found, or None if no course was found.

    A first search keeps the states that move least. If it fails, a second one breaks ties by the fewest bytes taken, so
    that buffers share bytes where they can. If the buffers of each scope fit side by side, a course is always found,
    since all buffers can be pushed together.

    Every step has to keep to `height` units; `width` states are kept per scope. The search gives up once the budget,
    charged for each scope, is spent.
    """
    return _followed(field, height, width, budget, dense=False) or _followed(field, height, width, budget, dense=True)


def _followed(field: Field, height: int, width: int, budget: Budget, *, dense: bool) -> list[Places] | None:
    """One beam search; with `dense`, it backtracks at joins.

    All states fail at a join when its inputs are out of position and no room is left to move them. The search then goes
    back to the scope in which the first input begins, and from there prefers states with the inputs in position.
    """
    scopes = list(field.begins)
    trail = [[State({}, 0, None)]]
    joins: dict[int, Join] = {}
    while len(trail) <= len(scopes) and not budget.over:
        scope = scopes[len(trail) - 1]
        budget.spend(_STEPS_OF_PLACING * len(trail[-1]) * (len(trail[-1][0].places) + 1) * len(field.begins[scope]))
        states = _Scope(field, height, width, scope, joins, dense=dense).follow(trail[-1])
        if states:
            trail.append(states)
            continue
        missed = {one: field.joins[one] for one in field.begins[scope] if one in field.joins and one not in joins}
        if not (dense and missed):
            return None
        joins.update(missed)
        back = min(field.first[part] for join in missed.values() for part in join)
        del trail[scopes.index(back) + 1 :]
    return _course(trail[-1][0]) if len(trail) > len(scopes) else None


@dataclass(frozen=True, slots=True)
class _Scope:
    """The step of the beam search for one scope.

    `joins`: the joins whose inputs are to be kept in position. `dense`: of two states that move as much, the one that
    takes fewer units is better.
    """

    field: Field
    height: int
    width: int
    scope: int
    joins: Mapping[int, Join]
    dense: bool

    def follow(self, states: Sequence[State]) -> list[State]:
        """The best successors of these states, at most `width`."""
        field, scope, best = self.field, self.scope, dict[frozenset[tuple[int, int]], tuple[tuple[int, ...], State]]()
        weights = self._weights(states[0].places)
        for state in states:
            for following in self._next(state):
                lasting = {buffer: at for buffer, at in following.places.items() if field.last[buffer] > scope}
                unsorted = self._unsorted(lasting) if self.joins else 0
                taken = field.taken(lasting) if self.dense else 0
                rank = (unsorted, following.cost, taken, _scattered(following.places, weights))
                key = frozenset(lasting.items())
                if key not in best or best[key][0] > rank:
                    best[key] = rank, following
        return [state for _, state in sorted(best.values(), key=lambda ranked: ranked[0])[: self.width]]

    def _next(self, state: State) -> Iterator[State]:
        """The successors of a state, with all buffers placed that begin in the scope."""
        field, scope = self.field, self.scope
        before = {buffer: at for buffer, at in state.places.items() if field.last[buffer] >= scope}
        groups = MovableGroups(field, before)
        best: list[tuple[int, Places]] = [(0, before)]
        new = field.begins[scope]
        for count, number in enumerate(new):
            room = Room(field, self.height, frozenset(new[:count]))
            eager = any(number in join for join in self.joins.values())
            reached: dict[frozenset[tuple[int, int]], _Added] = {}
            for cost, places in best:
                added = [_Added(cost, to, safe=True) for to in room.without_moves(number, places)]
                if eager or not added:
                    added += _moved(groups, room.with_moves(number, places))
                for each in added:
                    # Equal places cost the same, and all of them have a safe order or none has: the first will do.
                    reached.setdefault(frozenset(each.places.items()), each)
            most = self.width * _EAGER if eager else self.width
            cheapest = sorted(reached.values(), key=lambda each: each.cost)
            # An order of the moves is looked for only of those that are cheap enough to be kept.
            safe = (each for each in cheapest if each.safe or groups.ordered(each.places) is not None)
            best = [(each.cost, each.places) for each in islice(safe, most)]
        for cost, places in best:
            yield State(places, state.cost + cost, state)

    def _unsorted(self, places: Places) -> int:
        """Units of inputs of `joins` that are not yet in their final relative position."""
        total = 0
        for buffer, join in self.joins.items():
            if self.field.first[buffer] > self.scope:
                begins: dict[int, int] = {}
                for part, offset in join.items():
                    if part in places:
                        begin = places[part] - offset
                        begins[begin] = begins.get(begin, 0) + self.field.sizes[part]
                total += sum(begins.values()) - max(begins.values(), default=0)
        return total

    def _weights(self, before: Places) -> dict[int, tuple[int, int]]:
        """Per buffer: the scopes it has left (at most 8), and the highest offset at which it fits.

        Of the buffers placed `before`, which are the same in all states, and of those that begin in the scope.
        """
        field, scope = self.field, self.scope
        placed = (*before, *field.begins[scope])
        return {one: (min(field.last[one] - scope, 8), self.height - field.sizes[one]) for one in placed}


def _scattered(places: Places, weights: Mapping[int, tuple[int, int]]) -> int:
    """How much the live buffers obstruct later ones: distance to the nearer end of the arena, times scopes left.

    Buffers that live long lie best near an end. `weights`: as `_Scope._weights` gives them.
    """
    total = 0
    for one, at in places.items():  # this runs for each state that is reached
        left, highest = weights[one]
        total += left * (at if at + at < highest else highest - at)
    return total


class _Added(NamedTuple):
    """Places with one buffer more, and the units moved for it; `safe`: the moves are known to have a safe order."""

    cost: int
    places: Places
    safe: bool = False


def _moved(groups: MovableGroups, places: Iterable[Places]) -> Iterator[_Added]:
    """The places in which no group breaks, with the units that the moves to them copy."""
    for after in places:
        moves = groups.moves(after)
        if moves is not None:
            yield _Added(sum(step.size for _, step in moves), after)


def _course(state: State) -> list[Places]:
    """The offsets in each step on the way to a state."""
    found: list[Places] = []
    while state.before is not None:
        found.append(state.places)
        state = state.before
    return found[::-1]
