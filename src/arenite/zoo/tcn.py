"""A temporal convolutional network over a window of a time series, without padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model


def tcn(
    *,
    frames: int = 64,
    features: int = 40,
    channels: int = 24,
    layers: int = 4,
    kernel: int = 3,
    classes: int = 10,
    seed: int = 0,
) -> Model:
    """`layers` convolutions along time, each with twice the dilation of the one before, and a classifier of their mean.

    Raises:
        OptionError: the convolutions reach over more than `frames`.
    """
    span = (kernel - 1) * (2**layers - 1) + 1
    if span > frames:
        raise OptionError(f"tcn: the layers span {span} frames, and the window has {frames}; give it more")
    net = Builder(f"tcn_{layers}_{frames}", seed)
    x = net.input(frames, 1, features)
    for number in range(layers):
        x = net.conv1d(x, channels, f"conv{number + 1}", kernel=kernel, dilation=2**number)
    return net.model(net.classifier(x, classes))
