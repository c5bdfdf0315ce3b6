"""One piece of a problem: its best order so far, the best bound so far, and the work that brings them together."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cached_property, partial
from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from arenite.problems.certificate import Region
from arenite.solve.order.beam import beam
from arenite.solve.order.bounds import cut, need
from arenite.solve.order.climb import Climb
from arenite.solve.order.events import Events
from arenite.solve.order.graph import Graph, bits
from arenite.solve.order.in_place import BackwardInPlace, EventsInPlace, ForwardInPlace
from arenite.solve.order.moves import Backward, Forward
from arenite.solve.order.peak import working_sets
from arenite.solve.order.search import Failed, Found, Rules, Undecided, record, search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.problems.certificate import Certificate
    from arenite.problems.order import Problem
    from arenite.solve.order.moves import Moves
    from arenite.solve.order.options import SearchOptions

LONG = 2_000
"""Operators from which a piece is long: nothing that looks at many states of the whole ends in time."""
_FIRST_LIMIT = 1_000
_GROWTH = 4
_UNDECIDED = 3
_BEAM = 100
"""States of each size that a beam search keeps at most."""
_HARD = 16_000
"""States that a search may take when easier ways have failed, and a beam search is worth its time."""
_FEW = 12
"""So many peaks can be ruled out one by one."""
_FRUITLESS = 12
"""So many cuts that do not raise the bound are enough, before anything else has been tried."""
_STEP = 4
"""The next budget up takes at most so many times the states, as a rule."""
_BEAM_STATES = 50_000
"""States that it keeps in all, about."""
_SHORT = 400
"""Operators up to which a sweep is quick wherever it looks at few states."""
_FIRST_SWEEP = 20_000
"""States that it may look at before anything else is tried."""
_BULK = 32
"""So many times the states of a limit take about as long in bulk, together with how much sooner that decides."""
_STEPS_OF_CUT = 30
"""Steps that a minimum cut takes per operator and tensor of the piece, as measured on the zoo."""
_EASY = 64
"""States per operator up to which following the default order is worth a try."""


class _Running(NamedTuple):
    """An operator, and the tensors alive while it runs in the best order."""

    operator: int
    alive: list[int]


class Piece:
    """The problem induced by `operators` of the whole; `upper` is the peak of its best order, `lower` a bound."""

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
        """Budgets that the present limit left undecided."""
        rules = Rules(options.commit, options.far_commit)
        self._rules, self._in_default_order = rules, replace(rules, default_first=True)
        self._limit = _FIRST_LIMIT + 2 * problem.operators
        self._tried: dict[tuple[bool, bool, int], int] = {}
        """States that a search took in vain, by direction (whether backward), rule (default first) and budget."""
        self._beamed = False
        self._climb = Climb()
        self._failed_after: dict[bool, int] = {}
        """States after which each direction (whether it is backward) failed last."""
        self._steps = [self._needs, self._aim, self._round]
        if options.cuts:
            self._steps[2:2] = [self._likely_cuts, self._aim]
            self._steps.append(self._all_cuts)
        if options.sweep and problem.operators <= _SHORT:
            self._steps.insert(3 if options.cuts else 2, self._first_sweeps)

    def work(self, lower: int) -> None:
        """Bring `upper` and the larger of `lower` and the own bound a step closer to each other."""
        self.lower = max(self.lower, lower)
        if self._steps:
            self._steps.pop(0)()
        else:
            self._limit *= _GROWTH
            if self._limit >= _HARD:
                if self._options.beam and not self._beamed:
                    self._beam()
                if self._options.sweep and self.problem.operators < LONG:
                    self._sweeps(_BULK * self._limit)
            if self.lower < self.upper:
                self._round()

    @property
    def busy(self) -> bool:
        """Whether there is something left of the budget."""
        return not self._budget.over

    def _each(self) -> Budget:
        """What a single search may spend."""
        return self._budget

    @property
    def certificate(self) -> Certificate:
        """What proves `lower`, in terms of the whole; there once the piece has raised it itself."""
        assert self._proof is not None
        inner = self._proof() if callable(self._proof) else self._proof
        return Region(inner.bound, self.operators, inner)

    def _raise(self, bound: int, proof: Certificate | Callable[[], Certificate]) -> None:
        if bound > self.lower:
            self.lower, self._proof = bound, proof

    def _needs(self) -> None:
        for operator, alive in self._alive():
            found = need(self.graph, operator, alive)
            self._raise(found.bound, found)

    def _aim(self) -> None:
        """Search for an order that meets the bound: often there is one, and it is easy to find."""
        if self._options.backward and self._follow_backward():
            return
        if self._limit <= _EASY * self.problem.operators and self._probe_default_first():
            return
        if not self._probe(self.lower):
            self._open.add(self.lower)

    def _likely_cuts(self) -> None:
        """Cuts of the operators whose memory exceeds the bound, one of those that look alike (repeated cells)."""
        likely: dict[tuple[int, int, int], _Running] = {}
        sets = dict(zip(self.order, self.sets, strict=True))
        for operator, alive in self._alive():
            key = sets[operator], need(self.graph, operator, alive).bound, self.graph.made[operator]
            likely[key] = _Running(operator, alive)
        self._cuts([likely[key] for key in sorted(likely, reverse=True)], _FRUITLESS)

    def _all_cuts(self) -> None:
        """Cuts of all operators whose memory in the best order exceeds the bound."""
        sets = dict(zip(self.order, self.sets, strict=True))
        largest_first = sorted(self._alive(), key=lambda each: -sets[each.operator])
        self._cuts(largest_first, len(self.order))

    def _cuts(self, operators: Sequence[_Running], fruitless: int) -> None:
        """Cuts of operators, until so many have not raised the bound."""
        sets = dict(zip(self.order, self.sets, strict=True))
        for operator, alive in operators:
            if sets[operator] <= self.lower:
                continue
            if not fruitless or self._budget.over:
                return
            found = cut(self.graph, operator, alive)
            self._budget.spend(_STEPS_OF_CUT * (self.problem.operators + len(self.problem.tensors)))
            fruitless -= found.bound <= self.lower
            self._raise(found.bound, found)

    def _alive(self) -> list[_Running]:
        """The operators whose memory in the best order exceeds the bound."""
        position = {operator: place for place, operator in enumerate(self.order)}
        begins: list[list[int]] = [[] for _ in self.order]
        last: dict[int, int] = {}
        for index, tensor in enumerate(self.problem.tensors):
            begin = 0 if tensor.producer is None else position[tensor.producer]
            begins[begin].append(index)
            readers = max((position[c] for c in tensor.consumers), default=begin)
            last[index] = len(self.order) if tensor.kept else readers
        alive: list[int] = []
        result = []
        for place, operator in enumerate(self.order):
            alive = [t for t in alive if last[t] >= place] + begins[place]
            if self.sets[place] > self.lower:
                result.append(_Running(operator, alive))
        return result

    def _beam(self) -> None:
        """A good order fast, so that what is left to do is the proof; backward finds better ones more often."""
        self._beamed = True
        for moves in reversed(self._directions):
            if self.lower < self.upper:
                width = min(_BEAM, 1 + _BEAM_STATES // self.problem.operators)
                self._learn(moves, beam(moves, width, self.upper, self._each()))

    def _round(self) -> None:
        """Aim at the bound; then bisect on the budget, from above and from below where the limit leaves it open.

        After a beam search the best order is likely to stand. Where few peaks are possible between it and the bound,
        the effort then goes into raising the bound, failure by failure.
        """
        self._open.clear()
        self._aim()
        if not self._beamed or self.upper - self.lower > _FEW * self._grain:
            self._approach(above=True)
            self._approach(above=False)
            return
        while self.lower < self.upper and not self._budget.over and self._probe_likely(self.lower):
            pass

    def _approach(self, *, above: bool) -> None:
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

    def _first_sweeps(self) -> None:
        """What a few sweeps decide, they decide at once."""
        self._sweeps(_FIRST_SWEEP, _FIRST_SWEEP)

    def _sweeps(self, least: int, most: int = sys.maxsize) -> None:
        """Sweep for budgets that rise as the numbers of states allow, until one takes more than the limit.

        The limit is as many states as are to be expected, but between `least` and `most`.
        """
        from arenite.solve.order.sweep import Refuted, steps_of_state, sweep, swept

        ceiling = self.upper
        while self.lower < min(ceiling, self.upper) and not self._budget.over:
            each = self._each()
            most_states = each.left / steps_of_state(self.graph)
            budget = self._climb.budget(self.lower, min(ceiling, self.upper), self._grain, most_states)
            limit = min(most, self._climb.limit(budget, least))
            result = sweep(self.graph, self._backward, budget + 1, limit=limit, budget=each)
            self.states += result.states
            if isinstance(result, Found):
                self._improve(result.path[::-1])
            elif isinstance(result, Refuted):
                self._climb.refuted(budget, result.states)
                self._raise(result.bound, partial(swept, result, self.problem.operators))
            elif least == most:
                return
            else:
                ceiling = budget

    @cached_property
    def _backward(self) -> Moves:
        return (BackwardInPlace if self.graph.savings else Backward)(self.graph)

    @cached_property
    def _directions(self) -> list[Moves]:
        one_by_one, by_event = (ForwardInPlace, EventsInPlace) if self.graph.savings else (Forward, Events)
        forward = by_event(self.graph) if self._options.events else one_by_one(self.graph)
        return [forward, self._backward] if self._options.backward else [forward]

    @cached_property
    def _grain(self) -> int:
        """Every peak is a multiple of this."""
        graph = self.graph
        saved = (part for most, ends in graph.savings.values() for part in (most, *(size for size, _ in ends)))
        return gcd(*graph.sizes, *graph.extra, *saved) or 1

    def _follow_backward(self) -> bool:
        """Whether there is nearly no choice backward, as in unrolled recurrences."""
        limit = min(_FIRST_LIMIT, self.problem.operators)
        return self._search(self._backward, self.lower, limit, self._rules)

    def _probe_default_first(self) -> bool:
        forward = next(moves for moves in self._directions if not moves.backward)
        return self._search(forward, self.lower, _GROWTH * self._limit, self._in_default_order)

    def _probe(self, budget: int) -> bool:
        """Search for an order with a peak of at most `budget`; whether that was decided."""
        return any(self._search(moves, budget, self._limit, self._rules) for moves in list(self._directions))

    def _probe_likely(self, budget: int) -> bool:
        """The same, with more states for a direction that has failed: each step up takes a few times as many."""
        for moves in list(self._directions):
            limit = max(self._limit, _STEP * self._failed_after.get(moves.backward, 0))
            if self._search(moves, budget, limit, self._rules):
                return True
        return False

    def _search(self, moves: Moves, budget: int, limit: int, rules: Rules) -> bool:
        """Search, unless the same was left undecided before; whether that was decided."""
        key = moves.backward, rules.default_first, budget
        if limit <= self._tried.get(key, 0):
            return False
        self._tried[key] = limit
        within = self._budget if rules.default_first else self._each()
        return self._learn(moves, search(moves, budget + 1, limit, within, rules))

    def _learn(self, moves: Moves, result: Found | Failed | Undecided) -> bool:
        """Take what a search found; whether it decided. A direction that fails sooner than others is tried first."""
        self.states += result.states
        if isinstance(result, Found):
            self._improve(result.path[::-1] if moves.backward else result.path)
        elif isinstance(result, Failed):
            self._raise(result.bound, partial(record, result, moves, self.problem.operators))
            self._failed_after[moves.backward] = result.states
            self._directions.sort(key=lambda other: other is not moves)
        return not isinstance(result, Undecided)

    def _improve(self, path: Sequence[int]) -> None:
        rank = {operator: place for place, operator in enumerate(self.graph.order)}
        order: list[int] = []
        for i in range(1, len(path)):
            order += sorted(bits(path[i] & ~path[i - 1]), key=rank.__getitem__)
        sets = working_sets(self.problem, order)
        if max(sets) < self.upper:
            self.order, self.sets, self.upper = order, sets, max(sets)
