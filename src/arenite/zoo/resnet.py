"""ResNet-8, the image classification network of MLPerf Tiny."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model


def resnet8(*, resolution: int = 32, channels: int = 16, classes: int = 10, seed: int = 0) -> Model:
    """Three residual blocks of two 3x3 convolutions (arXiv 2106.07597); the last two halve the resolution."""
    net = Builder(f"resnet8_{resolution}", seed)
    x = net.conv(net.input(resolution, resolution, 3), channels, "stem", kernel=3)
    for number in range(3):
        stride, name = (1, "block1") if number == 0 else (2, f"block{number + 1}")
        width = channels * 2**number
        y = net.conv(x, width, f"{name}/conv1", kernel=3, stride=stride)
        y = net.conv(y, width, f"{name}/conv2", kernel=3, relu=False)
        if number:
            x = net.conv(x, width, f"{name}/shortcut", stride=stride, relu=False)
        x = net.add(x, y, f"{name}/add", relu=True)
    return net.model(net.classifier(x, classes))
