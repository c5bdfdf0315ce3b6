"""A network like SwiftNet Cell: irregular cells whose branches have different widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model, Tensor

CELLS = 3
"""Number of cells, chosen together with `CELL` to reproduce the published peaks."""
CELL = (
    (7, 1, (0,)),
    (3, 2, (0, 1)),
    (3, 1, (1, 2)),
    (3, 1, (1,)),
    (7, 2, (0, 1)),
    (3, 2, (5,)),
    (5, 1, (1, 5)),
    (5, 2, (6,)),
    (7, 1, (4,)),
    (3, 1, (4, 5, 7)),
)
"""Nodes of a cell from number 1 on, as (kernel size, width in halves of `channels`, nodes that it reads); node 0 is the
cell's input."""


def swiftnet_cell(*, channels: int = 16, resolution: int = 112, classes: int = 2, seed: int = 0) -> Model:
    """Three equal cells, 88 operators; every node is a separable convolution of the concatenation of its inputs.

    At the default size the peak is 351,232 bytes as filed and 301,056 bytes in the best order. The wiring was chosen to
    match the published peaks of SwiftNet Cell, 351 KB and 301 KB (arXiv 1910.05110), whose own wiring is not public.
    """
    net = Builder(f"swiftnet_cell_{resolution}", seed)
    x = net.conv(net.input(resolution, resolution, 3), channels, "stem", kernel=3, stride=2)
    for number in range(1, CELLS + 1):
        x = _cell(net, x, channels * 2 ** (number - 1), f"cell{number}")
        x = net.separable(x, channels * 2**number, f"reduce{number}", stride=2)
    return net.model(net.classifier(x, classes), by_depth=True)


def _cell(net: Builder, x: Tensor, channels: int, name: str) -> Tensor:
    nodes = [x]
    for number, (kernel, width, sources) in enumerate(CELL, 1):
        fed = net.concat([nodes[source] for source in sources], f"{name}/node{number}/concat")
        nodes.append(net.separable(fed, max(1, channels * width // 2), f"{name}/node{number}", kernel=kernel))
    read = {source for _, _, sources in CELL for source in sources}
    return net.concat([node for number, node in enumerate(nodes) if number not in read], f"{name}/concat")
