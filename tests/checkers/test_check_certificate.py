"""The checker of certificates: accepts true proofs, refuses damaged ones, never believes a false bound."""

import random
from dataclasses import replace

import pytest
from oracles import brute, proofs
from oracles.proofs import record
from oracles.samples import anything, renumbered

from arenite.checkers.order import check_certificate
from arenite.checkers.order_sets import Graph, least_live, members, set_of
from arenite.errors import VerificationError
from arenite.problems.certificate import Cut, Deferred, Exhausted, Floor, Need, Region
from arenite.problems.order import Charge, Problem

KINDS = pytest.mark.parametrize(
    ("backward", "events"), [(False, False), (False, True), (True, False)], ids=["forward", "events", "backward"]
)

# 0 -> a (16) -> 2, 1 -> b (32) -> 2 and 3; 2 -> c (64) -> 3; the input (8) feeds 0 and 1.
DIAMOND = Problem(
    4,
    (
        Charge(8, None, (0, 1)),
        Charge(16, 0, (2,)),
        Charge(32, 1, (2, 3)),
        Charge(64, 2, (3,)),
        Charge(128, 3, (), kept=True),
    ),
    extra=(0, 0, 0, 1),
    floor=8,
)


def refused(problem, certificate, match=None):
    with pytest.raises(VerificationError, match=match):
        check_certificate(problem, certificate)


def tiny(rng):
    problem = anything(rng, rng.randint(1, 6))
    return renumbered(rng, problem) if rng.random() < 0.5 else problem


def test_floor():
    assert check_certificate(DIAMOND, Floor(8)) == 8
    refused(DIAMOND, Floor(9), "claims 9 bytes but proves only 8")


def test_need_counts_what_no_order_can_avoid():
    assert check_certificate(DIAMOND, Need(112, 2)) == 112
    assert check_certificate(DIAMOND, Need(225, 3)) == 225
    assert check_certificate(DIAMOND, Need(24, 0)) == 24
    refused(DIAMOND, Need(113, 2), "proves only 112")
    refused(DIAMOND, Need(226, 3), "proves only 225")
    refused(DIAMOND, Need(1, 4), "no operator 4")


def test_need_is_never_above_the_best_order():
    rng = random.Random(1)
    for _ in range(300):
        problem = tiny(rng)
        best = brute.least_peak(problem)
        for operator in range(problem.operators):
            refused(problem, Need(best + 1, operator), "proves only")


# 0 splits into two branches that 4 joins: 1 -> 2 (large, then small) and 3. While 3 runs either the input of 1
# or the output of 1 or the output of 2 is alive.
BRANCHES = Problem(
    5,
    (
        Charge(40, None, (0,)),
        Charge(50, 0, (1,)),
        Charge(60, 0, (3,)),
        Charge(30, 1, (2,)),
        Charge(20, 2, (4,)),
        Charge(10, 3, (4,)),
        Charge(5, 4, (), kept=True),
    ),
)
FLOW = Cut(90, 3, ((1, 1, 20), (2, 3, 60), (3, 2, 20), (4, 4, 20)), ())


def test_cut_by_a_flow_through_operators_that_may_run_before_or_after():
    assert check_certificate(BRANCHES, FLOW) == 90


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        ({"bound": 91}, "proves only 90"),
        ({"operator": 1}, "operator 3 does not pass on"),
        ({"operator": 5}, "no operator 5"),
        ({"operator": -1}, "no operator -1"),
        ({"reads": ((1, 1, 21), *FLOW.reads[1:])}, "operator 1 does not pass on"),
        ({"reads": ((1, 1, 21), FLOW.reads[1], (3, 2, 21), (4, 4, 20))}, "operator 2 does not pass on"),
        ({"reads": ((1, 1, 21), FLOW.reads[1], (3, 2, 21), (4, 4, 21))}, "21 bytes flow along tensor 4 of 20 bytes"),
        ({"reads": (*FLOW.reads, (2, 3, 1))}, "61 bytes flow along tensor 2 of 60"),
        ({"reads": (*FLOW.reads, (2, 4, 0))}, "tensor 2 does not lead to operator 4"),
        ({"reads": (*FLOW.reads, (4, -1, 0))}, "tensor 4 does not lead to operator -1"),
        ({"reads": (*FLOW.reads, (7, 4, 1))}, "tensor 7"),
        ({"reads": (*FLOW.reads, (-1, -1, 1))}, "tensor -1"),
        ({"reads": (*FLOW.reads, (4, 4, -1))}, "-1 bytes"),
        ({"reads": FLOW.reads[1:]}, "operator 1 does not pass on"),
        ({"reads": FLOW.reads[:1] + FLOW.reads[2:]}, "proves only 30"),
        ({"returns": ((4, 1, 5),)}, "cannot return from operator 4 to operator 1"),
        ({"returns": ((1, 2, 5),)}, "cannot return from operator 1 to operator 2"),
        ({"returns": ((2, 1, -5),)}, "-5 bytes cannot return"),
        ({"returns": ((2, 1, 5),)}, "does not pass on"),
        ({"returns": ((4, 9, 5),)}, "no operator 9"),
        ({"returns": ((1, 0, 5), (2, 1, 5), (4, 2, 5))}, "proves only 85"),
    ],
)
def test_cut_refuses_damage(damage, match):
    refused(BRANCHES, replace(FLOW, **damage), match)


def test_cut_with_every_flow_at_random_is_never_above_the_best_order():
    rng = random.Random(2)
    accepted = 0
    for _ in range(3000):
        problem = tiny(rng)
        best = brute.least_peak(problem)
        reads = []
        for number, tensor in enumerate(problem.tensors):
            ends = [*tensor.consumers, *([-1] if tensor.kept else [])]
            if ends and rng.random() < 0.7:
                reads.append((number, rng.choice(ends), tensor.size))
        cut = Cut(best + 1, rng.randrange(problem.operators), tuple(reads), ())
        try:
            check_certificate(problem, cut)
        except VerificationError as error:
            accepted += "proves only" in str(error)
        else:
            pytest.fail(f"believes {best + 1}: {problem} {cut}")
    assert accepted > 100


@KINDS
def test_exhausted_search_proves_the_best_peak(backward, events):
    rng = random.Random(3)
    for _ in range(250):
        problem = replace(tiny(rng), floor=0)
        best = brute.least_peak(problem)
        proof = proofs.exhausted(problem, best, rng, backward=backward, events=events)
        assert check_certificate(problem, proof) == best, (problem, proof)
        higher = proofs.exhausted(problem, best + 1, rng, backward=backward, events=events)
        refused(problem, higher, "not looked at|reached the goal")


@KINDS
def test_exhausted_search_with_any_damage_never_proves_too_much(backward, events):
    rng = random.Random(4)
    believed = 0
    for _ in range(1500):
        problem = replace(tiny(rng), floor=0)
        best = brute.least_peak(problem)
        bound = best + rng.choice((0, 0, 1, 16))
        proof = proofs.exhausted(problem, bound, rng, backward=backward, events=events)
        proof = _damaged(rng, proof, (problem.operators + 7) // 8)
        try:
            proven = check_certificate(problem, proof)
        except VerificationError:
            continue
        believed += 1
        assert proven <= best, (problem, proof)
    assert believed > 20


def _damaged(rng, proof, width):
    states, moves = bytearray(proof.states), bytearray(proof.moves)
    at = rng.randrange(len(moves) // 8)
    kind = rng.choice(("flip", "drop", "move", "direction", "events", "swap"))
    if kind == "flip":
        states[at * width] ^= 1 << rng.randrange(6)
    elif kind == "drop":
        del states[at * width : (at + 1) * width], moves[at * 8 : (at + 1) * 8]
    elif kind == "move":
        moves[at * 8 : (at + 1) * 8] = rng.randint(-1, len(moves) // 8).to_bytes(8, "little", signed=True)
    elif kind == "direction":
        return replace(proof, backward=not proof.backward)
    elif kind == "events":
        return replace(proof, events=not proof.events)
    else:
        moves[:8], moves[at * 8 : (at + 1) * 8] = moves[at * 8 : (at + 1) * 8], moves[:8]
    return replace(proof, states=bytes(states), moves=bytes(moves))


# Peak 225 in every order, of which operator 3 is to blame: below it everything else is looked at.
RECORD = (DIAMOND, 225, [(), (0,), (1,), (0, 1), (0, 1, 2)], [-1, -1, -1, -1, -1])


def test_exhausted_search_by_hand():
    assert check_certificate(DIAMOND, record(*RECORD)) == 225
    problem, bound, states, moves = RECORD
    assert check_certificate(problem, record(problem, bound, states[::-1], moves)) == 225


@pytest.mark.parametrize("missing", range(5))
def test_exhausted_search_misses_a_state(missing):
    problem, bound, states, moves = RECORD
    states = states[:missing] + states[missing + 1 :]
    refused(problem, record(problem, bound, states, moves[1:]), "not looked at|begin at the start")


@pytest.mark.parametrize(
    ("states", "moves", "match"),
    [
        ([(), (0, 1, 2, 3)], [-1, -1], "reached the goal"),
        ([(), (0,)], [-1, -1], "a way on from state 0 was not looked at"),
        ([(2,), (), (0,), (1,), (0, 1), (0, 1, 2)], [-1] * 6, "state 0 is not closed"),
        ([(), (4,)], [-1, -1], "not closed"),
        ([(), (0,)], [2, -1], "does not exist"),
        ([(), (0,)], [-2, -1], "does not exist"),
        ([(), (0,)], [0, -1], "not further on"),
        ([(), (0,)], [-1, 0], "not looked at"),
        ([(), (0,), (1,), (0, 1), (0, 1, 2)], [-1, 0, -1, -1, -1], "state 1 commits to a state that is not further"),
        ([(), (0,), (1,), (0, 1), (0, 1, 2)], [1, -1, -1, -1, -1], "state 0 commits to a state with more alive"),
        ([(), (0, 1)], [1, -1], "state 0 commits to a state with more alive"),
        ([], [], "do not fit"),
        ([(), (0,)], [-1], "do not fit"),
    ],
)
def test_exhausted_search_refuses_damage(states, moves, match):
    refused(DIAMOND, record(DIAMOND, 225, states, moves), match)


def test_commitment_must_not_pass_over_a_state_with_less_alive():
    # Alive after 0, 1, 2 operators of the chain: 100, 50, 10, 60, 100. The goals have less than the state, not least.
    sizes = (100, 50, 10, 60, 100)
    made = (Charge(sizes[i + 1], i, (i + 1,) if i < 3 else (), kept=i == 3) for i in range(4))
    chain = Problem(4, (Charge(100, None, (0,)), *made))
    match = "state 0 commits to a state with more alive than another on the way"
    refused(chain, record(chain, 160, [(), (0, 1, 2)], [1, -1]), match)
    refused(chain, record(chain, 160, [(0, 1, 2, 3), (0,)], [1, -1], backward=True), match)
    assert check_certificate(chain, record(chain, 160, [(), (0, 1), (0, 1, 2)], [1, -1, -1])) == 160
    assert check_certificate(chain, record(chain, 150, [(0, 1, 2, 3), (0, 1), (0,)], [1, -1, -1], backward=True)) == 150


def test_exhausted_search_refuses_a_larger_claim():
    problem, bound, states, moves = RECORD
    refused(problem, record(problem, bound + 1, states, moves), "not looked at")


def test_exhausted_search_of_nothing():
    refused(Problem(0, ()), Exhausted(1, False, False, b"", b"\xff" * 8))


def test_region_is_the_part_of_the_problem():
    region = Region(112, (2,), Need(112, 0))
    assert check_certificate(DIAMOND, region) == 112
    assert check_certificate(DIAMOND, Region(96, (2, 1), Need(96, 0))) == 96
    refused(DIAMOND, Region(97, (2, 1), Need(97, 0)), "proves only 96")  # operator 1 may run before tensor 1 is written
    refused(DIAMOND, replace(region, bound=113), "proves only 112")
    refused(DIAMOND, replace(region, operators=(1,)), "proves only")
    refused(DIAMOND, replace(region, operators=(2, 2)), "twice")
    refused(DIAMOND, replace(region, operators=(4,)), "no operator 4")
    refused(DIAMOND, replace(region, operators=()), "no operator 0")
    refused(DIAMOND, replace(region, inner=Need(112, 1)), "no operator 1")
    refused(DIAMOND, replace(region, inner=Need(113, 0)), "proves only 112")


def test_region_keeps_what_crosses_it():
    # 0 -> 1 -> 2 -> 3, and a tensor of 1000 bytes from 0 to 3: while 1 and 2 run it is alive.
    crossing = Problem(
        4, (Charge(1000, 0, (3,)), Charge(16, 0, (1,)), Charge(16, 1, (2,)), Charge(16, 2, (3,)), Charge(7, 1, (3,)))
    )
    assert check_certificate(crossing, Region(1039, (1, 2), Need(1039, 0))) == 1039
    assert check_certificate(crossing, Region(1039, (1, 2), Need(1039, 1))) == 1039
    refused(crossing, Region(1040, (1, 2), Need(1040, 0)), "proves only 1039")


def test_region_of_any_operators_never_proves_too_much():
    rng = random.Random(5)
    strongest = 0
    for _ in range(500):
        problem = replace(tiny(rng), floor=0)
        best = brute.least_peak(problem)
        part = tuple(rng.sample(range(problem.operators), rng.randint(1, problem.operators)))
        inner = _induced_by_the_book(problem, part)
        bound = brute.least_peak(inner)
        assert bound <= best
        strongest += bound == best
        events = rng.random() < 0.5
        proof = proofs.exhausted(inner, bound, rng, backward=not events and rng.random() < 0.5, events=events)
        assert check_certificate(problem, Region(bound, part, proof)) == bound
        refused(problem, Region(best + 1, part, replace(proof, bound=best + 1)))
    assert strongest > 50


def _induced_by_the_book(problem, part):
    needs = proofs.predecessors(problem)

    def ancestors(operator):
        found = set(needs[operator])
        while more := set().union(*(needs[v] for v in found)) - found:
            found |= more
        return found

    above = {v: ancestors(v) for v in range(problem.operators)}
    tensors = []
    for tensor in problem.tensors:
        outside = [c for c in tensor.consumers if c not in part]
        kept = tensor.kept or any(set(part) <= above[c] for c in outside)
        consumers = tuple(part.index(c) for c in tensor.consumers if c in part)
        if tensor.producer in part:
            tensors.append(Charge(tensor.size, part.index(tensor.producer), consumers, kept))
        elif (tensor.producer is None or all(tensor.producer in above[v] for v in part)) and (kept or consumers):
            tensors.append(Charge(tensor.size, None, consumers, kept))
    before = tuple((part.index(a), part.index(b)) for a, b in problem.before if a in part and b in part)
    return Problem(len(part), tuple(tensors), before, tuple(problem.extra[v] if problem.extra else 0 for v in part))


# 0 and 1 need nothing and serve 3 only; 2 reads the input, 3 reads all of them. Best: 2 first, while little is alive.
WAITING = Problem(
    5,
    (
        Charge(10, None, (2,)),
        Charge(100, 0, (3,)),
        Charge(200, 1, (3,)),
        Charge(50, 2, (3, 4)),
        Charge(20, 3, (4,)),
        Charge(5, 4, (), kept=True),
    ),
)


def test_deferred_operators_wait_for_what_their_reader_needs():
    # Only then is the input certain to be gone, and the output of 2 certain to be there, when 0 runs.
    proof = Deferred(150, (0, 1), Need(150, 0))
    assert check_certificate(WAITING, proof) == 150
    assert check_certificate(WAITING, Deferred(250, (1,), Need(250, 1))) == 250
    refused(WAITING, Need(150, 0), "proves only 100")
    refused(WAITING, replace(proof, bound=151), "proves only 150")
    refused(WAITING, replace(proof, operators=(1,)), "proves only 100")
    refused(WAITING, replace(proof, operators=(0, 5)), "no operator 5")


@pytest.mark.parametrize(
    ("problem", "match"),
    [
        (replace(WAITING, before=((2, 0),)), "needs something itself"),
        (replace(WAITING, before=((0, 2),)), "not exactly one"),
        (replace(WAITING, extra=(1, 0, 0, 0, 0)), "needs something itself"),
        (replace(WAITING, tensors=(*WAITING.tensors, Charge(1, None, (0,)))), "needs something itself"),
        (replace(WAITING, tensors=(*WAITING.tensors, Charge(1, 1, (0,)))), "needs something itself"),
        (replace(WAITING, tensors=(*WAITING.tensors, Charge(1, 0, (4,)))), "not exactly one"),
        (replace(WAITING, tensors=(*WAITING.tensors, Charge(1, 0, ()))), "not all its outputs end"),
        (replace(WAITING, tensors=(*WAITING.tensors, Charge(1, 0, (3,), kept=True))), "not all its outputs end"),
        (replace(WAITING, tensors=WAITING.tensors[:1] + WAITING.tensors[2:], before=((0, 3),)), "needs something"),
    ],
)
def test_deferred_refuses_operators_that_may_not_wait(problem, match):
    refused(problem, Deferred(1, (0,), Need(1, 0)), match)


def test_deferred_never_proves_too_much():
    rng = random.Random(9)
    deferred = 0
    for _ in range(4000):
        problem = replace(tiny(rng), floor=0)
        part = tuple(rng.sample(range(problem.operators), min(problem.operators, rng.randint(1, 2))))
        try:
            check_certificate(problem, Deferred(0, part, Floor(0)))
        except VerificationError:
            continue
        deferred += 1
        best = brute.least_peak(problem)
        for operator in range(problem.operators):
            refused(problem, Deferred(best + 1, part, Need(best + 1, operator)), "proves only")
    assert deferred > 20


def test_least_alive_between_two_sets_equals_trying_all():
    rng = random.Random(6)
    for _ in range(300):
        problem = tiny(rng)
        sets = proofs.closed_sets(problem)
        low = rng.choice(sets)
        high = rng.choice([other for other in sets if low <= other])
        graph = Graph(problem)
        least = min(proofs.live(problem, done) for done in sets if low <= done <= high)
        assert least_live(graph, set_of(low), set_of(high)) == least, (problem, low, high)


def test_members_of_a_set():
    assert list(members(set_of([5, 0, 70]))) == [0, 5, 70]


def test_a_circle_is_refused():
    circle = Problem(2, (Charge(16, 0, (1,)),), before=((1, 0),))
    refused(circle, Need(16, 0), "circle")
