"""Networks drawn by people: chains, MobileNetV2, Inception, DenseNet, U-Net, U-Net++, HRNet.

Each takes the number of its repeated parts, so that it grows without growing its feature maps.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from benchmarks.network import Map, Network

if TYPE_CHECKING:
    from arenite.problems.order import Problem


def chain(operators: int, seed: int = 0) -> Problem:
    """Every operator reads what the one before it wrote; channels vary."""
    rng = random.Random(seed)
    net = Network()
    x = net.input(48, 48, 3)
    for _ in range(operators):
        x = net.conv(x, 8 * rng.randint(1, 16))
    return net.problem(x)


def mobilenet_v2(repeats: int = 1, width: int = 8, resolution: int = 96) -> Problem:
    """Sandler et al. 2018: inverted residuals; `repeats` multiplies the blocks of each of the seven stages."""
    net = Network()
    x = net.conv(net.input(resolution, resolution, 3), 2 * width, 2)
    for expansion, channels, blocks, stride in (
        (1, width, 1, 1),
        (6, width, 2, 2),
        (6, 2 * width, 3, 2),
        (6, 4 * width, 4, 2),
        (6, 6 * width, 3, 1),
        (6, 10 * width, 3, 2),
        (6, 20 * width, 1, 1),
    ):
        for block in range(blocks * repeats):
            x = _inverted_residual(net, x, expansion, channels, stride if block == 0 else 1)
    return net.problem(net.conv(x, 80 * width))


def _inverted_residual(net: Network, x: Map, expansion: int, channels: int, stride: int) -> Map:
    wide = net.conv(x, expansion * x.channels) if expansion > 1 else x
    y = net.conv(net.pool(wide, stride), channels)
    return net.add(x, y) if stride == 1 and x.channels == channels else y


def inception(blocks: int = 9, side: int = 28) -> Problem:
    """Szegedy et al. 2014, module 3a over and over: 256 channels in, 64 + 128 + 32 + 32 out."""
    net = Network()
    x = net.input(side, side, 256)
    for _ in range(blocks):
        one = net.conv(x, 64)
        three = net.conv(net.conv(x, 96), 128)
        five = net.conv(net.conv(x, 16), 32)
        pooled = net.conv(net.pool(x), 32)
        x = net.concat(one, three, five, pooled)
    return net.problem(x)


def densenet(blocks: int = 3, layers: int = 12, growth: int = 12, side: int = 32) -> Problem:
    """Huang et al. 2016, bottleneck form: scale, shift with ReLU, 1x1, 3x3, concatenate; a 1x1 between blocks."""
    net = Network()
    x = net.conv(net.input(side, side, 3), 2 * growth)
    for _ in range(blocks):
        for _ in range(layers):
            active = net.relu(net.relu(x))
            x = net.concat(x, net.conv(net.conv(active, 4 * growth), growth))
        x = net.conv(x, 2 * growth)
    return net.problem(x)


def unet(stacks: int = 1, depth: int = 4, channels: int = 8, side: int = 96) -> Problem:
    """Ronneberger et al. 2015: two convolutions per level, skips by concatenation; `stacks` of them in a row."""
    net = Network()
    x = net.conv(net.input(side, side, 3), channels)
    for _ in range(stacks):
        skips = []
        for level in range(depth):
            x = net.conv(net.conv(x, channels << level), channels << level)
            skips.append(x)
            x = net.pool(x, 2)
        x = net.conv(net.conv(x, channels << depth), channels << depth)
        for level in reversed(range(depth)):
            up = net.conv(net.upsample(x), channels << level)
            x = net.conv(net.conv(net.concat(skips.pop(), up), channels << level), channels << level)
    return net.problem(x)


def unet_plus_plus(stacks: int = 1, depth: int = 4, channels: int = 8, side: int = 64) -> Problem:
    """Zhou et al. 2018: node (i, j) reads all earlier nodes of its level and the upsampled node below."""
    net = Network()
    x = net.conv(net.input(side, side, 3), channels)
    for _ in range(stacks):
        rows: list[list[Map]] = []
        for level in range(depth + 1):
            x = net.conv(net.conv(x if level == 0 else net.pool(x, 2), channels << level), channels << level)
            rows.append([x])
        for column in range(1, depth + 1):
            for level in range(depth + 1 - column):
                joined = net.concat(*rows[level], net.upsample(rows[level + 1][column - 1]))
                node = net.conv(net.conv(joined, channels << level), channels << level)
                rows[level].append(node)
        x = rows[0][-1]
    return net.problem(x)


def hrnet(modules: int = 4, branches: int = 4, blocks: int = 4, channels: int = 8, side: int = 64) -> Problem:
    """Wang et al. 2019: parallel resolutions, residual blocks in each, then every one fused into every other."""
    net = Network()
    maps = [net.conv(net.input(side, side, 3), channels)]
    while len(maps) < branches:
        maps.append(net.conv(maps[-1], 2 * maps[-1].channels, 2))
    for _ in range(modules):
        for branch, start in enumerate(maps):
            x = start
            for _ in range(blocks):
                x = net.add(x, net.conv(net.conv(x, x.channels), x.channels))
            maps[branch] = x
        maps = [net.add(*(_fused(net, x, source, goal) for source, x in enumerate(maps))) for goal in range(branches)]
    return net.problem(*maps)


def _fused(net: Network, x: Map, source: int, goal: int) -> Map:
    channels = (x.channels >> source) << goal
    if source > goal:
        return net.upsample(net.conv(x, channels), 1 << (source - goal))
    for step in range(source, goal):
        x = net.conv(x, channels if step == goal - 1 else x.channels, 2)
    return x
