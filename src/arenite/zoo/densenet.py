"""DenseNet: every layer reads the outputs of all layers before it in its block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model


def densenet(
    *, blocks: int = 3, layers: int = 4, growth: int = 8, resolution: int = 32, classes: int = 10, seed: int = 0
) -> Model:
    """DenseNet-BC (arXiv 1608.06993): bottlenecks of 4 x `growth`, transitions that halve channels and resolution."""
    net = Builder(f"densenet_{blocks}x{layers}", seed)
    x = net.conv(net.input(resolution, resolution, 3), 2 * growth, "stem", kernel=3)
    for block in range(1, blocks + 1):
        for layer in range(1, layers + 1):
            name = f"block{block}/layer{layer}"
            y = net.conv(x, 4 * growth, f"{name}/bottleneck")
            y = net.conv(y, growth, f"{name}/conv", kernel=3)
            x = net.concat([x, y], f"{name}/concat")
        if block < blocks:
            x = net.conv(x, x.shape[3] // 2, f"transition{block}/conv")
            x = net.average_pool(x, f"transition{block}/pool", window=2, stride=2)
    return net.model(net.classifier(x, classes))
