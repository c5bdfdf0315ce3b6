"""Networks drawn by a search: cells that read the two cells before them (NASNet-A, AmoebaNet, DARTS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.network import Map, Network

if TYPE_CHECKING:
    from arenite.problems.order import Problem

Step = tuple[int, str]
Cell = tuple[tuple[tuple[Step, Step], ...], tuple[int, ...]]
"""Pairs of (state read, operation), one pair per node, and the states that are concatenated. Two states are given:
0 and 1, which of them is the cell before is the convention of the source; node n adds the state n + 2."""

# Zoph et al. 2017, figure 4; 0 is the cell before, 1 the one before that.
NASNET_NORMAL: Cell = (
    (
        ((0, "twice"), (0, "skip")),
        ((1, "twice"), (0, "twice")),
        ((0, "pool"), (1, "skip")),
        ((1, "pool"), (1, "pool")),
        ((1, "twice"), (1, "twice")),
    ),
    (1, 2, 3, 4, 5, 6),
)
NASNET_REDUCTION: Cell = (
    (
        ((0, "twice"), (1, "twice")),
        ((0, "pool"), (1, "twice")),
        ((0, "pool"), (1, "twice")),
        ((0, "pool"), (2, "twice")),
        ((2, "pool"), (3, "skip")),
    ),
    (3, 4, 5, 6),
)

# Real et al. 2018, AmoebaNet-D; 0 is the cell before, 1 the one before that.
AMOEBA_NORMAL: Cell = (
    (
        ((1, "conv"), (1, "pool")),
        ((1, "skip"), (0, "stripes")),
        ((0, "conv"), (0, "stripes")),
        ((2, "pool"), (2, "skip")),
        ((1, "pool"), (5, "conv")),
    ),
    (0, 3, 4, 6),
)
AMOEBA_REDUCTION: Cell = (
    (
        ((0, "pool"), (0, "pool")),
        ((2, "skip"), (1, "conv")),
        ((2, "stripes"), (2, "pool")),
        ((3, "skip"), (1, "pool")),
        ((2, "pool"), (3, "conv")),
    ),
    (4, 5, 6),
)

# Liu et al. 2018, second-order DARTS on CIFAR-10; 0 is the cell before the last, 1 the last.
DARTS_NORMAL: Cell = (
    (
        ((0, "twice"), (1, "twice")),
        ((0, "twice"), (1, "twice")),
        ((1, "twice"), (0, "skip")),
        ((0, "skip"), (2, "separable")),
    ),
    (2, 3, 4, 5),
)
DARTS_REDUCTION: Cell = (
    (
        ((0, "pool"), (1, "pool")),
        ((2, "skip"), (1, "pool")),
        ((0, "pool"), (2, "skip")),
        ((2, "skip"), (1, "pool")),
    ),
    (2, 3, 4, 5),
)


def nasnet_a(cells: int = 6, channels: int = 16, side: int = 32) -> Problem:
    """NASNet-A: `cells` cells, those at one and two thirds are reductions."""
    return _stack(cells, channels, side, NASNET_NORMAL, NASNET_REDUCTION, recent_first=True)


def amoebanet(cells: int = 6, channels: int = 16, side: int = 32) -> Problem:
    """AmoebaNet-D: 1x7 and 7x1 convolutions are two operators."""
    return _stack(cells, channels, side, AMOEBA_NORMAL, AMOEBA_REDUCTION, recent_first=True)


def darts(cells: int = 8, channels: int = 16, side: int = 32) -> Problem:
    """DARTS: four nodes per cell, all of them concatenated."""
    return _stack(cells, channels, side, DARTS_NORMAL, DARTS_REDUCTION, recent_first=False)


def _stack(cells: int, channels: int, side: int, normal: Cell, reduction: Cell, *, recent_first: bool) -> Problem:
    net = Network()
    before = last = net.conv(net.input(side, side, 3), 3 * channels)
    reductions = {cells // 3, 2 * cells // 3} if cells >= 3 else set()
    for number in range(cells):
        stride = 2 if number in reductions else 1
        channels *= stride
        old = net.conv(before, channels, before.height // last.height)
        new = net.conv(last, channels)
        states = [new, old] if recent_first else [old, new]
        before, last = last, _cell(net, states, reduction if stride == 2 else normal, stride)
    return net.problem(last)


def _cell(net: Network, states: list[Map], cell: Cell, stride: int) -> Map:
    nodes, joined = cell
    for pair in nodes:
        ends = [_step(net, states[state], operation, stride if state < 2 else 1) for state, operation in pair]
        states.append(net.add(*ends))
    side = states[-1].height
    return net.concat(*(x if x.height == side else net.pool(x, 2) for x in (states[state] for state in joined)))


def _step(net: Network, x: Map, operation: str, stride: int) -> Map:
    channels = x.channels
    if operation == "twice":
        return net.separable(net.separable(x, channels, stride), channels)
    if operation == "separable":
        return net.separable(x, channels, stride)
    if operation == "stripes":
        return net.conv(net.conv(net.conv(net.conv(x, channels // 4), channels // 4, stride), channels // 4), channels)
    if operation == "conv":
        return net.conv(x, channels, stride)
    if operation == "pool":
        return net.pool(x, stride)
    return x if stride == 1 else net.pool(x, stride)
