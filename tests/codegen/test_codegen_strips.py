"""Models for the target `c`: views that cost no call, strips as loops, and the same results."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from arenite import zoo
from arenite.backends.sets import GENERATED_C
from arenite.backends.target import C
from arenite.budget import Budget
from arenite.checkers.validity import is_right
from arenite.codegen.loops import rolled
from arenite.codegen.program import Address, Call, Growing, LookedUp, Loop, Parameters, Structure
from arenite.rewrite import Prune
from arenite.rewrite.strips import region_of, strip_plan
from arenite.runtimes.inputs import random_inputs
from arenite.search.layout_policy import LayoutPolicy
from arenite.search.optimization import preview
from arenite.search.options import Options
from arenite.search.partial.layout import laid_out
from arenite.search.partial.realize import in_parts

from .harness import arena_size, run_c, sources


@pytest.fixture(scope="module")
def whole():
    return zoo.build("mobilenet-v1")


@pytest.fixture(scope="module")
def strips(whole):
    return preview(whole, Options(target="c", split=True))


def test_strips_compute_the_same(whole, strips, tmp_path):
    rounds = [random_inputs(whole, 2, 3)] * 2
    ours, others = run_c([strips, whole], rounds, tmp_path)
    for one, other in zip(ours, others, strict=True):
        assert np.array_equal(one[0], other[0])


def test_the_arena_of_the_target_is_that_of_the_export(whole, strips):
    assert is_right(strips, GENERATED_C)
    arena = C.arena(strips)
    assert (arena.tail_bytes, arena.scratch_bytes) == (0, 0)
    assert arena.declare_bytes < C.arena(whole).declare_bytes / 2
    assert arena_size(sources(strips, "m", may_move=False)) == arena.declare_bytes


def calls(model):
    """Calls as they stand in the schedule."""
    return len(re.findall(r"^ +arenite_\w+\(", sources(model, "m", may_move=False)["m.c"], re.MULTILINE))


@pytest.mark.parametrize("halo", ["recompute", "keep"])
def test_code_does_not_grow_with_the_number_of_strips(whole, halo):
    region = region_of(whole, whole.main.operators[:4])
    counts, operators = [], []
    for number in (6, 12, 24):
        strips = Prune().run(in_parts(whole, strip_plan(region, number, halo=halo)))
        policy = LayoutPolicy(C, False, {}, progress=lambda *_: None)
        shared = laid_out(strips, policy, [C.backend], Budget()).shared
        counts.append(calls(shared.model))
        operators.append(len(strips.main.operators))
    assert operators[-1] > 2.5 * operators[0]
    assert max(counts) < 1.4 * counts[0]
    assert max(counts) < 2 * len(whole.main.operators)


def test_strips_as_the_search_chooses_them_are_loops(whole, strips):
    """A layout that is squeezed is less regular, so that the body of a loop has several strips."""
    assert len(strips.main.operators) > 3 * len(whole.main.operators)
    assert calls(strips) < len(strips.main.operators) / 2


def call(index, kernel, *arguments, idle=False):
    return Call(index, kernel, arguments, idle)


def layer(number):
    return Parameters("layer", Structure((("number", number),)))


def place(offset):
    return Address(offset, "int8_t", writable=True)


def executed(schedule):
    """The calls of a schedule, with every number worked out."""
    for each in schedule:
        if not isinstance(each, Loop):
            yield each.kernel, each.arguments
            continue
        for i in range(each.count):
            row = each.table[i] if each.table else ()
            for one in each.body:
                yield one.kernel, tuple(_worked_out(argument, i, row) for argument in one.arguments)


def _worked_out(argument, i, row):
    if isinstance(argument, Address):
        return replace(argument, offset=_worked_out(argument.offset, i, row))
    if isinstance(argument, Growing):
        return argument.first + argument.step * i
    return row[argument.column] if isinstance(argument, LookedUp) else argument


def test_numbers_that_stay_grow_or_are_looked_up():
    rng = np.random.default_rng(4)
    offsets = [int(each) for each in rng.integers(0, 100_000, 9)]
    calls = [call(0, "start", layer(0), place(0))]
    for i in range(9):
        calls.append(call(2 * i, "conv", layer(1), 7, 9 - i, place(64 * i), place(offsets[i])))
        calls.append(call(2 * i + 1, "add", layer(2), place(offsets[i]), place(1600 - 160 * i)))
    calls.append(call(99, "end", layer(0), place(0)))
    schedule = rolled(calls)
    assert [type(each) for each in schedule] == [Call, Loop, Call]
    assert len(schedule[1].table[0]) == 1
    assert schedule[1].width == "int32_t"
    assert list(executed(schedule)) == [(each.kernel, each.arguments) for each in calls]


def test_what_is_not_repeated_stays_as_it_is():
    calls = [call(i, f"kernel_{i}", place(i)) for i in range(20)]
    assert rolled(calls) == calls
    assert rolled([]) == []


def test_idle_calls_are_left_out_unless_a_loop_needs_them():
    """A copy onto itself may be made as well, so that a stretch in which it is needed once still is a loop."""
    idle = [call(i, "copy", layer(1), place(16 * i), place(16 * i), idle=True) for i in range(8)]
    assert rolled(idle) == []
    calls = []
    for i in range(8):
        calls += [call(i, "conv", layer(2), place(16 * i), place(32 * i)), idle[i], call(i, "add", place(8 * i))]
    (loop,) = rolled(calls)
    assert [each.kernel for each in loop.body] == ["conv", "add"]
    calls[4] = replace(calls[4], arguments=(layer(1), place(3), place(7)), idle=False)
    (loop,) = rolled(calls)
    assert [each.kernel for each in loop.body] == ["conv", "copy", "add"]
    assert list(executed([loop])) == [(each.kernel, each.arguments) for each in calls]
