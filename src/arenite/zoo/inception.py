"""Inception: modules of four parallel branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model, Tensor


def inception(*, modules: int = 3, channels: int = 8, resolution: int = 32, classes: int = 10, seed: int = 0) -> Model:
    """Modules of GoogLeNet (arXiv 1409.4842, figure 2b) with 8 x `channels` outputs, and a pool after every two."""
    net = Builder(f"inception_{modules}", seed)
    x = net.conv(net.input(resolution, resolution, 3), 4 * channels, "stem", kernel=3)
    for number in range(1, modules + 1):
        x = _module(net, x, channels, f"module{number}")
        if number % 2 == 0 and number < modules:
            x = net.max_pool(x, f"pool{number}", stride=2)
    return net.model(net.classifier(x, classes), by_depth=True)


def _module(net: Builder, x: Tensor, channels: int, name: str) -> Tensor:
    one = net.conv(x, 2 * channels, f"{name}/1x1")
    three = net.conv(x, 3 * channels, f"{name}/3x3_reduce")
    three = net.conv(three, 4 * channels, f"{name}/3x3", kernel=3)
    five = net.conv(x, channels, f"{name}/5x5_reduce")
    five = net.conv(five, channels, f"{name}/5x5", kernel=5)
    pool = net.conv(net.max_pool(x, f"{name}/pool"), channels, f"{name}/pool_1x1")
    return net.concat([one, three, five, pool], f"{name}/concat")
