"""The least safe distance of kernels that produce their output in order, while they read a window that moves forward.

Positions count elements from the start of a tensor. A write that ends at element w is safe for a later read of element
r when address(output) + w <= address(input) + r, that is, when the distance is at least w - r. The least distance is
the maximum of w - r over all writes, r being the lowest element that is read after that write. All functions here
evaluate this maximum exactly, in time linear in the rows and columns of the output; NOTHING stands for "no element is
read after any write".
"""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = -(1 << 62)


@dataclass(frozen=True, slots=True)
class Walk:
    """An output of `batches` images, `rows` x `columns` pixels of `depth` elements, made pixel by pixel in this order.

    `lowest_row[y]` is the lowest row of the input image that pixels of output row y read, `lowest_column[x]` likewise,
    None where the whole window lies on padding. A pixel reads no element below that corner, and does read the corner.
    `input_size` is the elements of one input image, `input_row` of one row of it, `input_depth` of one pixel.
    """

    batches: int
    depth: int
    input_size: int
    input_row: int
    input_depth: int
    lowest_row: tuple[int | None, ...]
    lowest_column: tuple[int | None, ...]

    @property
    def rows(self) -> int:
        """Rows of one output image."""
        return len(self.lowest_row)

    @property
    def columns(self) -> int:
        """Columns of one output image."""
        return len(self.lowest_column)

    @property
    def size(self) -> int:
        """Elements of one output image."""
        return self.rows * self.columns * self.depth

    def ahead(self) -> int:
        """Furthest that the start of an output pixel is ahead of the corner of the window that it reads."""
        most_down, most_across = self._ahead_down(), self._ahead_across()
        if NOTHING in (most_down, most_across):
            return NOTHING
        return most_down + most_across + self._drift(self.batches - 1)

    def next_pixel(self) -> int:
        """Least distance of a kernel that reads the whole window of a pixel before it writes the pixel."""
        lowest_column = self._lowest_from(self.lowest_column, self.input_depth)
        lowest_row = self._lowest_from(self.lowest_row, self.input_row)
        best = NOTHING
        if lowest_column[0] is None:
            return best
        inside = [(x + 1) * self.depth - later for x, later in enumerate(lowest_column[1:]) if later is not None]
        if inside and lowest_row[0] is not None:
            best = self._ahead_down() + max(inside)
        for y, later in enumerate(lowest_row[1:]):
            if later is not None:
                best = max(best, (y + 1) * self.columns * self.depth - later - lowest_column[0])
        if best != NOTHING:
            best += self._drift(self.batches - 1)
        if self.batches > 1 and lowest_row[0] is not None:
            between = self.size - self.input_size - lowest_row[0] - lowest_column[0]
            best = max(best, between + self._drift(self.batches - 2))
        return best

    def next_row(self) -> int:
        """Least distance of a kernel that may write a whole row before it has read any of what that row needs.

        Never less than what `next_pixel` says, for it takes every row to begin with the lowest column.
        """
        lowest_column = self._lowest_from(self.lowest_column, self.input_depth)[0]
        if lowest_column is None:
            return NOTHING
        best = NOTHING
        for y, row in enumerate(self._lowest_from(self.lowest_row, self.input_row)):
            if row is not None:
                best = max(best, (y + 1) * self.columns * self.depth - row - lowest_column)
        return best if best == NOTHING else best + self._drift(self.batches - 1)

    def passes(self) -> int:
        """Least distance of a kernel that passes over the image several times, each time for some of the channels.

        A pass for channels up to c ends with a write `depth - c` before the end of the image; the next begins by
        reading channel c of the lowest pixel. Windows have to read the channels that they write.
        """
        lowest_row = self._lowest_from(self.lowest_row, self.input_row)[0]
        lowest_column = self._lowest_from(self.lowest_column, self.input_depth)[0]
        if lowest_row is None or lowest_column is None:
            return NOTHING
        again = self.size - self.depth - lowest_row - lowest_column + self._drift(self.batches - 1)
        return max(again, self.next_pixel())

    def _ahead_down(self) -> int:
        """The part of `ahead` that rows contribute."""
        return max(
            (
                y * self.columns * self.depth - row * self.input_row
                for y, row in enumerate(self.lowest_row)
                if row is not None
            ),
            default=NOTHING,
        )

    def _ahead_across(self) -> int:
        """The part of `ahead` that columns contribute."""
        return max(
            (
                x * self.depth - column * self.input_depth
                for x, column in enumerate(self.lowest_column)
                if column is not None
            ),
            default=NOTHING,
        )

    def _drift(self, batches: int) -> int:
        """How much further ahead of its input the output can be after this many images; never negative."""
        return max(0, batches) * max(0, self.size - self.input_size)

    @staticmethod
    def _lowest_from(starts: tuple[int | None, ...], step: int) -> list[int | None]:
        """Lowest element that is read from each position on; None where nothing is read any more."""
        lowest: list[int | None] = []
        least: int | None = None
        for start in reversed(starts):
            if start is not None and (least is None or start * step < least):
                least = start * step
            lowest.append(least)
        return lowest[::-1]


def elementwise(count: int, read: int, write: int) -> int:
    """Least distance in bytes where element i is written after element i is read, and before element i + 1 is.

    Args:
        count: elements.
        read: bytes of an element of the input.
        write: bytes of an element of the output.
    """
    if count < 2:
        return NOTHING
    return max(write - read, (count - 1) * (write - read))


def blocks(pixels: int, step: int, depth: int, block: int, alone: int) -> int:
    """Least distance of a kernel that makes `block` pixels at a time, one channel of all of them after the other.

    What is left in the end is made pixel by pixel. Each channel reads its pixels anew.

    Args:
        pixels: pixels in one run.
        step: elements from one input pixel to the next.
        depth: elements of an output pixel.
        block: pixels at a time.
        alone: of a pixel that is made alone, the elements that are written before the last reading of its input.
    """
    gain, left = depth - step, pixels % block
    full = pixels - left
    candidates = [NOTHING]
    if full and depth > 1:  # all channels but the last, of the last pixel of the first or the last block
        candidates += [start * gain + block * depth - 1 for start in (0, full - block)]
    if left and alone:
        candidates += [start * gain + alone for start in (full, pixels - 1)]
    first, last = block if full else 1, pixels - 1 if left else full - block  # where one reading ends, the next begins
    if first <= last:
        candidates += [first * gain, last * gain]
    return max(candidates)
