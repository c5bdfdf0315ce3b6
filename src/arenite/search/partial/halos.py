"""Which tensors of a stretch to keep rows of, where neither all nor none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.search.partial.load import Load

if TYPE_CHECKING:
    from arenite.model import Tensor
    from arenite.search.partial.load import Area

_STRIPS = 8
"""Strips by which the work that kept rows save is judged."""


def nested(area: Area, part: float) -> list[Load]:
    """From no kept rows on, each with one tensor more: that whose rows save the most work for their bytes.

    Ends when at most `part` of the work that is done twice without kept rows is left. What a tensor saves is taken to
    become no more by others that are kept, so that few of them are looked at in each step.
    """
    none, every = Load(area, frozenset()), whole_halo(area)
    enough = work(every) + part * (work(none) - work(every))
    result = [none]
    saved = {tensor: _saved(none, tensor) for tensor in sorted(every.kept, key=area.place)}
    while work(result[-1]) > enough:
        tensor = max(saved, key=lambda each: saved[each])
        now = _saved(result[-1], tensor)
        if now < max((value for each, value in saved.items() if each is not tensor), default=0.0):
            saved[tensor] = now
        else:
            del saved[tensor]
            result.append(Load(area, result[-1].kept | {tensor}))
    return result


def whole_halo(area: Area) -> Load:
    """All rows kept that two strips need, of whatever tensor."""
    every = Load(area, frozenset((*area.region.inner, *area.region.outputs)))
    return Load(area, frozenset(tensor for tensor in every.kept if every.held(tensor)))


def work(load: Load) -> int:
    """Multiply-accumulates of a few strips, to compare halos by."""
    at = load.evenly(_STRIPS)
    return int(load.macs(at[:-1], at[1:]).sum())


def _saved(load: Load, tensor: Tensor) -> float:
    """Multiply-accumulates that keeping rows of one more tensor saves, for each of their bytes."""
    more = Load(load.area, load.kept | {tensor})
    return (work(load) - work(more)) / max(1, more.held(tensor))
