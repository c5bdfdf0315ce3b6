"""Layouts with moves, built forward in time: the cheapest of many that are followed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.relocate.order import ordered
from arenite.solve.relocate.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.budget import Budget
    from arenite.solve.relocate.field import Field, Join, Places
    from arenite.solve.relocate.order import Step

_EAGER = 10
"""Times as many places are looked at where what is placed has to lie beside something else later."""


_STEPS_OF_PLACING = 70
"""Steps for each buffer that begins in a scope, beside each that is there, in each state; measured on the zoo."""


@dataclass(frozen=True, slots=True)
class State:
    """Where everything is once a scope has begun, what was moved until then, and the state before."""

    places: Places
    cost: int
    before: State | None


def search(field: Field, height: int, width: int, budget: Budget) -> list[Places] | None:
    """The places in each step of the cheapest course found within a height in units; None where all get stuck.

    `width` of them are followed at once: those that move least, and where these get stuck, those that also let as many
    buffers as they can share bytes. Where the buffers of each scope fit side by side, none gets stuck: they can always
    be pushed together. The search gives up where the budget is spent.
    """
    return _followed(field, height, width, budget, dense=False) or _followed(field, height, width, budget, dense=True)


def _followed(field: Field, height: int, width: int, budget: Budget, *, dense: bool) -> list[Places] | None:
    """Where all get stuck at a buffer that is made of others, it is because these do not lie as it wants them, and
    nothing is left to sort them: then the search goes back to where they begin, and keeps them sorted from there on.
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
    """What is tried in one scope.

    `joins` are those whose parts are to be kept as they want them. `dense`: of two that move as much, the one that
    takes fewer bytes is better.
    """

    field: Field
    height: int
    width: int
    scope: int
    joins: Mapping[int, Join]
    dense: bool

    def follow(self, states: Sequence[State]) -> list[State]:
        """The best states that follow."""
        field, best = self.field, dict[tuple[tuple[int, int], ...], tuple[tuple[int, ...], State]]()
        for state in states:
            for each in self._next(state):
                lasting = {one: at for one, at in each.places.items() if field.last[one] > self.scope}
                taken = field.taken(lasting) if self.dense else 0
                rank = (self._unsorted(lasting), each.cost, taken, self._scattered(each.places))
                key = tuple(sorted(lasting.items()))
                if key not in best or best[key][0] > rank:
                    best[key] = rank, each
        return [state for _, state in sorted(best.values(), key=lambda each: each[0])[: self.width]]

    def _next(self, state: State) -> Iterator[State]:
        """The states that follow once everything that begins in the scope is placed."""
        field, scope = self.field, self.scope
        before = {one: at for one, at in state.places.items() if field.last[one] >= scope}
        groups = field.groups(before)
        frontier: list[tuple[int, Places]] = [(0, before)]
        new = field.begins[scope]
        for count, number in enumerate(new):
            room = Room(field, self.height, frozenset(new[:count]))
            eager = any(number in join for join in self.joins.values())
            reached: dict[tuple[tuple[int, int], ...], tuple[int, Places]] = {}
            for cost, places in frontier:
                free = list(room.without_moves(number, places))
                found = [(cost, each) for each in free]
                if eager or not free:
                    for each in room.with_moves(number, places):
                        price = _price(ordered(field, groups, before, each))
                        if price is not None:
                            found.append((price, each))
                for price, each in found:
                    key = tuple(sorted(each.items()))
                    if key not in reached or reached[key][0] > price:
                        reached[key] = (price, each)
            most = self.width * _EAGER if eager else self.width
            frontier = sorted(reached.values(), key=lambda each: each[0])[:most]
        for cost, places in frontier:
            yield State(places, state.cost + cost, state)

    def _unsorted(self, places: Places) -> int:
        """Units of parts that do not lie as what is made of them wants it, beside the others."""
        total = 0
        for one, join in self.joins.items():
            if self.field.first[one] > self.scope:
                begins: dict[int, int] = {}
                for part, offset in join.items():
                    if part in places:
                        begin = places[part] - offset
                        begins[begin] = begins.get(begin, 0) + self.field.sizes[part]
                total += sum(begins.values()) - max(begins.values(), default=0)
        return total

    def _scattered(self, places: Places) -> int:
        """How much stands in the way of what comes: what lives long lies best near one of the two ends."""
        field, scope = self.field, self.scope
        return sum(
            min(field.last[one] - scope, 8) * min(at, self.height - at - field.sizes[one]) for one, at in places.items()
        )


def _price(steps: Sequence[Step] | None) -> int | None:
    return None if steps is None else sum(step.size for step in steps)


def _course(state: State) -> list[Places]:
    found: list[Places] = []
    while state.before is not None:
        found.append(state.places)
        state = state.before
    return found[::-1]
