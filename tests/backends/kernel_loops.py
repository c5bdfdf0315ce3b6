"""The loops of kernels, as published, over an arena: what is read and written, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel_arena import Arena, Kernel


@dataclass(frozen=True)
class Shape:
    """A window over images; `element` is the bytes of an element; padding is what lies before the image."""

    batches: int
    height: int
    width: int
    depth: int
    out_height: int
    out_width: int
    out_depth: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int]
    groups: int = 1
    element: int = 1

    @property
    def input_bytes(self) -> int:
        return self.batches * self.height * self.width * self.depth * self.element

    @property
    def output_bytes(self) -> int:
        return self.batches * self.out_height * self.out_width * self.out_depth * self.element

    def pixels(self, batch: int) -> Iterator[tuple[int, int, int]]:
        for y in range(self.out_height):
            for x in range(self.out_width):
                yield batch, y, x

    def window(self, batch: int, y: int, x: int) -> Iterator[int]:
        """Pixels of the input, in reading order, as numbers of pixels from the start of the input."""
        for ky in range(self.kernel[0]):
            row = y * self.stride[0] - self.padding[0] + ky * self.dilation[0]
            for kx in range(self.kernel[1]):
                column = x * self.stride[1] - self.padding[1] + kx * self.dilation[1]
                if 0 <= row < self.height and 0 <= column < self.width:
                    yield (batch * self.height + row) * self.width + column

    def place(self, batch: int, y: int, x: int) -> int:
        return (batch * self.out_height + y) * self.out_width + x

    def read(self, arena: Arena, pixel: int, first: int, count: int) -> None:
        arena.read((pixel * self.depth + first) * self.element, count * self.element)

    def write(self, arena: Arena, place: int, first: int, count: int = 1) -> None:
        arena.write((place * self.out_depth + first) * self.element, count * self.element)


def by_channel(shape: Shape) -> Kernel:
    """Reference: channel by channel, its window before it."""
    depth, per_group = shape.depth // shape.groups, shape.out_depth // shape.groups

    def run(arena: Arena) -> None:
        for batch in range(shape.batches):
            for pixel in shape.pixels(batch):
                for channel in range(shape.out_depth):
                    for source in shape.window(*pixel):
                        shape.read(arena, source, channel // per_group * depth, depth)
                    shape.write(arena, shape.place(*pixel), channel)

    return run


def gathered(shape: Shape, together: int) -> Kernel:
    """CMSIS-NN convolve: windows of some pixels to scratch, then these pixels; what is left at the end of the batch."""

    def run(arena: Arena) -> None:
        for batch in range(shape.batches):
            waiting = []
            for pixel in shape.pixels(batch):
                for source in shape.window(*pixel):
                    shape.read(arena, source, 0, shape.depth)
                waiting.append(shape.place(*pixel))
                if len(waiting) == together:
                    _write_all(arena, shape, waiting)
            _write_all(arena, shape, waiting)

    return run


def _write_all(arena: Arena, shape: Shape, waiting: list[int]) -> None:
    for channel in range(shape.out_depth):
        for place in waiting:
            shape.write(arena, place, channel)
    waiting.clear()


def matrix(shape: Shape, sources: list[int], places: list[int], block: int, ahead: int, width: int = 1) -> Kernel:
    """Vector matrix kernels: `block` pixels at a time, channel by channel; then single pixels, `ahead` channels each.

    A pixel of the output reads `width` pixels of the input from its source on.
    """

    def run(arena: Arena) -> None:
        full = len(sources) // block * block
        for start in range(0, full, block):
            for channel in range(shape.out_depth):
                for number in range(start, start + block):
                    shape.read(arena, sources[number], 0, width * shape.depth)
                for number in range(start, start + block):
                    shape.write(arena, places[number], channel)
        for number in range(full, len(sources)):
            for first in range(0, shape.out_depth, ahead):
                count = min(ahead, shape.out_depth - first)
                for _ in range(count):
                    shape.read(arena, sources[number], 0, width * shape.depth)
                shape.write(arena, places[number], first, count)

    return run


def pointwise_mve(shape: Shape) -> Kernel:
    """arm_convolve_1x1_s8_fast: all pixels of all images in one run."""
    everything = list(range(shape.batches * shape.height * shape.width))
    return matrix(shape, everything, everything, 4, 4)


def rows_mve(shape: Shape) -> Kernel:
    """arm_convolve_1x1_s8: a run for each row of the output."""

    def run(arena: Arena) -> None:
        for batch in range(shape.batches):
            for y in range(shape.out_height):
                pixels = [(batch, y, x) for x in range(shape.out_width)]
                sources = [next(shape.window(*pixel)) for pixel in pixels]
                matrix(shape, sources, [shape.place(*pixel) for pixel in pixels], 4, 4)(arena)

    return run


def pointwise_dsp(shape: Shape) -> Kernel:
    """arm_convolve_1x1_s8_fast without vectors: channels in pairs, 2 pixels at a time; a last one pixel by pixel."""

    def run(arena: Arena) -> None:
        pixels = shape.batches * shape.height * shape.width
        for first in range(0, shape.out_depth, 2):
            count = min(2, shape.out_depth - first)
            for start in range(0, pixels, count):
                together = range(start, min(start + count, pixels))
                for pixel in together:
                    shape.read(arena, pixel, 0, shape.depth)
                for pixel in together:
                    shape.write(arena, pixel, first, count)

    return run


def rows_dsp(shape: Shape) -> Kernel:
    """arm_convolve_1x1_s8 without vectors, and fully connected layers: all channels in pairs over a whole row."""

    def run(arena: Arena) -> None:
        for batch in range(shape.batches):
            for y in range(shape.out_height):
                for first in range(0, shape.out_depth, 2):
                    for x in range(shape.out_width):
                        for source in shape.window(batch, y, x):
                            shape.read(arena, source, 0, shape.depth)
                        shape.write(arena, shape.place(batch, y, x), first, min(2, shape.out_depth - first))

    return run


def one_row_mve(shape: Shape) -> Kernel:
    """arm_convolve_1_x_n_s8: what touches the padding by way of scratch, the middle directly."""
    kernel, stride, pad = shape.kernel[1], shape.stride[1], shape.padding[1]
    total = (shape.out_width - 1) * stride + kernel - shape.width
    right = max(1, -(-(pad + total % 2) // stride)) if pad + total % 2 else 0
    left = max(1, -(-pad // stride)) if pad else 0
    middle = max(shape.out_width - right - left, 0)

    def run(arena: Arena) -> None:
        for batch in range(shape.batches):
            base = batch * shape.width
            places = [shape.place(batch, 0, x) for x in range(shape.out_width)]
            shape.read(arena, base, 0, min(kernel, shape.width) * shape.depth)
            _write_all(arena, shape, places[:left])
            starts = [base + x * stride - pad for x in range(left, left + middle)]
            matrix(shape, starts, places[left : left + middle], 4, 4, kernel)(arena)
            start = base + stride * (left + middle) - pad
            shape.read(arena, start, 0, min(kernel - 1, base + shape.width - start) * shape.depth)
            _write_all(arena, shape, places[left + middle :])

    if right + left + middle != shape.out_width:
        return gathered(shape, 4)
    return run


def passes(shape: Shape, channels: int, together: int) -> Kernel:
    """Depthwise in passes over the image, each for some channels, gathering the windows of some pixels."""

    def run(arena: Arena) -> None:
        for batch in range(shape.batches):
            for first in range(0, shape.depth, channels):
                count = min(channels, shape.depth - first)
                waiting: list[int] = []
                for pixel in [*shape.pixels(batch), None]:
                    if len(waiting) == together or pixel is None:
                        for place in waiting:
                            shape.write(arena, place, first, count)
                        waiting = []
                    if pixel is not None:
                        for source in shape.window(*pixel):
                            shape.read(arena, source, first, count)
                        waiting.append(shape.place(*pixel))

    return run


def by_tile(shape: Shape, tile: int) -> Kernel:
    """Depthwise kernels without vectors: some channels at a time."""

    def run(arena: Arena) -> None:
        for batch in range(shape.batches):
            for pixel in shape.pixels(batch):
                for first in range(0, shape.out_depth, tile):
                    count = min(tile, shape.out_depth - first)
                    for source in shape.window(*pixel):
                        shape.read(arena, source, first, count)
                    shape.write(arena, shape.place(*pixel), first, count)

    return run


def max_pool_cmsis(shape: Shape) -> Kernel:
    """arm_max_pool_s8: memcpy of the first pixel of the window, then comparisons with the others, in place."""

    def run(arena: Arena) -> None:
        size = shape.depth * shape.element
        for batch in range(shape.batches):
            for pixel in shape.pixels(batch):
                target = shape.place(*pixel) * size
                for number, source in enumerate(shape.window(*pixel)):
                    if number == 0:
                        arena.memcpy(target, source * size, size)
                    else:
                        for byte in range(size):
                            arena.read(source * size + byte)
                            arena.write(target + byte)

    return run


def pointwise_s3(shape: Shape) -> Kernel:
    """esp_nn_conv_s8_1x1 of the ESP32-S3: 8 pixels; groups of 8 channels are read first, the rest for each channel."""
    grouped = shape.depth // 8 * 8

    def run(arena: Arena) -> None:
        for batch in range(shape.batches):
            base, pixels = batch * shape.height * shape.width, shape.height * shape.width
            full = pixels // 8 * 8
            for start in range(base, base + full, 8):
                for pixel in range(start, start + 8):
                    shape.read(arena, pixel, 0, grouped)
                for channel in range(shape.out_depth):
                    for pixel in range(start, start + 8):
                        shape.read(arena, pixel, grouped, shape.depth - grouped)
                    for pixel in range(start, start + 8):
                        shape.write(arena, pixel, channel)
            for pixel in range(base + full, base + pixels):
                for channel in range(shape.out_depth):
                    shape.read(arena, pixel, 0, shape.depth)
                    shape.write(arena, pixel, channel)

    return run
