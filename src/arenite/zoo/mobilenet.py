"""MobileNet: chains of separable convolutions (v1) and of inverted residuals (v2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model

V1_BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
"""(channels, stride) of each block; arXiv 1704.04861, table 1."""

V2_STAGES = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)
"""(expansion, channels, blocks, stride of the first block) of each stage; arXiv 1801.04381, table 2."""


def divisible(channels: float) -> int:
    """`channels` rounded to a multiple of 8, never below 0.9 x `channels` (rule of the reference code)."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def mobilenet_v1(
    *, alpha: float = 0.25, resolution: int = 96, channels: int = 1, classes: int = 2, seed: int = 0
) -> Model:
    """MobileNet v1 (arXiv 1704.04861).

    The defaults are the visual wake words network, `alpha` 0.25 at 96x96x1, with a peak of 55,296 bytes.
    """
    net = Builder(f"mobilenet_v1_{alpha:g}_{resolution}", seed)
    x = net.input(resolution, resolution, channels)
    x = net.conv(x, max(1, int(32 * alpha)), "stem", kernel=3, stride=2)
    for number, (width, stride) in enumerate(V1_BLOCKS, 1):
        x = net.separable(x, max(1, int(width * alpha)), f"block{number}", stride=stride)
    x = net.average_pool(x, "pool", window=x.shape[1], stride=x.shape[1])
    x = net.conv(x, classes, "logits", relu=False)
    return net.model(net.softmax(net.reshape(x, (1, classes), "flat"), "softmax"))


def mobilenet_v2(
    *, width: float = 0.35, resolution: int = 96, channels: int = 3, classes: int = 10, seed: int = 0
) -> Model:
    """MobileNetV2 (arXiv 1801.04381): inverted residuals with linear bottlenecks."""
    net = Builder(f"mobilenet_v2_{width:g}_{resolution}", seed)
    x = net.input(resolution, resolution, channels)
    x = net.conv(x, divisible(32 * width), "stem", kernel=3, stride=2)
    number = 0
    for expansion, size, blocks, first_stride in V2_STAGES:
        for block in range(blocks):
            number += 1
            stride = first_stride if block == 0 else 1
            y = x if expansion == 1 else net.conv(x, expansion * x.shape[3], f"block{number}/expand")
            y = net.depthwise(y, f"block{number}/depthwise", stride=stride)
            y = net.conv(y, divisible(size * width), f"block{number}/project", relu=False)
            x = net.add(x, y, f"block{number}/add") if y.shape == x.shape else y
    x = net.conv(x, divisible(1280 * max(1.0, width)), "last")
    return net.model(net.classifier(x, classes))
