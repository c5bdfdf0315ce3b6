"""NASNet-A: cells found by architecture search (arXiv 1707.07012, figure 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model, Tensor


def nasnet_a(*, cells: int = 2, channels: int = 8, resolution: int = 32, classes: int = 10, seed: int = 0) -> Model:
    """Three stacks of `cells` normal cells with reduction cells between them, each of which doubles the channels."""
    net = Builder(f"nasnet_a_{cells}", seed)
    stem = net.conv(net.input(resolution, resolution, 3), channels, "stem", kernel=3)
    before, x = stem, stem
    for stack in range(3):
        width = channels * 2**stack
        if stack:
            before, x = x, _reduction(net, before, x, width, f"reduce{stack}")
        for number in range(1, cells + 1):
            before, x = x, _normal(net, before, x, width, f"cell{stack * cells + number}")
    return net.model(net.classifier(x, classes), by_depth=True)


def _normal(net: Builder, before: Tensor, x: Tensor, channels: int, name: str) -> Tensor:
    p, h = _fit(net, before, x, channels, name)
    left = _separable(net, h, channels, f"{name}/sep1", kernel=5)
    right = _separable(net, p, channels, f"{name}/sep2")
    first = net.add(left, right, f"{name}/add1")
    left = _separable(net, p, channels, f"{name}/sep3", kernel=5)
    right = _separable(net, p, channels, f"{name}/sep4")
    second = net.add(left, right, f"{name}/add2")
    third = net.add(net.average_pool(h, f"{name}/pool1"), p, f"{name}/add3")
    pools = net.average_pool(p, f"{name}/pool2"), net.average_pool(p, f"{name}/pool3")
    fourth = net.add(*pools, f"{name}/add4")
    fifth = net.add(_separable(net, h, channels, f"{name}/sep5"), h, f"{name}/add5")
    return net.concat([p, first, second, third, fourth, fifth], f"{name}/concat")


def _reduction(net: Builder, before: Tensor, x: Tensor, channels: int, name: str) -> Tensor:
    p, h = _fit(net, before, x, channels, name)
    left = _separable(net, h, channels, f"{name}/sep1", kernel=5, stride=2)
    right = _separable(net, p, channels, f"{name}/sep2", kernel=7, stride=2)
    first = net.add(left, right, f"{name}/add1")
    right = _separable(net, p, channels, f"{name}/sep3", kernel=7, stride=2)
    second = net.add(net.max_pool(h, f"{name}/pool1", stride=2), right, f"{name}/add2")
    right = _separable(net, p, channels, f"{name}/sep4", kernel=5, stride=2)
    third = net.add(net.average_pool(h, f"{name}/pool2", stride=2), right, f"{name}/add3")
    fourth = net.add(net.average_pool(first, f"{name}/pool3"), second, f"{name}/add4")
    left = _separable(net, first, channels, f"{name}/sep5")
    fifth = net.add(left, net.max_pool(h, f"{name}/pool4", stride=2), f"{name}/add5")
    return net.concat([second, third, fourth, fifth], f"{name}/concat")


def _fit(net: Builder, before: Tensor, x: Tensor, channels: int, name: str) -> tuple[Tensor, Tensor]:
    """Both inputs of a cell, convolved to its number of channels, and the earlier one to the later one's resolution."""
    stride = -(-before.shape[1] // x.shape[1])
    p = net.conv(before, channels, f"{name}/fit_before", stride=stride)
    return p, net.conv(x, channels, f"{name}/fit")


def _separable(net: Builder, x: Tensor, channels: int, name: str, *, kernel: int = 3, stride: int = 1) -> Tensor:
    x = net.separable(x, channels, f"{name}/a", kernel=kernel, stride=stride)
    return net.separable(x, channels, f"{name}/b", kernel=kernel)
