"""DARTS: the second-order CIFAR-10 cell of arXiv 1806.09055 ("DARTS_V2" in the authors' genotypes)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.zoo.activation import REACH
from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model, Tensor

NORMAL = (
    (("separable", 0), ("separable", 1)),
    (("separable", 0), ("separable", 1)),
    (("separable", 1), ("skip", 0)),
    (("skip", 0), ("dilated", 2)),
)
"""Normal cell: two operations for each node, as (kind, state that it reads). States 0 and 1 are the outputs of the last
two cells, states from 2 on the cell's nodes."""
REDUCTION = (
    (("max_pool", 0), ("max_pool", 1)),
    (("skip", 2), ("max_pool", 1)),
    (("max_pool", 0), ("skip", 2)),
    (("skip", 2), ("max_pool", 1)),
)
"""Reduction cell, in the form of `NORMAL`."""
POOLED_REACH = 3 * REACH
"""Least upper end of the range of sums in reduction cells: sums of maxima are larger than `Values` predicts."""


def darts(*, cells: int = 6, channels: int = 8, resolution: int = 32, classes: int = 10, seed: int = 0) -> Model:
    """`cells` cells; those at one third and two thirds of the depth are reductions, which double the channels."""
    net = Builder(f"darts_{cells}", seed)
    stem = net.conv(net.input(resolution, resolution, 3), 3 * channels, "stem", kernel=3)
    before, x, width = stem, stem, channels
    for number in range(cells):
        reduction = number in (cells // 3, 2 * cells // 3)
        width *= 2 if reduction else 1
        before, x = x, _cell(net, (before, x), width, reduction, f"cell{number + 1}")
    return net.model(net.classifier(x, classes), by_depth=True)


def _cell(net: Builder, inputs: tuple[Tensor, Tensor], channels: int, reduction: bool, name: str) -> Tensor:
    before, x = inputs
    fitted = net.conv(before, channels, f"{name}/fit_before", stride=-(-before.shape[1] // x.shape[1]))
    states = [fitted, net.conv(x, channels, f"{name}/fit")]
    for node, edges in enumerate(REDUCTION if reduction else NORMAL):
        a, b = (
            _operation(net, kind, states[source], 2 if reduction and source < 2 else 1, f"{name}/node{node}/{side}")
            for (kind, source), side in zip(edges, ("a", "b"), strict=True)
        )
        states.append(net.add(a, b, f"{name}/node{node}", reach=POOLED_REACH if reduction else 0.0))
    return net.concat(states[2:], f"{name}/concat")


def _operation(net: Builder, kind: str, x: Tensor, stride: int, name: str) -> Tensor:
    """One edge of a cell. Only edges from the cell's inputs have a stride, and in the published cell none is a skip."""
    if kind == "max_pool":
        return net.max_pool(x, name, stride=stride)
    if kind == "separable":
        return net.separable(net.separable(x, x.shape[3], f"{name}/a"), x.shape[3], f"{name}/b")
    if kind == "dilated":
        return net.conv(net.depthwise(x, f"{name}/depthwise", dilation=2), x.shape[3], f"{name}/pointwise")
    return x
