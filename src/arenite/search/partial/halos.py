"""Area -> which tensors' halos to keep from strip to strip, where neither all nor none of them is best.

The halo of a tensor is the rows that two neighboring strips need. Keeping it costs memory, recomputing it costs work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.search.partial.load import Load

if TYPE_CHECKING:
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
    enough = work(every) + part * (work(none) - work(every))
    result = [none]
    saved = {tensor: _saved(none, tensor) for tensor in sorted(every.kept, key=area.place)}
    while work(result[-1]) > enough:
        tensor = max(saved, key=lambda candidate: saved[candidate])
        now = _saved(result[-1], tensor)
        if now < max((value for other, value in saved.items() if other is not tensor), default=0.0):
            saved[tensor] = now
        else:
            del saved[tensor]
            result.append(Load(area, result[-1].kept | {tensor}))
    return result


def whole_halo(area: Area) -> Load:
    """The load that keeps every halo, with only those tensors in `kept` that have one."""
    every = Load(area, frozenset((*area.region.inner, *area.region.outputs)))
    return Load(area, frozenset(tensor for tensor in every.kept if every.held(tensor)))


def work(load: Load) -> int:
    """Multiply-accumulates of `_STRIPS` strips, for comparing halos."""
    at = load.evenly(_STRIPS)
    return int(load.macs(at[:-1], at[1:]).sum())


def _saved(load: Load, tensor: Tensor) -> float:
    """Multiply-accumulates saved by keeping the halo of one more tensor, per byte of the halo."""
    more = Load(load.area, load.kept | {tensor})
    return (work(load) - work(more)) / max(1, more.held(tensor))
