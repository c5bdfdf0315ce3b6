"""Layout: MiniMalloc's instances at their capacity, tens of thousands of buffers, networks in their best order."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.backends.sets import NO_OVERLAP
from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.checkers.order import check_order
from arenite.checkers.placement import check as check_layout
from arenite.formulate.placement import overlap_problem
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.problems.lifetimes import maximum_load
from arenite.problems.placement import Buffer, PlacementProblem
from arenite.search.buffer_list import read_buffers
from arenite.search.joint.common import Rules
from arenite.search.joint.jointly import solve_jointly
from arenite.solve.order.solver import solve
from arenite.solve.place.disjoint import solve as solve_layout
from benchmarks.graphs import FAMILIES, inception, randwire
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.problems.order import Problem

INSTANCES = Path(__file__).parent / "minimalloc"
COLUMNS = ("instance", "buffers", "load", "height", "bound", "optimal", "asked", "met", "seconds")
STEPS = 60 * STEPS_PER_SECOND
LARGE = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "idealloc"
"""Instances of others with up to 28,526 buffers, measured where this folder lies beside the checkout."""
ENOUGH_ABOVE_LOAD = 1.01
"""Height by load that the project wants of layouts too large for an exact search."""


def run(only: str) -> Table:
    """Height and seconds of every instance whose name contains `only`."""
    table = Table("Layout: least height, at most 60 million steps each (bytes)", COLUMNS)
    for path in sorted(INSTANCES.glob("*.csv")):
        letter, capacity = path.stem.split(".")
        instance, goal = read_buffers(path).problem, int(capacity)
        if only.lower() in (name := f"minimalloc {letter}").lower():
            _measure(table, name, instance, goal)
        load = maximum_load(instance)
        if load < goal and only.lower() in (name := f"minimalloc {letter}, least").lower():
            _measure_up_to(table, name, instance, load + (goal - load) // 2, goal=None)
    for name, large in _large():
        if only.lower() in name.lower():
            _measure_up_to(table, name, large, int(maximum_load(large) * ENOUGH_ABOVE_LOAD), goal=None)
    for name, problem in _networks():
        if only.lower() in name.lower():
            _measure_network(table, name, problem)
    return table


def _large() -> Iterator[tuple[str, PlacementProblem]]:
    for path in sorted(LARGE.glob("*.csv")):
        yield f"idealloc {path.stem}", read_buffers(path).problem
    for steps in (2_000, 6_000):
        yield f"training {steps}", training(steps)


def training(steps: int) -> PlacementProblem:
    """Buffers of a training step: of each layer what the way back needs, and what lives for a few layers only."""
    chance = random.Random(steps)
    end = 2 * steps
    buffers = []
    for layer in range(steps):
        sizes = [chance.randrange(1, 64) << chance.randrange(6, 20) for _ in range(4)]
        spans = [(layer, end - layer), (layer, layer + 1), (layer, layer + chance.randrange(1, 9))]
        spans.append((end - layer, end - layer + chance.randrange(1, 5)))
        buffers += [Buffer(f"{layer}.{i}", sizes[i], *span) for i, span in enumerate(spans)]
    return PlacementProblem(tuple(buffers))


def _networks() -> Iterator[tuple[str, Problem]]:
    for name, member in FAMILIES.items():
        yield f"{name} 200", member(200)
    yield "Inception x9", inception(9)
    for seed in range(3):
        yield f"WS(32) x3 seed {seed}", randwire(seed=seed)


def _measure(table: Table, name: str, problem: PlacementProblem, asked: int) -> int:
    return _measure_up_to(table, name, problem, asked, goal=asked)


def _measure_up_to(table: Table, name: str, problem: PlacementProblem, asked: int, *, goal: int | None) -> int:
    started = time.perf_counter()
    solution = solve_layout(problem, goal=goal, budget=Budget(STEPS))
    seconds = time.perf_counter() - started
    check_layout(problem, solution)
    table.add(
        {
            "instance": name,
            "buffers": len(problem.buffers),
            "load": maximum_load(problem),
            "height": solution.height,
            "bound": solution.lower_bound,
            "optimal": solution.optimal,
            "asked": asked,
            "met": solution.height <= asked,
            "seconds": seconds,
        }
    )
    return solution.height


def _measure_network(table: Table, name: str, problem: Problem) -> None:
    """The layout of the best order; where that is above the bound of all orders, order and layout together."""
    found = solve(problem, budget=Budget(STEPS))
    model = network(problem)
    buffers, _ = overlap_problem(model, NO_OVERLAP, {0: found.order})
    if _measure(table, f"{name}, best order", buffers, found.lower_bound) <= found.lower_bound:
        return
    started = time.perf_counter()
    start = solve_layout(buffers, budget=Budget(STEPS), goal=found.lower_bound)
    together = solve_jointly(
        model, Rules(NO_OVERLAP, NO_OVERLAP), found.order, start, bound=found.lower_bound, budget=Budget(STEPS)
    )
    seconds = time.perf_counter() - started
    check_order(problem, together.order)
    table.add(
        {
            "instance": f"{name}, order and layout",
            "buffers": len(buffers.buffers),
            "height": together.solution.height,
            "bound": together.lower_bound,
            "optimal": together.optimal,
            "asked": found.lower_bound,
            "met": together.solution.height <= found.lower_bound,
            "seconds": seconds,
        }
    )


def network(problem: Problem) -> Model:
    """A model with the tensors of an order problem; its operators are of a kind that keeps no state."""
    tensors = [Tensor(f"t{number}", (each.size,), ElementType.INT8) for number, each in enumerate(problem.tensors)]
    both = list(zip(tensors, problem.tensors, strict=True))
    operators = tuple(
        Operator(
            "CONCATENATION",
            tuple(tensor for tensor, each in both if number in each.consumers),
            tuple(tensor for tensor, each in both if each.producer == number),
        )
        for number in range(problem.operators)
    )
    inputs = tuple(tensor for tensor, each in both if each.producer is None)
    outputs = tuple(tensor for tensor, each in both if each.kept)
    return Model("network", (Graph("main", tuple(tensors), inputs, outputs, operators),))
