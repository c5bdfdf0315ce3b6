"""Area -> which tensors' halos to keep from strip to strip, where neither all nor none of them is best.

The halo of a tensor is the rows that two neighboring strips need. Keeping it costs memory, recomputing it costs work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from arenite.search.partial.load import Load
from arenite.search.partial.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Tensor
    from arenite.search.partial.load import Area

_STRIPS = 8
"""Number of strips for which halos are compared; a guess, since the real number is only chosen later."""


def nested(area: Area, part: float) -> list[Load]:
    """Greedy sequence of loads, from no kept halo on, each with one tensor more: the one with the most work per byte.

    The sequence ends when at most `part` of the recomputed work is left. Keeping one tensor is assumed not to raise
    what another one saves, so old savings are upper bounds, and only the best tensor's saving is recomputed (lazy
    greedy).
    """
    none, every = Load(area, frozenset()), whole_halo(area)
    left, least = work(none), work(every)
    enough = least + part * (left - least)
    result = [none]
    saved = _saved(none, left, sorted(every.kept, key=area.place))
    while left > enough:
        tensor = max(saved, key=lambda candidate: saved[candidate])
        now = _saved(result[-1], left, [tensor])[tensor]
        if now < max((value for other, value in saved.items() if other is not tensor), default=0.0):
            saved[tensor] = now
        else:
            del saved[tensor]
            result.append(Load(area, result[-1].kept | {tensor}))
            left = work(result[-1])
    return result


def whole_halo(area: Area) -> Load:
    """The load that keeps every halo, with only those tensors in `kept` that have one."""
    every = Load(area, frozenset((*area.region.inner, *area.region.outputs)))
    return Load(area, frozenset(tensor for tensor in every.kept if every.held(tensor)))


def work(load: Load) -> int:
    """Multiply-accumulates of `_STRIPS` strips, for comparing halos."""
    at = load.evenly(_STRIPS)
    return int(load.macs(at[:-1], at[1:]).sum())


def _saved(load: Load, done: int, tensors: Sequence[Tensor]) -> dict[Tensor, float]:
    """For each of these tensors, the multiply-accumulates saved by also keeping its halo, per byte of the halo.

    `done`: those of the load, as `work` counts them.
    """
    lines = np.arange(len(tensors))
    # Line i of the tables also keeps tensor i; what the load keeps already, as rows that come once, stays in all lines.
    also = {tensor: lines[:, None] == line for line, tensor in enumerate(tensors) if tensor not in load.kept}
    tables, at = Tables(load.area, {**dict.fromkeys(load.kept, True), **also}), load.evenly(_STRIPS)
    saved = np.broadcast_to(done - tables.macs(at[:-1], at[1:]).sum(axis=-1), lines.shape)
    held = [np.broadcast_to(tables.held(tensor), lines.shape)[line] for line, tensor in enumerate(tensors)]
    return {tensor: int(saved[line]) / max(1, int(held[line])) for line, tensor in enumerate(tensors)}
