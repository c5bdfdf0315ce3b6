"""Randomly wired networks from Watts-Strogatz graphs (Xie et al., arXiv 1904.01569)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.zoo.builder import SMALLEST, Builder
from arenite.zoo.order import by_depth

if TYPE_CHECKING:
    from arenite.model import Model, Tensor


def watts_strogatz(nodes: int, k: int, p: float, random: Random) -> list[tuple[int, ...]]:
    """For every node, the nodes before it that feed it: a ring with k neighbors each, edges rewired with chance p.

    Edges point from the lower number to the higher, which makes the graph acyclic.
    """
    neighbors: list[set[int]] = [set() for _ in range(nodes)]
    for distance in range(1, k // 2 + 1):
        for node in range(nodes):
            _connect(neighbors, node, (node + distance) % nodes)
    for distance in range(1, k // 2 + 1):
        for node in range(nodes):
            other = (node + distance) % nodes
            if random.random() < p and other in neighbors[node]:
                free = [far for far in range(nodes) if far != node and far not in neighbors[node]]
                if free:
                    neighbors[node].remove(other)
                    neighbors[other].remove(node)
                    _connect(neighbors, node, free[int(random.random() * len(free))])
    return [tuple(sorted(before for before in neighbors[node] if before < node)) for node in range(nodes)]


def random_wired(
    *,
    nodes: int = 16,
    k: int = 4,
    p: float = 0.75,
    stages: int = 2,
    channels: int = 16,
    resolution: int = 32,
    classes: int = 10,
    seed: int = 0,
) -> Model:
    """`stages` graphs WS(nodes, k, p), one after the other.

    A node adds up what it reads and applies a separable convolution. Nodes that read no other read the stage's input;
    the sum of all nodes that no other reads is the stage's output. Stages halve the resolution and, from the second on,
    double the channels while more than 4x4 are left; all further stages keep both.
    """
    if k % 2 or k >= nodes:
        raise OptionError(f"random-wired: k must be even and less than nodes ({nodes}), not {k}")
    net, random = Builder(f"random_wired_{nodes}_{k}_{p:g}", seed), Random(seed)
    x = net.conv(net.input(resolution, resolution, 3), channels, "stem", kernel=3, stride=2)
    for stage in range(1, stages + 1):
        stride = 2 if x.shape[1] > SMALLEST else 1
        width = channels if stage == 1 else stride * x.shape[3]
        x = _stage(net, x, watts_strogatz(nodes, k, p, random), (width, stride), f"stage{stage}")
    return net.model(net.classifier(x, classes), order=by_depth)


def _stage(net: Builder, x: Tensor, sources: list[tuple[int, ...]], size: tuple[int, int], name: str) -> Tensor:
    channels, stride = size
    results: list[Tensor] = []
    for node, before in enumerate(sources):
        fed = net.total([results[source] for source in before], f"{name}/node{node}/sum") if before else x
        results.append(net.separable(fed, channels, f"{name}/node{node}", stride=1 if before else stride))
    read = {source for before in sources for source in before}
    return net.total([result for node, result in enumerate(results) if node not in read], f"{name}/sum")


def _connect(neighbors: list[set[int]], a: int, b: int) -> None:
    neighbors[a].add(b)
    neighbors[b].add(a)
