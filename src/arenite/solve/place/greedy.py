"""Orders for first fit of buffers that share no bytes: fast layouts that are often already as low as the load."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arenite.problems.placement import Buffer


def orders(buffers: Sequence[Buffer], meets: list[list[int]]) -> Iterator[list[int]]:
    """Orders worth trying, the best known first; ties go by number, so that the result is reproducible."""
    length = [b.last - b.first + 1 for b in buffers]
    around = [sum(buffers[j].size for j in meets[i]) + b.size for i, b in enumerate(buffers)]
    keys: tuple[Callable[[int], tuple[int, ...]], ...] = (
        lambda i: (-buffers[i].size, -length[i]),
        lambda i: (-buffers[i].size * length[i], -buffers[i].size),
        lambda i: (-length[i], -buffers[i].size),
        lambda i: (-around[i], -buffers[i].size),
        lambda i: (buffers[i].first, -buffers[i].size),
        lambda i: (-buffers[i].last, -buffers[i].size),
        lambda i: (buffers[i].first, -length[i]),
        lambda i: (-buffers[i].last, -length[i]),
    )
    for key in keys:
        yield sorted(range(len(buffers)), key=lambda i: (*key(i), i))
