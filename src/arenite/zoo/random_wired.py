"""Randomly wired networks from Watts-Strogatz graphs (Xie et al., arXiv 1904.01569)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.zoo.builder import SMALLEST, Builder

if TYPE_CHECKING:
    from arenite.model import Model, Tensor


def watts_strogatz(nodes: int, k: int, p: float, random: Random) -> list[tuple[int, ...]]:
    """A Watts-Strogatz graph: for every node, the lower-numbered nodes that it reads.

    It begins as a ring in which every node has `k` neighbors. Each edge is rewired with probability `p`. Edges point
    from the lower number to the higher, which makes the graph acyclic.
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

    A node sums up its inputs and applies a separable convolution. Nodes without a predecessor read the stage's input.
    The stage's output is the sum of all nodes without a successor. Each stage halves the resolution and, from the
    second on, doubles the channels, until the resolution is 4x4; further stages keep both.

    Raises:
        OptionError: `k` is odd or not less than `nodes`.
    """
    if k % 2 or k >= nodes:
        raise OptionError(f"random-wired: k must be even and less than nodes ({nodes}), not {k}")
    net, random = Builder(f"random_wired_{nodes}_{k}_{p:g}", seed), Random(seed)
    x = net.conv(net.input(resolution, resolution, 3), channels, "stem", kernel=3, stride=2)
    for stage in range(1, stages + 1):
        stride = 2 if x.shape[1] > SMALLEST else 1
        width = channels if stage == 1 else stride * x.shape[3]
        x = _stage(net, x, watts_strogatz(nodes, k, p, random), (width, stride), f"stage{stage}")
    return net.model(net.classifier(x, classes), by_depth=True)


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
