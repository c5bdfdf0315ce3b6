"""Graphs drawn by chance: random-wired networks, and operators that read from a window of those before them."""

from __future__ import annotations

import random
from typing import Literal

from arenite.problems.order import Charge, Problem
from benchmarks.network import ALIGNMENT, Map, Network


def randwire(
    nodes: int = 32,
    neighbors: int = 4,
    rewiring: float = 0.75,
    *,
    stages: int = 3,
    seed: int = 0,
    detail: bool = True,
    channels: int = 16,
    side: int = 32,
    shrinking: int = 2,
) -> Problem:
    """Random-wired networks after Xie et al. 2019: `stages` Watts-Strogatz graphs WS(nodes, neighbors, rewiring).

    Edges point from the lower to the higher number. Nodes without predecessors read the stage's input, with stride 2
    in the first `shrinking` stages, which also double the channels; nodes without successors are averaged. With
    `detail` a node is binary additions, ReLU and a convolution; without, it is a single operator.
    """
    rng = random.Random(seed)
    net = Network()
    x = net.conv(net.input(2 * side, 2 * side, 3), channels, 2)
    for stage in range(stages):
        stride = 2 if stage < shrinking else 1
        channels *= stride
        edges = watts_strogatz(nodes, neighbors, rewiring, rng)
        sources = [[low for low, high in edges if high == node] for node in range(nodes)]
        x = _stage(net, x, sources, channels, stride, detail=detail)
    return net.problem(x)


def watts_strogatz(nodes: int, neighbors: int, rewiring: float, rng: random.Random) -> list[tuple[int, int]]:
    """Edges (low, high) of a ring with `neighbors` neighbors each, every edge rewired with a probability."""
    linked: list[set[int]] = [set() for _ in range(nodes)]
    for distance in range(1, neighbors // 2 + 1):
        for node in range(nodes):
            linked[node].add((node + distance) % nodes)
            linked[(node + distance) % nodes].add(node)
    for distance in range(1, neighbors // 2 + 1):
        for node in range(nodes):
            if rng.random() >= rewiring or len(linked[node]) >= nodes - 1:
                continue
            old = (node + distance) % nodes
            new = rng.choice([other for other in range(nodes) if other != node and other not in linked[node]])
            linked[node].remove(old)
            linked[old].remove(node)
            linked[node].add(new)
            linked[new].add(node)
    return [(low, high) for low in range(nodes) for high in sorted(linked[low]) if low < high]


def _stage(net: Network, x: Map, sources: list[list[int]], channels: int, stride: int, *, detail: bool) -> Map:
    outputs: list[Map] = []
    for node in sources:
        inputs = [outputs[source] for source in node]
        if detail:
            active = net.relu(net.add(*inputs) if inputs else x)
            outputs.append(net.conv(active, channels, 1 if inputs else stride))
        elif inputs:
            outputs.append(net.operator(inputs[0].height, inputs[0].width, channels, *inputs))
        else:
            outputs.append(net.conv(x, channels, stride))
    read = {source for node in sources for source in node}
    sinks = [output for number, output in enumerate(outputs) if number not in read]
    if detail:
        return net.add(*sinks)
    return net.operator(sinks[0].height, sinks[0].width, channels, *sinks)


def windowed(
    operators: int,
    window: int,
    seed: int = 0,
    *,
    unread: Literal["read", "kept", "dead"] = "read",
    largest: int = 4096,
) -> Problem:
    """Operator i reads 1 to 3 tensors of the operators i - window to i - 1; sizes up to `largest`, multiples of 16.

    `unread` says what becomes of a tensor that chance lets nobody read: the last operator that may still read it does
    so (as one of its three), or it is an output of the graph and kept, or it dies at once. Tensors of the last
    `window` operators that nobody reads are outputs unless they die.
    """
    rng = random.Random(seed)
    consumers: list[list[int]] = [[] for _ in range(operators)]
    for operator in range(1, operators):
        near = range(max(0, operator - window), operator)
        chosen = set(rng.sample(near, min(len(near), rng.randint(1, 3))))
        leaving = operator - window
        if unread == "read" and leaving >= 0 and not consumers[leaving] and leaving not in chosen:
            chosen.remove(min(chosen))
            chosen.add(leaving)
        for producer in sorted(chosen):
            consumers[producer].append(operator)
    sizes = [ALIGNMENT * rng.randint(1, largest // ALIGNMENT) for _ in range(operators + 1)]
    fed = Charge(sizes[operators], None, (0,))
    made = (
        Charge(size, producer, tuple(read), kept=not read and unread != "dead")
        for producer, (size, read) in enumerate(zip(sizes, consumers, strict=False))
    )
    return Problem(operators, (fed, *made), floor=fed.size)
