"""Layouts with moves, built forward in time: the cheapest of many that are followed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.moves.order import ordered
from arenite.moves.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.moves.field import Field, Places
    from arenite.moves.order import Step


@dataclass(frozen=True, slots=True)
class State:
    """Where everything is once a scope has begun, what was moved until then, and the state before."""

    places: Places
    cost: int
    before: State | None


def search(field: Field, height: int, width: int) -> list[Places] | None:
    """The places in each step of the cheapest course found within a height in units; None where all get stuck.

    `width` of them are followed at once. Where the buffers of each scope fit side by side, none gets stuck: they can
    always be pushed together.
    """
    states = [State({}, 0, None)]
    for scope in field.begins:
        best: dict[tuple[tuple[int, int], ...], tuple[int, int, State]] = {}
        for state in states:
            for each in _next(field, height, state, scope, width):
                lasting = tuple(sorted((one, at) for one, at in each.places.items() if field.last[one] > scope))
                rank = (each.cost, _scattered(field, height, each.places, scope))
                if lasting not in best or best[lasting][:2] > rank:
                    best[lasting] = (*rank, each)
        states = [each[2] for each in sorted(best.values(), key=lambda each: each[:2])[:width]]
        if not states:
            return None
    return _course(states[0])


def _next(field: Field, height: int, state: State, scope: int, width: int) -> Iterator[State]:
    """The states that follow once everything that begins in a scope is placed."""
    before = {one: at for one, at in state.places.items() if field.last[one] >= scope}
    groups = field.groups(before)
    frontier: list[tuple[int, Places]] = [(0, before)]
    new = field.begins[scope]
    for count, number in enumerate(new):
        room = Room(field, height, frozenset(new[:count]))
        reached: dict[tuple[tuple[int, int], ...], tuple[int, Places]] = {}
        for cost, places in frontier:
            free = list(room.without_moves(number, places))
            for each in free or room.with_moves(number, places):
                price = cost if free else _price(ordered(field, groups, before, each))
                key = tuple(sorted(each.items()))
                if price is not None and (key not in reached or reached[key][0] > price):
                    reached[key] = (price, each)
        frontier = sorted(reached.values(), key=lambda each: each[0])[:width]
    for cost, places in frontier:
        yield State(places, state.cost + cost, state)


def _price(steps: Sequence[Step] | None) -> int | None:
    return None if steps is None else sum(step[3] for step in steps)


def _scattered(field: Field, height: int, places: Places, scope: int) -> int:
    """How much stands in the way of what comes: what lives long lies best near one of the two ends."""
    return sum(min(field.last[one] - scope, 8) * min(at, height - at - field.sizes[one]) for one, at in places.items())


def _course(state: State) -> list[Places]:
    found: list[Places] = []
    while state.before is not None:
        found.append(state.places)
        state = state.before
    return found[::-1]
