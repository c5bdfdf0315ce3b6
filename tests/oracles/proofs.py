"""Certificates of tiny graphs made by trying everything, so that the checker has been seen without the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.problems.certificate import Exhausted

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

    from arenite.problems.order import Problem

Done = frozenset[int]


def predecessors(problem: Problem) -> list[set[int]]:
    """Direct predecessors of every operator."""
    needs: list[set[int]] = [set() for _ in range(problem.operators)]
    for tensor in problem.tensors:
        if tensor.producer is not None:
            for consumer in tensor.consumers:
                needs[consumer].add(tensor.producer)
    for first, second in problem.before:
        needs[second].add(first)
    return needs


def closed_sets(problem: Problem) -> list[Done]:
    """Every set of operators that contains the predecessors of its members."""
    needs = predecessors(problem)
    found = {frozenset[int]()}
    waiting = list(found)
    for done in waiting:
        for operator in range(problem.operators):
            more = done | {operator}
            if needs[operator] <= done and more not in found:
                found.add(more)
                waiting.append(more)
    return waiting


def live(problem: Problem, done: Done) -> int:
    """Bytes alive after the operators of a closed set."""
    return sum(
        tensor.size
        for tensor in problem.tensors
        if (tensor.producer is None or tensor.producer in done) and (tensor.kept or set(tensor.consumers) - done)
    )


def own(problem: Problem, operator: int) -> int:
    """Bytes that an operator adds while it runs."""
    written = sum(tensor.size for tensor in problem.tensors if tensor.producer == operator)
    return written + (problem.extra[operator] if problem.extra else 0)


def saving(problem: Problem, operator: int, done: Done) -> int:
    """Bytes that an operator saves when these have run, it among them."""
    for each in problem.savings:
        if each.operator == operator:
            ended = [
                t for t, _ in each.saved if not problem.tensors[t].kept and set(problem.tensors[t].consumers) <= done
            ]
            return min(each.most, sum(size for t, size in each.saved if t in ended))
    return 0


def exhausted(problem: Problem, bound: int, rng: random.Random, *, backward: bool, events: bool) -> Exhausted:
    """The record of a search for a peak below `bound`, with commitments at random. Right only if there is none.

    It commits only to states that are hopeless, as a search does that has a way to them within the bound.
    """
    needs = predecessors(problem)
    sets = closed_sets(problem)
    everything = frozenset(range(problem.operators))
    states = [everything if backward else frozenset[int]()]
    moves: list[int] = []
    goal = frozenset[int]() if backward else everything
    hopeful = _hopeful(problem, sets, bound, backward=backward)

    def number(state: Done) -> int:
        if state not in states:
            states.append(state)
        return states.index(state)

    for state in states:
        targets = list(_commitments(problem, sets, state, backward=backward))
        targets = [target for target in targets if target not in hopeful]
        if targets and rng.random() < 0.5:
            moves.append(number(rng.choice(targets)))
            continue
        moves.append(-1)
        ways = _back(problem, needs, state) if backward else _on(problem, needs, state, events=events)
        for memory, following in ways:
            if memory < bound and following != goal:
                number(following)
    return record(problem, bound, states, moves, backward=backward, events=events)


def record(
    problem: Problem,
    bound: int,
    states: Iterable[Iterable[int]],
    moves: Iterable[int],
    *,
    backward: bool = False,
    events: bool = False,
) -> Exhausted:
    """The record of a search in which each of these states was looked at, with the move from each."""
    width = (problem.operators + 7) // 8
    return Exhausted(
        bound,
        backward,
        events,
        b"".join(sum(1 << v for v in state).to_bytes(width, "little") for state in states),
        b"".join(move.to_bytes(8, "little", signed=True) for move in moves),
    )


def _hopeful(problem: Problem, sets: list[Done], bound: int, *, backward: bool) -> set[Done]:
    """Closed sets that an order below the bound leads from to all operators, or to from none."""
    hopeful = {frozenset[int]() if backward else frozenset(range(problem.operators))}
    for done in sorted(sets, key=len, reverse=not backward):
        for operator in range(problem.operators):
            low, high = (done - {operator}, done) if backward else (done, done | {operator})
            step = low != high and low in sets and high in sets and (low if backward else high) in hopeful
            if step and live(problem, low) + own(problem, operator) - saving(problem, operator, high) < bound:
                hopeful.add(done)
    return hopeful


def _commitments(problem: Problem, sets: list[Done], state: Done, *, backward: bool) -> Iterator[Done]:
    for target in sets:
        low, high = (target, state) if backward else (state, target)
        if low < high:
            least = min(live(problem, between) for between in sets if low <= between <= high)
            if live(problem, target) == least:
                yield target


def _back(problem: Problem, needs: list[set[int]], state: Done) -> Iterator[tuple[int, Done]]:
    for operator in state:
        if not any(operator in needs[other] for other in state):
            memory = live(problem, state - {operator}) + own(problem, operator) - saving(problem, operator, state)
            yield memory, state - {operator}


def _on(problem: Problem, needs: list[set[int]], state: Done, *, events: bool) -> Iterator[tuple[int, Done]]:
    if events:
        yield from _events(problem, needs, state)
        return
    for operator in range(problem.operators):
        if operator not in state and needs[operator] <= state:
            after = state | {operator}
            yield live(problem, state) + own(problem, operator) - saving(problem, operator, after), after


def _events(problem: Problem, needs: list[set[int]], state: Done) -> Iterator[tuple[int, Done]]:
    def closure(operators: Done) -> Done:
        grown = state | operators
        while more := set().union(*(needs[v] for v in grown)) - grown:
            grown |= more
        return grown

    extras = problem.extra or (0,) * problem.operators
    targets: dict[Done, int] = {}
    for tensor in problem.tensors:
        if set(tensor.consumers) - state and not tensor.kept:
            targets.setdefault(closure(frozenset(tensor.consumers)), 0)
    for operator in set(range(problem.operators)) - state:
        shared = any(
            size and operator in problem.tensors[t].consumers and len(problem.tensors[t].consumers) > 1
            for each in problem.savings
            for t, size in each.saved
            if not problem.tensors[t].kept
        )
        unread = any(t.producer == operator and t.size and not t.consumers and not t.kept for t in problem.tensors)
        if extras[operator] or unread or shared or not any(operator in needed for needed in needs):
            target = closure(frozenset({operator}))
            targets[target] = max(extras[operator], targets.get(target, 0))
    for target, extra in targets.items():
        if not any(other < target for other in targets):
            written = sum(t.size for t in problem.tensors if t.producer in target - state)
            last = [v for v in target - state if not any(v in needs[other] for other in target - state)]
            saved = saving(problem, last[0], target) if len(last) == 1 else 0
            yield live(problem, state) + written + extra - saved, target
