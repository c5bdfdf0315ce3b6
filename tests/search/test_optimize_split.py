"""`optimize` with strips: never worse than without, within its budgets, and every result equal to its source."""

from dataclasses import replace
from itertools import product

import pytest
from hand_made import beside, conditional, constant, graph, loop, remembering, tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import FLOAT, INT8, INT16, networks

from arenite import OptionError, Options, explore, optimize, zoo
from arenite.backends.sets import PORTABLE, REFERENCE
from arenite.backends.target import find_target
from arenite.backends.tflm.unpacking import packed
from arenite.budget import Budget
from arenite.checkers.validity import is_right
from arenite.errors import FitError, VerificationError
from arenite.model import Model, Operator
from arenite.operators.macs import macs
from arenite.problems.placement import Layout
from arenite.rewrite import Prune
from arenite.runtimes.process import absent
from arenite.runtimes.verification import verify
from arenite.search.candidate import Candidate, best_of, start_of
from arenite.search.layout_policy import LayoutPolicy
from arenite.search.objective import Objective
from arenite.search.partial.choose import Choice, neighbors
from arenite.search.partial.costs import Costs
from arenite.search.partial.line import Line
from arenite.search.partial.search import partial, promising, search
from arenite.search.partial.ways import UNEVEN
from arenite.search.task import silent
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

QUICK = Options(rounds=1, effort="low", reorder=False)
SPLIT = replace(QUICK, split=True)
HEAD = replace(SPLIT, minimize="head")


@pytest.mark.parametrize(
    ("minimize", "heads", "arenas", "expected"),
    [
        ("head", (10, 20), (99, 99), True),
        ("head", (9, 20), (99, 99), True),
        ("head", (9, 21), (1, 1), False),
        ("head", (11, 1), (1, 1), False),
        ("arena", (99, 99), (30, 40), True),
        ("arena", (99, 99), (30, 39), True),
        ("arena", (1, 1), (29, 41), False),
        ("arena", (1, 1), (31, 1), False),
    ],
)
def test_no_worse_is_so_with_each_set_of_kernels(minimize, heads, arenas, expected):
    other = sized((10, 20), (30, 40))
    assert sized(heads, arenas).no_worse(other, Objective(minimize)) is expected


def sized(heads, arenas, decision=None, extra=0):
    """A candidate with these sizes, whatever its decision is."""
    candidate = Candidate(decision, (), extra)
    candidate.heads, candidate.arenas = heads, arenas
    return candidate


@pytest.fixture(scope="module")
def mobilenet():
    return zoo.build("mobilenet-v2", width=0.35, resolution=48)


def work(model):
    return sum(map(macs, model.main.operators))


def arena(plan):
    return plan.target.arena(plan.model)


@pytest.mark.parametrize("target", ["tflm", "tflm-reference", "tflm-cmsis-nn/cortex-m4"])
def test_never_worse_than_without(mobilenet, target):
    whole = optimize(mobilenet, replace(QUICK, target=target))
    small_head = optimize(mobilenet, replace(HEAD, target=target))
    small_arena = optimize(mobilenet, replace(SPLIT, target=target))
    assert arena(small_head).head_bytes < 0.8 * arena(whole).head_bytes
    assert arena(small_arena).declare_bytes < arena(whole).declare_bytes
    assert arena(small_head).head_bytes <= arena(small_arena).head_bytes
    assert arena(small_arena).declare_bytes <= arena(small_head).declare_bytes
    for plan in (small_head, small_arena):
        assert plan.strips
        assert plan.after.macs - plan.before.macs == plan.extra_macs <= 0.10 * work(mobilenet)
        assert plan.lower_bound <= plan.after.head
        assert not plan.optimal


def test_the_order_tells_where_operators_come_from(mobilenet):
    plan = optimize(mobilenet, HEAD)
    assert len(plan.order) == len(plan.model.main.operators)
    for place, operator in zip(plan.order, plan.model.main.operators, strict=True):
        if place is None:
            assert operator.code in ("SLICE", "PAD", "CONCATENATION")
        else:
            assert operator.code == mobilenet.main.operators[place].code
    assert {place for place in plan.order if place is not None} == set(range(len(mobilenet.main.operators)))
    for strips in plan.strips:
        for place in strips.operators:
            assert plan.order.count(place) >= strips.number > 1


def test_no_budget_means_no_extra_work(mobilenet):
    plan = optimize(mobilenet, replace(HEAD, max_extra_macs=0.0))
    assert plan.extra_macs == 0
    assert plan.after.macs == plan.before.macs


def test_an_arena_is_reached_with_the_least_work(mobilenet):
    best = arena(optimize(mobilenet, replace(SPLIT, max_extra_macs=1.0))).declare_bytes
    whole = arena(optimize(mobilenet, QUICK)).declare_bytes
    easy = optimize(mobilenet, replace(SPLIT, arena=whole))
    assert not easy.strips
    between = optimize(mobilenet, replace(SPLIT, arena=(best + whole) // 2))
    assert arena(between).declare_bytes <= (best + whole) // 2
    with pytest.raises(FitError, match="was not reached"):
        optimize(mobilenet, replace(SPLIT, arena=best // 2))


def test_an_arena_costs_no_more_work_than_the_least_memory_does():
    """The search for this very size alone reaches none that is so small."""
    model = zoo.build("resnet8", channels=8)
    least = optimize(model, SPLIT)
    asked = optimize(model, replace(SPLIT, arena=arena(least).declare_bytes))
    assert arena(asked).declare_bytes <= arena(least).declare_bytes
    assert asked.extra_macs <= least.extra_macs > 0


def test_optimize_never_beats_the_frontier():
    """The points that lie spread over the frontier, and their neighbors, are larger at the same work."""
    model = zoo.build("resnet8")
    found = optimize(model, SPLIT)
    size, work = arena(found).declare_bytes, found.after.macs
    assert any(point.arena_bytes <= size and point.macs <= work for point in explore(model, QUICK).points)


def test_inputs_are_kept(mobilenet):
    plan = optimize(mobilenet, replace(HEAD, keep_inputs=True))
    assert plan.strips
    assert is_right(plan.model, PORTABLE, keep_inputs=True)
    assert not is_right(optimize(mobilenet, HEAD).model, PORTABLE, keep_inputs=True)


def test_what_cannot_be_split_is_left_whole():
    small = zoo.build("paper")
    plan = optimize(small, replace(SPLIT, overlap=True))
    whole = optimize(small, QUICK)
    assert arena(plan).declare_bytes <= arena(whole).declare_bytes
    x, y = tensor("x"), tensor("y")
    addition = Operator("ADD", (x, constant("c", 1.0, 2.0, 3.0, 4.0)), (y,), {"fused_activation_function": 0})
    plain = Model("plain", (graph([x], [y], [addition]),))
    assert "nothing is executed in strips" in optimize(plain, SPLIT).notes[-1]


@pytest.mark.parametrize("other", [conditional, loop, remembering])
def test_graphs_and_variables_beside_them_forbid_no_strips(mobilenet, other):
    plan = optimize(beside(mobilenet, other()), replace(HEAD, verify=True, rounds=3))
    assert plan.strips
    assert plan.after.head < plan.before.head
    assert plan.verified == {"litert": "identical", "tflm": "identical"}
    assert is_right(plan.model, PORTABLE)


def test_a_plan_to_respect_is_left(mobilenet):
    planned = optimize(mobilenet, QUICK).model
    plan = optimize(planned, replace(SPLIT, plan="respect"))
    assert not plan.changed
    assert not plan.strips
    replaced = optimize(planned, HEAD)
    assert replaced.strips
    assert replaced.model.with_plan(None).plan is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"split": True, "overlap": False},
        {"split": True, "layout": False},
        {"split": True, "minimize": "tail"},
        {"split": True, "max_extra_macs": -0.1},
        {"split": True, "arena": -1},
        {"arena": 1000},
        {"minimize": "head"},
        {"max_extra_macs": 0.2},
    ],
)
def test_options_that_make_no_sense(wrong):
    with pytest.raises(OptionError):
        Options(**wrong)


TARGETS = ("tflm", "tflm-reference")


@pytest.mark.parametrize("type_", [INT8, INT16, FLOAT])
def test_random_networks(type_):
    """Every choice that the search makes of a network computes the same, and its head is what TFLM reports."""
    verified = set()

    @settings(max_examples=40)
    @given(networks(types=(type_,)), st.sampled_from(TARGETS), st.booleans())
    def check(model, target, keep_inputs):
        model = Prune().run(model)
        policy = LayoutPolicy(find_target(target), keep_inputs, {})
        costs = Costs(Line(model, keep_inputs), find_target(target))
        chosen = search(costs, work(model), Budget(), report=silent)[:2]
        near = [each for choice in chosen[:1] for each in neighbors(costs, choice, work(model))]
        uneven = [each for each in near if any(segment.kind in UNEVEN.values() for segment in each.segments)]
        for choice in (*chosen, *uneven[:2]):
            found = partial(packed(model), policy, choice, Budget(), rooms=[policy.target.backend])
            if found is not None:
                assert choice.extra_macs == work(found.shared.model) - work(model)
                result = verify(
                    model,
                    write_bytes(found.shared.model),
                    rounds=1,
                    expected_head=found.shared.heads[REFERENCE],
                )
                assert result.problem is None
                verified.update((target, name) for name, status in result.status.items() if status == "identical")

    check()
    runtimes = [name for name in ("litert", "tflm") if absent(name) is None]
    assert verified == set(product(TARGETS, runtimes))


def test_real_models_keep_to_their_goals(shared):
    """The goals for person_detect and visual wake words, for which few seconds are enough."""
    for name, target, minimize, most in (
        ("tflite-micro__person_detect.tflite", "tflm", "head", 30_000),
        ("tflite-micro__person_detect.tflite", "tflm-reference", "head", 24_000),
        ("tflite-micro__person_detect.tflite", "tflm", "arena", 70_000),
        ("tflite-micro__person_detect.tflite", "tflm-reference", "arena", 62_500),
        ("tiny__vww_96_int8.tflite", "tflm", "head", 38_000),
        ("tiny__vww_96_int8.tflite", "tflm-reference", "head", 35_000),
    ):
        plan = optimize(read_model(shared / "models" / name), replace(SPLIT, target=target, minimize=minimize))
        size = arena(plan).head_bytes if minimize == "head" else arena(plan).declare_bytes
        assert size <= most, (name, target, minimize)
        assert "identical" in plan.verified["tflm"] or absent("tflm")


def test_a_larger_arena_for_a_smaller_head_is_said():
    source = zoo.build("chain")
    plan = optimize(source, replace(HEAD, target="tflm-reference"))
    before, after = (plan.target.arena(model).declare_bytes for model in (source, plan.model))
    assert plan.after.head < plan.before.head
    assert after > before
    assert f"grows from {before:,} to {after:,} bytes: what is kept for each operator outgrows" in plan.notes[-1]
    assert "minimizing the arena" in plan.notes[-1]
    small = optimize(source, replace(SPLIT, target="tflm-reference"))
    assert not any("grows" in note for note in small.notes)


def test_a_wrong_layout_of_strips_is_not_written(monkeypatch):
    """First fit claims that everything fits at offset 0; candidates are not checked, but the best one is."""

    def wrong(problem, *_):
        return Layout((0,) * len(problem.buffers), max(buffer.size for buffer in problem.buffers), 0)

    monkeypatch.setattr("arenite.search.partial.layout._solved", wrong)
    monkeypatch.setattr("arenite.search.split.lowered_by_cp_sat", lambda *_: None)
    model, options = zoo.build("mobilenet-v2", width=0.35, resolution=48), replace(HEAD, verify=False)
    for search_of in (optimize, explore):
        with pytest.raises(VerificationError, match=r"clash|begins"):
            search_of(model, options)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_gaps_above_what_is_of_use_are_not_filled(share):
    """Limits of use only lower the number of choices with large heads; the smallest head stays."""
    model = Prune().run(zoo.build("mobilenet-v2", width=0.35, resolution=48))

    def heads(**options):
        costs = Costs(Line(model), find_target("tflm"))
        return [choice.head for choice in search(costs, work(model), Budget(), report=silent, **options)]

    every, some = heads(), heads(useful=lambda choice: choice.head * (1 + share))
    assert min(some) == min(every)
    assert len(some) < len(every)


def test_of_equal_heads_the_smaller_arena_is_taken_but_the_least_work_goes_on():
    def candidate(name, head, declared, extra):
        return sized((head,), (declared,), name, extra)

    found = [candidate("large", 64, 320, 0), candidate("small", 64, 256, 9), candidate("least", 80, 128, 0)]
    assert best_of(found, Objective("head")).decision == "small"
    assert best_of(found, Objective("arena")).decision == "least"
    assert start_of(found, Objective("head")).decision == "large"
    choices = [Choice(head=64, tail=16, extra_macs=9), Choice(head=64, tail=48), Choice(head=80)]
    assert promising(choices, Objective("head"), 0) == [choices[1], choices[0], choices[2]]
