"""One piece of a problem: its best order and bound so far, and the sequence of searches that closes the gap.

In: the induced problem of the piece's operators. Out: `order` with peak `upper`, and bound `lower` with `certificate`.
Memory budgets (the largest peak that a search allows, in bytes) are not to be confused with `Budget`, in steps of work.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from arenite.problems.certificate import Region
from arenite.solve.core.choice import core
from arenite.solve.core.orders.interface import Direction, Rules
from arenite.solve.order.bounds import cut, freedom, need
from arenite.solve.order.breadth_first import Refuted, breadth_first, states_within
from arenite.solve.order.climb import Climb
from arenite.solve.order.graph import Graph, bits
from arenite.solve.order.peak import lifetimes, working_sets
from arenite.solve.order.search import Failed, Found, Undecided, beam, search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.problems.certificate import Certificate, Need
    from arenite.problems.order import Problem
    from arenite.solve.core.orders.python import OrderSpace

LONG = 2_000
"""Operators from which a piece is long: no search over many states of the whole piece ends in time."""
_FIRST_LIMIT = 1_000
"""States of the first searches, to which two per operator are added. Easy pieces are decided within this limit; hard
ones lose little time."""
_GROWTH = 4
"""Factor by which the limit of states grows per round. A larger one wastes more on the last round, a smaller one
repeats more work."""
_UNDECIDED = 3
"""Undecided memory budgets after which a bisection ends, so that the next round tries them with a higher limit."""
_BEAM = 100
"""Largest width of a beam search: states kept per number of operators. Wider beams find more and take longer."""
_HARD = 16_000
"""Limit of states from which beam and breadth-first searches also run: the easier searches have failed by then."""
_FEW = 12
"""Possible peaks between bound and best order, up to which they are refuted one by one."""
_FRUITLESS = 12
"""Cuts without a higher bound after which the first round of cuts ends; a search may decide sooner."""
_STEP = 4
"""Limit of states of a direction, as a multiple of its last failed search: refuting the next higher memory budget
rarely takes more."""
_BEAM_STATES = 50_000
"""States that one beam search keeps altogether, about; its width is this number per operator, at most `_BEAM`."""
_SHORT = 400
"""Operators up to which breadth-first searches run early: of longer pieces, even few states take long."""
_EARLY = 5_000
"""Limit of states of these early searches; what needs more is left to the depth-first searches first. Of a wide piece,
where each move settles hundreds of operators, a thousand states take a tenth of a second."""
_BULK = 32
"""States of a breadth-first search per state of the depth-first limit. One that reaches its limit takes some 60 times
as long as the depth-first searches before it, but on hard pieces it is what decides."""
_STEPS_OF_CUT = 30
"""Budget steps of a minimum cut per tensor alive, and two of them per operator that may run before or after; measured
on the zoo, where such an operator makes about one tensor."""
_EASY = 64
"""Limit of states, per operator, up to which a search that follows the default order runs first."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """One switch per technique. No switch changes the least peak, only the work to find and prove it.

    Attributes:
        pieces: cut the problem at operators that are comparable to all others, and solve the pieces separately.
        deferring: run operators without inputs just before the only operator that reads their outputs.
        cuts: prove bounds by minimum cuts.
        events: search forward from event to event, not operator by operator.
        backward: also search from the end.
        beam: look for a good order by beam search before searching for proofs.
        commit: where a move leaves no more bytes alive than before, drop all other moves.
        far_commit: the same where several moves together leave no more bytes alive than before.
        breadth_first: search breadth-first, in bulk, where the searches above take long.
        parts: in pieces too long for these searches, search windows around the peak.
    """

    pieces: bool = True
    deferring: bool = True
    cuts: bool = True
    events: bool = True
    backward: bool = True
    beam: bool = True
    commit: bool = True
    far_commit: bool = True
    breadth_first: bool = True
    parts: bool = True


class _Running(NamedTuple):
    """An operator, and the tensors alive while it runs in the best order so far."""

    operator: int
    alive: list[int]


class Piece:
    """The problem induced by `operators` of the whole problem.

    `order` is the best order so far, `sets` its working sets and `upper` its peak; `lower` is a lower bound on the
    least peak. Sizes are bytes. `states` counts the states that all searches visited.
    """

    def __init__(self, problem: Problem, operators: Sequence[int], options: SearchOptions, budget: Budget) -> None:
        self.problem = problem
        self.operators = tuple(operators)
        self.graph = Graph(problem)
        self.order = list(range(problem.operators))
        self.sets = working_sets(problem, self.order)
        self.upper = max(self.sets)
        self.lower = 0
        self.states = 0
        self._proof: Certificate | Callable[[], Certificate] | None = None
        self._options = options
        self._budget = budget
        self._open: set[int] = set()
        """Memory budgets that the current limit of states left undecided."""
        rules = Rules(options.commit, options.far_commit)
        self._rules, self._in_default_order = rules, replace(rules, default_first=True)
        self._limit = _FIRST_LIMIT + 2 * problem.operators
        self._tried: dict[tuple[Direction, bool, int], int] = {}
        """Limits of states of earlier searches, by (direction, default_first, memory budget)."""
        self._known_needs: dict[int, Need] = {}
        """The bounds of single operators, which are the same whatever the best order."""
        self._beamed = False
        self._climb = Climb()
        self._failed_after: dict[Direction, int] = {}
        """States of the last search that failed, by direction."""
        self._steps = [self._needs, self._aim, self._round]
        if options.cuts:
            self._steps[2:2] = [self._likely_cuts, self._aim]
            self._steps.append(self._all_cuts)
        if options.breadth_first and problem.operators <= _SHORT:
            # With a low limit of states, which decides easy pieces at once.
            self._steps.insert(3 if options.cuts else 2, partial(self._breadth_first, _EARLY, _EARLY))

    def work(self, lower: int) -> None:
        """Take the next step to lower `upper` or raise the bound; `lower` is a bound proven elsewhere, in bytes."""
        self.lower = max(self.lower, lower)
        if self._steps:
            self._steps.pop(0)()
        else:
            self._limit *= _GROWTH
            if self._limit >= _HARD:
                if self._options.beam and not self._beamed:
                    self._beam()
                if self._options.breadth_first and self.problem.operators < LONG:
                    self._breadth_first(_BULK * self._limit)
            if self.lower < self.upper:
                self._round()

    def _each(self) -> Budget:
        """The budget of a single search."""
        return self._budget

    @property
    def certificate(self) -> Certificate:
        """The proof of `lower`, in terms of the whole problem; only for a bound that this piece has raised itself."""
        assert self._proof is not None
        inner = self._proof() if callable(self._proof) else self._proof
        return Region(inner.bound, self.operators, inner)

    def _raise(self, bound: int, proof: Certificate | Callable[[], Certificate]) -> None:
        if bound > self.lower:
            self.lower, self._proof = bound, proof

    def _needs(self) -> None:
        for each in self._alive():
            found = self._need(each)
            self._raise(found.bound, found)

    def _aim(self) -> None:
        """Search for an order that meets the bound: often one exists and is easy to find."""
        if self._options.backward and self._follow_backward():
            return
        if self._limit <= _EASY * self.problem.operators and self._probe_default_first():
            return
        if not self._probe(self.lower):
            self._open.add(self.lower)

    def _likely_cuts(self) -> None:
        """Cuts of the operators whose memory exceeds the bound; one for all with equal figures (repeated cells)."""
        likely: dict[tuple[int, int, int], _Running] = {}
        sets = dict(zip(self.order, self.sets, strict=True))
        for each in self._alive():
            likely[sets[each.operator], self._need(each).bound, self.graph.made[each.operator]] = each
        self._cuts([likely[key] for key in sorted(likely, reverse=True)], _FRUITLESS)

    def _need(self, running: _Running) -> Need:
        operator, alive = running
        if operator not in self._known_needs:
            self._known_needs[operator] = need(self.graph, operator, alive)
        return self._known_needs[operator]

    def _all_cuts(self) -> None:
        """Cuts of all operators whose memory in the best order exceeds the bound."""
        sets = dict(zip(self.order, self.sets, strict=True))
        largest_first = sorted(self._alive(), key=lambda each: -sets[each.operator])
        self._cuts(largest_first, len(self.order))

    def _cuts(self, operators: Sequence[_Running], fruitless: int) -> None:
        """Cuts of these operators, until `fruitless` of them have not raised the bound."""
        sets = dict(zip(self.order, self.sets, strict=True))
        for operator, alive in operators:
            if sets[operator] <= self.lower:
                continue
            if not fruitless or self._budget.over:
                return
            found = cut(self.graph, operator, alive)
            self._budget.spend(_STEPS_OF_CUT * (2 * freedom(self.graph, operator) + len(alive)))
            fruitless -= found.bound <= self.lower
            self._raise(found.bound, found)

    def _alive(self) -> list[_Running]:
        """The operators whose memory in the best order exceeds the bound, with the tensors alive there."""
        spans = lifetimes(self.problem, {operator: place for place, operator in enumerate(self.order)})
        begins: list[list[int]] = [[] for _ in self.order]
        for index, (begin, _) in enumerate(spans):
            begins[begin].append(index)
        alive: list[int] = []
        result = []
        for place, operator in enumerate(self.order):
            alive = [t for t in alive if spans[t][1] >= place] + begins[place]
            if self.sets[place] > self.lower:
                result.append(_Running(operator, alive))
        return result

    def _beam(self) -> None:
        """Find a good order by beam search, so that only the proof is left. Backward first: it finds better orders."""
        self._beamed = True
        for space in reversed(self._directions):
            if self.lower < self.upper:
                width = min(_BEAM, 1 + _BEAM_STATES // self.problem.operators)
                self._learn(space, beam(space, width, self.upper, self._each()))

    def _round(self) -> None:
        """Aim at the bound, then bisect over memory budgets; undecided ones are left by going up, then by going down.

        After a beam search, the best order is likely to be optimal. Where few peaks are possible between it and the
        bound, the bound is raised instead, one failed search after the other.
        """
        self._open.clear()
        self._aim()
        if not self._beamed or self.upper - self.lower > _FEW * self._grain:
            self._approach(above=True)
            self._approach(above=False)
            return
        while self.lower < self.upper and not self._budget.over and self._probe(self.lower, _STEP):
            pass

    def _approach(self, *, above: bool) -> None:
        """Bisect over memory budgets; after an undecided one, go on above it, or below it if not `above`."""
        low, high = self.lower, self.upper
        undecided = 0
        while low < high and undecided < _UNDECIDED and not self._budget.over:
            budget = (low + high) // 2 // self._grain * self._grain
            budget = max(budget, low)
            if budget not in self._open and self._probe(budget):
                low, high = max(low, self.lower), min(high, self.upper)
                continue
            self._open.add(budget)
            undecided += 1
            low, high = (budget + self._grain, high) if above else (low, budget)

    def _breadth_first(self, least: int, most: int = sys.maxsize) -> None:
        """Search for rising memory budgets, chosen by `Climb`, until a search exceeds its limit of states.

        The limit is a multiple of the expected states, but between `least` and `most`.
        """
        ceiling = self.upper
        while self.lower < min(ceiling, self.upper) and not self._budget.over:
            part = self._each()
            most_states = states_within(self.graph, part.left)
            budget = self._climb.budget(self.lower, min(ceiling, self.upper), self._grain, most_states)
            limit = min(most, self._climb.limit(budget, least))
            result = breadth_first(self.graph, self._backward, budget + 1, limit=limit, budget=part)
            self.states += result.states
            if isinstance(result, Found):
                self._improve(result.path[::-1])
            elif isinstance(result, Refuted):
                self._climb.refuted(budget, result.states)
                self._raise(result.bound, result.certificate)
            elif least == most:
                return
            else:
                ceiling = budget

    @cached_property
    def _backward(self) -> OrderSpace:
        return core().order_space(self.graph, Direction.BACKWARD)

    @cached_property
    def _directions(self) -> list[OrderSpace]:
        direction = Direction.EVENTS if self._options.events else Direction.FORWARD
        forward = core().order_space(self.graph, direction)
        return [forward, self._backward] if self._options.backward else [forward]

    @cached_property
    def _grain(self) -> int:
        """Bytes of which every peak is a multiple."""
        graph = self.graph
        saved = (part for most, ends in graph.savings.values() for part in (most, *(size for size, _ in ends)))
        return gcd(*graph.sizes, *graph.extra, *saved) or 1

    def _follow_backward(self) -> bool:
        """Search backward with a low limit; decides problems with nearly no choice, such as unrolled recurrences."""
        limit = min(_FIRST_LIMIT, self.problem.operators)
        return self._search(self._backward, self.lower, limit, self._rules)

    def _probe_default_first(self) -> bool:
        forward = next(space for space in self._directions if space.direction is not Direction.BACKWARD)
        return self._search(forward, self.lower, _GROWTH * self._limit, self._in_default_order)

    def _probe(self, budget: int, step: int = 0) -> bool:
        """Search for an order with a peak of at most `budget` bytes; returns whether that was decided.

        `step`: the least limit of states of a direction, as a multiple of its last failed search.
        """
        for space in list(self._directions):
            limit = max(self._limit, step * self._failed_after.get(space.direction, 0))
            if self._search(space, budget, limit, self._rules):
                return True
        return False

    def _search(self, space: OrderSpace, budget: int, limit: int, rules: Rules) -> bool:
        """Search, unless the same search with this limit was undecided before; returns whether it decided."""
        key = space.direction, rules.default_first, budget
        if limit <= self._tried.get(key, 0):
            return False
        self._tried[key] = limit
        within = self._budget if rules.default_first else self._each()
        return self._learn(space, search(space, budget + 1, limit, within, rules))

    def _learn(self, space: OrderSpace, result: Found | Failed | Undecided) -> bool:
        """Use the result of a search; returns whether it decided. A direction that failed is tried first next time."""
        self.states += result.states
        if isinstance(result, Found):
            self._improve(result.path[::-1] if space.direction is Direction.BACKWARD else result.path)
        elif isinstance(result, Failed):
            self._raise(result.bound, result.certificate)
            self._failed_after[space.direction] = result.states
            self._directions.sort(key=lambda other: other is not space)
        return not isinstance(result, Undecided)

    def _improve(self, path: Sequence[int]) -> None:
        """Keep the order of a path of states, from none to all, if its peak is lower."""
        rank = {operator: place for place, operator in enumerate(self.graph.order)}
        order: list[int] = []
        for i in range(1, len(path)):
            order += sorted(bits(path[i] ^ path[i - 1]), key=rank.__getitem__)
        sets = working_sets(self.problem, order)
        if max(sets) < self.upper:
            self.order, self.sets, self.upper = order, sets, max(sets)
