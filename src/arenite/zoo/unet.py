"""U-Net: an encoder and a decoder; each stage's output of the encoder stays alive until the decoder reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model


def unet(*, depth: int = 3, channels: int = 8, resolution: int = 64, classes: int = 2, seed: int = 0) -> Model:
    """U-Net (arXiv 1505.04597) with SAME padding and nearest-neighbor upsampling; `depth`: number of halvings.

    Raises:
        OptionError: `resolution` is not a multiple of 2**depth.
    """
    if resolution % 2**depth:
        raise OptionError(f"u-net: resolution {resolution} is not a multiple of {2**depth} (2 to the power of depth)")
    net = Builder(f"unet_{depth}_{resolution}", seed)
    x = net.input(resolution, resolution, 3)
    skips = []
    for level in range(depth):
        x = net.conv(x, channels * 2**level, f"down{level}/conv1", kernel=3)
        x = net.conv(x, channels * 2**level, f"down{level}/conv2", kernel=3)
        skips.append(x)
        x = net.max_pool(x, f"down{level}/pool", window=2, stride=2)
    x = net.conv(x, channels * 2**depth, "bottom", kernel=3)
    for level in reversed(range(depth)):
        x = net.conv(x, channels * 2**level, f"up{level}/reduce")
        x = net.upsample(x, f"up{level}/upsample")
        x = net.concat([skips[level], x], f"up{level}/concat")
        x = net.conv(x, channels * 2**level, f"up{level}/conv", kernel=3)
    return net.model(net.conv(x, classes, "classes", relu=False))
