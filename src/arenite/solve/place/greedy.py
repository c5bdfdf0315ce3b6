"""Orders in which greedy fits place buffers that share no bytes. Their layouts often reach the load already."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arenite.problems.placement import Buffer


def orders(buffers: Sequence[Buffer], meets: list[list[int]]) -> Iterator[list[int]]:
    """Orders of all buffers, those that usually give the lowest layouts first.

    `meets[i]` lists the buffers alive together with buffer i. Ties are broken by number, so that orders are
    reproducible.
    """
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
