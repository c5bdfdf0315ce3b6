"""Problem, order -> its peak; problem, certificate -> the bound that it proves. Independent of the solvers.

An order is replayed operator by operator. A certificate is checked by the rules of `arenite.problems.certificate`,
which also proves them. Nothing here searches for an order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.checkers.order_sets import Graph, Operators, least_live, members, refusal, set_of
from arenite.errors import VerificationError
from arenite.problems.certificate import Certificate, Cut, Deferred, Exhausted, Floor, Need, Region, Settled
from arenite.problems.order import Charge, InPlaceSaving, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

END = -1
"""The consumer of a kept tensor's flow in a `Cut`: the end of the graph."""

OPEN = -1
"""The move of a state in an `Exhausted` record that commits to no other state, so all its successors are examined."""


def check_order(problem: Problem, order: Sequence[int]) -> int:
    """The peak in bytes of `order`, by replaying it operator by operator.

    Raises:
        VerificationError: `order` is not a permutation of the operators, or two operators, which the message names, run
            in the wrong order.
    """
    if sorted(order) != list(range(problem.operators)):
        raise VerificationError(f"order: not a permutation of the operators 0 to {problem.operators - 1}")
    position = [0] * problem.operators
    for place, operator in enumerate(order):
        position[operator] = place
    for first, second in problem.before:
        if position[first] >= position[second]:
            raise VerificationError(f"order: operator {second} runs before operator {first}, whose state it depends on")
    for number, tensor in enumerate(problem.tensors):
        for consumer in tensor.consumers:
            if tensor.producer is not None and position[tensor.producer] >= position[consumer]:
                raise VerificationError(
                    f"order: operator {consumer} reads tensor {number} before operator {tensor.producer} writes it"
                )
    return max([problem.floor, *_replay(problem, order)])


def _replay(problem: Problem, order: Sequence[int]) -> list[int]:
    """Bytes in use while each operator runs, in the order of execution."""
    written: list[list[int]] = [[] for _ in range(problem.operators)]
    read: list[list[int]] = [[] for _ in range(problem.operators)]
    readers = [len(set(tensor.consumers)) + tensor.kept for tensor in problem.tensors]
    savings = {saving.operator: saving for saving in problem.savings}
    memory = 0
    for number, tensor in enumerate(problem.tensors):
        if tensor.producer is not None:
            written[tensor.producer].append(number)
        elif readers[number]:
            memory += tensor.size
        for consumer in set(tensor.consumers):
            read[consumer].append(number)
    running = []
    for operator in order:
        memory += sum(problem.tensors[number].size for number in written[operator])
        for number in read[operator]:
            readers[number] -= 1
        running.append(memory + (problem.extra[operator] if problem.extra else 0))
        if saving := savings.get(operator):
            running[-1] -= min(saving.most, sum(size for number, size in saving.saved if not readers[number]))
        ended = [number for number in (*written[operator], *read[operator]) if not readers[number]]
        memory -= sum(problem.tensors[number].size for number in ended)
    return running


def check_certificate(problem: Problem, certificate: Certificate) -> int:
    """The bound in bytes that the certificate proves: no order of the problem has a smaller peak.

    Raises:
        VerificationError: the proof is wrong; the message names the step that fails.
    """
    if isinstance(certificate, Floor):
        proven = problem.floor
    elif isinstance(certificate, Need):
        proven = _check_need(Graph(problem), certificate)
    elif isinstance(certificate, Cut):
        proven = _check_cut(Graph(problem), certificate)
    elif isinstance(certificate, Exhausted):
        proven = _check_exhausted(Graph(problem), certificate)
    elif isinstance(certificate, Settled):
        from arenite.checkers.order_settled import check_settled

        proven = check_settled(Graph(problem), certificate)
    elif isinstance(certificate, Region):
        proven = check_certificate(_induced(problem, certificate), certificate.inner)
    else:
        proven = check_certificate(_deferred(problem, certificate), certificate.inner)
    if proven < certificate.bound:
        raise refusal(f"it claims {certificate.bound} bytes but proves only {proven}")
    return certificate.bound


def _check_operators(graph: Graph, operators: Sequence[int]) -> None:
    for operator in operators:
        if not 0 <= operator < graph.problem.operators:
            raise refusal(f"there is no operator {operator}")


def _check_need(graph: Graph, need: Need) -> int:
    """Bytes proven by a `Need`.

    They are the tensors that in every order are written before the operator, and are kept or read by it or after it.
    """
    _check_operators(graph, [need.operator])
    before = graph.ancestors[need.operator]
    later = graph.descendants(need.operator) | 1 << need.operator
    alive = sum(
        tensor.size
        for tensor, readers in zip(graph.problem.tensors, graph.readers, strict=True)
        if (tensor.producer is None or before >> tensor.producer & 1) and (tensor.kept or readers & later)
    )
    return graph.own(need.operator) + alive - graph.saving(need.operator, graph.all & ~graph.descendants(need.operator))


def _check_cut(graph: Graph, cut: Cut) -> int:
    """Bytes proven by a `Cut`: a flow from operators that have run to operators that have not.

    Let X be the operators that have run when the cut's operator runs. Flow leaves X only along tensors alive after X: a
    return out of X would lead from a member of X to a predecessor outside of X, and X is closed under predecessors. So
    the flow is at most the bytes alive.
    """
    _check_operators(graph, [cut.operator])
    tensors = graph.problem.tensors
    surplus = [0] * graph.problem.operators  # flow out of each operator less flow into it
    fed = 0
    used = [0] * len(tensors)
    for tensor, consumer, amount in cut.reads:
        if amount < 0 or not 0 <= tensor < len(tensors):
            raise refusal(f"{amount} bytes cannot flow along tensor {tensor}")
        if not (tensors[tensor].kept if consumer == END else consumer in tensors[tensor].consumers):
            raise refusal(f"tensor {tensor} does not lead to operator {consumer}")
        used[tensor] += amount
        producer = tensors[tensor].producer
        if producer is None:
            fed += amount
        else:
            surplus[producer] += amount
        if consumer != END:
            surplus[consumer] -= amount
    for later, earlier, amount in cut.returns:
        _check_operators(graph, [later, earlier])
        if amount < 0 or not graph.direct[later] >> earlier & 1:
            raise refusal(f"{amount} bytes cannot return from operator {later} to operator {earlier}")
        surplus[later] += amount
        surplus[earlier] -= amount
    for number, amount in enumerate(used):
        if amount > tensors[number].size:
            raise refusal(f"{amount} bytes flow along tensor {number} of {tensors[number].size} bytes")
    sources = graph.ancestors[cut.operator]
    drains = graph.descendants(cut.operator) | 1 << cut.operator
    for operator in members(graph.all & ~sources & ~drains):
        if surplus[operator]:
            raise refusal(f"operator {operator} does not pass on what it receives")
    flow = fed + sum(surplus[operator] for operator in members(sources))
    return graph.own(cut.operator) + flow - _excess(graph, cut)


def _excess(graph: Graph, cut: Cut) -> int:
    """Bytes of the flow that the cut's operator may save; they flow to it directly from their producers."""
    saving = graph.savings.get(cut.operator)
    if saving is None:
        return 0
    received = dict.fromkeys((tensor for tensor, _ in saving.saved), 0)
    for tensor, consumer, amount in cut.reads:
        if consumer == cut.operator and tensor in received:
            received[tensor] += amount
    sizes = graph.problem.tensors
    return min(saving.most, sum(max(0, received[t] - sizes[t].size + saved) for t, saved in saving.saved))


def _check_exhausted(graph: Graph, record: Exhausted) -> int:
    """Bytes proven by an `Exhausted` record.

    If an order below the bound passes through a recorded state, then some order below the bound passes through another
    recorded state closer to the goal. The start is recorded, the goal is not, and the states are finitely many. So no
    order is below the bound.
    """
    width = (graph.problem.operators + 7) // 8
    count = len(record.moves) // 8
    if not count or len(record.moves) != 8 * count or len(record.states) != width * count:
        raise refusal("states and moves of the search do not fit each other")
    states = [int.from_bytes(record.states[i * width : (i + 1) * width], "little") for i in range(count)]
    recorded = set(states)
    start, goal = (graph.all, 0) if record.backward else (0, graph.all)
    if start not in recorded or goal in recorded:
        raise refusal("the search did not begin at the start, or reached the goal")
    for number, state in enumerate(states):
        if state & ~graph.all or graph.needed(state) & ~state:
            raise refusal(f"state {number} is not closed under predecessors")
    for number, state in enumerate(states):
        move = int.from_bytes(record.moves[8 * number : 8 * number + 8], "little", signed=True)
        if move == OPEN:
            ways = _ways_back(graph, state) if record.backward else _ways_on(graph, state, events=record.events)
            if any(memory < record.bound and following not in recorded for memory, following in ways):
                raise refusal(f"a way on from state {number} was not looked at")
        elif not 0 <= move < count:
            raise refusal(f"state {number} commits to state {move}, which does not exist")
        else:
            _check_commitment(graph, number, state, states[move], backward=record.backward)
    return record.bound


def _ways_back(graph: Graph, state: Operators) -> Iterator[tuple[int, Operators]]:
    """For each operator that may be the last of a closed set: bytes in use while it runs, and the set before it."""
    needed = graph.needed(state)
    for last in members(state & ~needed):
        before = state & ~(1 << last)
        yield graph.live(before) + graph.own(last) - graph.saving(last, state), before


def _ways_on(graph: Graph, state: Operators, *, events: bool) -> Iterator[tuple[int, Operators]]:
    """The ways to continue from a closed set: bytes that each needs, and the set after it.

    With `events`, a way runs all operators up to the next event at once; see `Exhausted`.
    """
    live = graph.live(state)
    if not events:
        for operator in graph.ready(state):
            after = state | 1 << operator
            yield live + graph.own(operator) - graph.saving(operator, after), after
        return
    targets: dict[Operators, int] = {}
    for event, extra in graph.events:
        if event & ~state:
            targets[state | event] = max(extra, targets.get(state | event, 0))
    nearest: list[Operators] = []
    for target in sorted(targets, key=int.bit_count):
        if all(other & ~target for other in nearest):
            nearest.append(target)
            part = target & ~state
            last = [v for v in members(part) if not part & ~graph.ancestors[v] & ~(1 << v)]
            saving = sum(graph.saving(v, target) for v in last)
            yield live + targets[target] + sum(graph.written[v] for v in members(part)) - saving, target


def _check_commitment(graph: Graph, number: int, state: Operators, goal: Operators, *, backward: bool) -> None:
    """Check that `goal` is further on than `state`, and that no closed set between them has fewer bytes alive."""
    low, high = (goal, state) if backward else (state, goal)
    if low & ~high or low == high:
        raise refusal(f"state {number} commits to a state that is not further on")
    if graph.live(goal) > least_live(graph, low, high):
        raise refusal(f"state {number} commits to a state with more alive than another on the way")


def _induced(problem: Problem, region: Region) -> Problem:
    """The problem induced by the operators of a region, by the rules of `Region`."""
    graph = Graph(problem)
    _check_operators(graph, region.operators)
    if len(set(region.operators)) < len(region.operators):
        raise refusal("a region names an operator twice")
    number = {operator: i for i, operator in enumerate(region.operators)}
    inside = set_of(region.operators)
    earlier = graph.all
    for operator in region.operators:
        earlier &= graph.ancestors[operator]
    later = set_of(v for v, needed in enumerate(graph.ancestors) if not inside & ~needed) & ~inside
    tensors: list[Charge] = []
    place: dict[int, int] = {}
    for index, (tensor, readers) in enumerate(zip(problem.tensors, graph.readers, strict=True)):
        place[index] = len(tensors)
        kept = tensor.kept or bool(readers & later)
        consumers = tuple(number[consumer] for consumer in tensor.consumers if consumer in number)
        if tensor.producer in number:
            tensors.append(Charge(tensor.size, number[tensor.producer], consumers, kept))
        elif (tensor.producer is None or earlier >> tensor.producer & 1) and (kept or consumers):
            tensors.append(Charge(tensor.size, None, consumers, kept))
        else:
            del place[index]
    before = tuple((number[a], number[b]) for a, b in problem.before if a in number and b in number)
    extra = tuple(graph.extra[operator] for operator in region.operators)
    saving = tuple(
        InPlaceSaving(number[operator], known.most, tuple((place[t], size) for t, size in known.saved if t in place))
        for operator, known in graph.savings.items()
        if operator in number
    )
    return Problem(len(region.operators), tuple(tensors), before, extra, savings=saving)


def _deferred(problem: Problem, deferral: Deferred) -> Problem:
    """The problem in which operators without inputs run right before their only reader, by the rules of `Deferred`.

    Moving such an operator there lowers the bytes alive while the operators in between run. While it runs itself, no
    more bytes are alive than while its reader runs.
    """
    graph = Graph(problem)
    _check_operators(graph, deferral.operators)
    waiting = set_of(deferral.operators)
    before = list(problem.before)
    for operator in deferral.operators:
        successors = [v for v in range(problem.operators) if graph.direct[v] >> operator & 1]
        outputs = [tensor for tensor in problem.tensors if tensor.producer == operator]
        reads = any(operator in tensor.consumers for tensor in problem.tensors)
        if graph.direct[operator] or reads or graph.extra[operator] or len(successors) != 1 or not outputs:
            raise refusal(f"operator {operator} cannot wait: it needs something itself or serves not exactly one")
        if any(tensor.kept or set(tensor.consumers) != set(successors) for tensor in outputs):
            raise refusal(f"operator {operator} cannot wait: not all its outputs end with operator {successors[0]}")
        before += [(other, operator) for other in members(graph.direct[successors[0]] & ~waiting)]
    return replace(problem, before=tuple(before))
