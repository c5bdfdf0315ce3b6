"""A pencil for drawing networks as ordering problems: int8 feature maps, no weights, no file."""

from __future__ import annotations

from dataclasses import dataclass

from arenite.problems.order import Charge, Problem

ALIGNMENT = 16


@dataclass(frozen=True, slots=True)
class Map:
    """A feature map of `height` x `width` x `channels` int8 elements; `tensor` is its number in the problem."""

    tensor: int
    height: int
    width: int
    channels: int

    @property
    def size(self) -> int:
        """Bytes in the arena, rounded up to 16 as TFLM does."""
        return round_up(self.height * self.width * self.channels)


def round_up(size: int) -> int:
    """The next multiple of 16."""
    return -(-size // ALIGNMENT) * ALIGNMENT


class Network:
    """Operators are numbered in the order in which the methods are called, which is also the default order."""

    def __init__(self) -> None:
        self.maps: list[Map] = []
        self._producers: list[int | None] = []
        self._consumers: list[list[int]] = []
        self.operators = 0

    def input(self, height: int, width: int, channels: int) -> Map:
        """A map that is fed from outside."""
        return self._map(None, height, width, channels)

    def operator(self, height: int, width: int, channels: int, *inputs: Map) -> Map:
        """One operator that reads `inputs` and writes one map."""
        number = self.operators
        self.operators += 1
        for tensor in dict.fromkeys(x.tensor for x in inputs):
            self._consumers[tensor].append(number)
        return self._map(number, height, width, channels)

    def conv(self, x: Map, channels: int, stride: int = 1) -> Map:
        """A convolution with SAME padding, with batch normalization and activation folded in."""
        return self.operator(-(-x.height // stride), -(-x.width // stride), channels, x)

    def pool(self, x: Map, stride: int = 1) -> Map:
        """Pooling, a depthwise convolution, or anything else that keeps the channels."""
        return self.conv(x, x.channels, stride)

    def relu(self, x: Map) -> Map:
        """Anything that keeps the shape."""
        return self.conv(x, x.channels)

    def separable(self, x: Map, channels: int, stride: int = 1) -> Map:
        """Depthwise, then pointwise convolution."""
        return self.conv(self.pool(x, stride), channels)

    def upsample(self, x: Map, factor: int = 2) -> Map:
        """Both sides times `factor`."""
        return self.operator(x.height * factor, x.width * factor, x.channels, x)

    def add(self, *inputs: Map) -> Map:
        """The sum of maps of one shape, as binary additions from left to right."""
        total = inputs[0]
        for x in inputs[1:]:
            total = self.operator(x.height, x.width, x.channels, total, x)
        return total

    def concat(self, *inputs: Map) -> Map:
        """Maps side by side along the channels."""
        first = inputs[0]
        return self.operator(first.height, first.width, sum(x.channels for x in inputs), *inputs)

    def problem(self, *outputs: Map) -> Problem:
        """The ordering problem; `outputs` live to the end, all inputs are alive together at the start."""
        kept = {x.tensor for x in outputs}
        rows = zip(self.maps, self._producers, self._consumers, strict=True)
        tensors = tuple(Charge(x.size, producer, tuple(read), x.tensor in kept) for x, producer, read in rows)
        return Problem(self.operators, tensors, floor=sum(t.size for t in tensors if t.producer is None))

    def _map(self, producer: int | None, height: int, width: int, channels: int) -> Map:
        x = Map(len(self.maps), height, width, channels)
        self.maps.append(x)
        self._producers.append(producer)
        self._consumers.append([])
        return x
