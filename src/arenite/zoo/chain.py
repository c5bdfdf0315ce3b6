"""A chain of convolutions: a network with only one order, so that only the layout can save memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.zoo.builder import SMALLEST, Builder

if TYPE_CHECKING:
    from arenite.model import Model


def chain(*, length: int = 8, channels: int = 8, resolution: int = 32, classes: int = 10, seed: int = 0) -> Model:
    """`length` 3x3 convolutions and a classifier; every fourth one halves height and width until they are 4x4."""
    net = Builder(f"chain_{length}", seed)
    x = net.input(resolution, resolution, 3)
    for number in range(1, length + 1):
        stride = 2 if number % 4 == 0 and x.shape[1] > SMALLEST else 1
        x = net.conv(x, channels, f"conv{number}", kernel=3, stride=stride)
    return net.model(net.classifier(x, classes))
