"""Least safe distances of kernels that write their output in order while they read a window that moves forward.

Positions count elements from the start of a tensor. A write that ends at element w is safe for a later read of element
r if address(output) + w <= address(input) + r, that is, if the distance is at least w - r. The least distance is the
maximum of w - r over all writes, where r is the lowest element that is read after the write. All functions here compute
this maximum exactly, in time linear in the rows and columns of the output. NOTHING means that no element is read after
any write.
"""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = -(1 << 62)
"""Result if no element is read after any write; below every real distance."""


@dataclass(frozen=True, slots=True)
class Walk:
    """An output of `batches` images with `rows` x `columns` pixels of `depth` elements, written pixel by pixel.

    `lowest_row[y]` is the lowest input row that pixels of output row y read, `lowest_column[x]` the lowest input column
    of output column x; None where the whole window lies on padding. A pixel reads this corner of the input and no
    element below it. `input_size` is the elements per input image, `input_row` per input row, `input_depth` per input
    pixel.
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
        """Largest lead, in elements, of the start of an output pixel over the corner of its window."""
        most_down, most_across = self._ahead_down(), _most_ahead(self.lowest_column, self.depth, self.input_depth)
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
        """Least distance of a kernel that may write a whole row before it reads any input of that row.

        Never less than `next_pixel`, since it assumes that every row reads from the lowest column on.
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
        """Least distance of a kernel that makes several passes over the image, each for some of the channels.

        A pass for channels up to c ends with a write `depth - c` elements before the end of the image. The next pass
        begins with a read of channel c of the lowest pixel. Each output channel must read the same channel of the
        input.
        """
        lowest_row = self._lowest_from(self.lowest_row, self.input_row)[0]
        lowest_column = self._lowest_from(self.lowest_column, self.input_depth)[0]
        if lowest_row is None or lowest_column is None:
            return NOTHING
        again = self.size - self.depth - lowest_row - lowest_column + self._drift(self.batches - 1)
        return max(again, self.next_pixel())

    def _ahead_down(self) -> int:
        """Contribution of the rows to `ahead`."""
        return _most_ahead(self.lowest_row, self.columns * self.depth, self.input_row)

    def _drift(self, batches: int) -> int:
        """Growth of the output's lead over the input after this many images, in elements; never negative."""
        return max(0, batches) * max(0, self.size - self.input_size)

    @staticmethod
    def _lowest_from(starts: tuple[int | None, ...], step: int) -> list[int | None]:
        """Lowest element that is read from each position on; None where no more elements are read."""
        lowest: list[int | None] = []
        least: int | None = None
        for start in reversed(starts):
            if start is not None and (least is None or start * step < least):
                least = start * step
            lowest.append(least)
        return lowest[::-1]


def _most_ahead(lowest: tuple[int | None, ...], written: int, read: int) -> int:
    """Largest lead of the writes over the lowest reads along an axis.

    Neighboring positions are `written` elements apart in the output, and `read` elements in the input.
    """
    leads = (place * written - start * read for place, start in enumerate(lowest) if start is not None)
    return max(leads, default=NOTHING)


def elementwise(count: int, read: int, write: int) -> int:
    """Least distance in bytes of a kernel that reads element i, writes element i, then reads element i + 1.

    Args:
        read: bytes per element of the input.
        write: bytes per element of the output.
    """
    if count < 2:
        return NOTHING
    return max(write - read, (count - 1) * (write - read))


def blocks(pixels: int, step: int, depth: int, block: int, alone: int) -> int:
    """Least distance of a kernel that computes `block` pixels at a time, channel after channel for the whole block.

    Remaining pixels are computed one by one. Each channel reads its pixels again.

    Args:
        pixels: pixels in one run.
        step: elements from one input pixel to the next.
        depth: elements per output pixel.
        block: pixels per block.
        alone: elements that a remaining pixel writes before the last read of its input.
    """
    gain, left = depth - step, pixels % block
    full = pixels - left
    candidates = [NOTHING]
    if full and depth > 1:  # all channels but the last one are written, of the last pixel in the first or last block
        candidates += [start * gain + block * depth - 1 for start in (0, full - block)]
    if left and alone:
        candidates += [start * gain + alone for start in (full, pixels - 1)]
    first, last = block if full else 1, pixels - 1 if left else full - block  # a read ends and the next begins here
    if first <= last:
        candidates += [first * gain, last * gain]
    return max(candidates)
