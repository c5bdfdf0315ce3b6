"""A byte arena in which a kernel writes its output while it reads its input, and that notices every false reading.

Memory holds tokens instead of values, so that no two values are equal by accident: byte i of the input is the token i;
what a kernel computes is new; what it copies keeps its token. A kernel that runs at a safe distance reads every byte
of the input as it was and leaves the output that it would leave at any other place.
"""

from __future__ import annotations

from collections.abc import Callable

Kernel = Callable[["Arena"], None]


class Torn(Exception):  # noqa: N818 - an event of the test, not an error of the program
    """The kernel read something else than the input, or a memcpy had its source and target partly in common."""


class Arena:
    """`distance` is address(input) - address(output); all offsets are bytes from the start of either tensor."""

    def __init__(self, input_bytes: int, output_bytes: int, distance: int) -> None:
        self._size = input_bytes
        self._output = max(0, -distance)
        self._input = self._output + distance
        self._memory = [None] * max(self._output + output_bytes, self._input + input_bytes)
        self._memory[self._input : self._input + input_bytes] = range(input_bytes)
        self._expected: dict[int, object] = {}

    def read(self, offset: int, size: int = 1) -> None:
        """Read bytes of the input."""
        if self._memory[self._input + offset : self._input + offset + size] != list(range(offset, offset + size)):
            raise Torn

    def write(self, offset: int, size: int = 1) -> None:
        """Write new bytes to the output."""
        self._store(offset, [object() for _ in range(size)])

    def copy(self, target: int, source: int, size: int = 1) -> None:
        """Copy one element, or a few that are read before any is written, from the input to the output."""
        self.read(source, size)
        self._store(target, list(range(source, source + size)))

    def memcpy(self, target: int, source: int, size: int) -> None:
        """Copy a block in an order that nobody knows."""
        apart = self._output + target - self._input - source
        if apart and abs(apart) < size:
            raise Torn
        self.copy(target, source, size)

    def intact(self) -> None:
        """Check that the input is whole."""
        self.read(0, self._size)

    def finish(self) -> None:
        """Check that the output is whole."""
        for offset, token in self._expected.items():
            if self._memory[self._output + offset] is not token and self._memory[self._output + offset] != token:
                raise Torn

    def _store(self, offset: int, tokens: list[object]) -> None:
        self._memory[self._output + offset : self._output + offset + len(tokens)] = tokens
        self._expected.update(enumerate(tokens, offset))


def works(kernel: Kernel, input_bytes: int, output_bytes: int, distance: int, *, intact: bool = False) -> bool:
    """Whether a kernel gives its true output at this distance, and, if asked for, leaves its input as it was."""
    arena = Arena(input_bytes, output_bytes, distance)
    try:
        kernel(arena)
        arena.finish()
        if intact:
            arena.intact()
    except Torn:
        return False
    return True
