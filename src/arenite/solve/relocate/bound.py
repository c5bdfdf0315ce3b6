"""Lower bounds on the height of layouts with moves: what single scopes need, which no move can lower."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from arenite.problems.distances import nearest
from arenite.solve.place.least import least_height

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.solve.relocate.field import Field, Places


def scope_bound(field: Field, still: Sequence[Places] = ()) -> int:
    """Largest lower bound of a single scope, in units: no layout is lower, whatever moves.

    `still`: safe offsets for each scope, if known. A scope needs at most the units that these offsets cover, because
    unused units between buffers can be taken out. Scopes that cover less than the best bound are skipped.
    """
    at_most = map(field.taken, still) if still else (sum(field.sizes[one] for one in alive) for alive in field.alive)
    best = 0
    # Models in strips have many scopes with equal sizes and gaps; each distinct one is searched once.
    least = cache(lambda part: least_height(part, range(len(part.sizes))))
    for limit, alive in sorted(zip(at_most, field.alive, strict=True), key=lambda entry: -entry[0]):
        if limit <= best:
            break
        best = max(best, pairs_bound(field, alive))
        if limit > best:
            best = max(best, least(field.small.part(alive)))
    return best


def pairs_bound(field: Field, alive: Sequence[int]) -> int:
    """Lower bound on the units that these buffers cover: the sum of sizes less the largest overlap of each pair.

    This is Bonferroni's inequality. It holds for every subset of the buffers; buffers that lower the bound, because
    their overlaps exceed their size, are left out.
    """
    common = {(one, other): most for one, other in combinations(alive, 2) if (most := _common(field, one, other))}
    left = set(alive)
    while left:
        alone = {buffer: field.sizes[buffer] for buffer in left}
        for pair, most in common.items():
            if left.issuperset(pair):
                for buffer in pair:
                    alone[buffer] -= most
        worst = min(left, key=lambda buffer: (alone[buffer], buffer))
        if alone[worst] >= 0:
            break
        left.remove(worst)
    return sum(field.sizes[one] for one in left) - sum(most for pair, most in common.items() if left.issuperset(pair))


def _common(field: Field, one: int, other: int) -> int:
    """Largest overlap of two buffers that their gap allows, in units."""
    size, beside = field.sizes[one], field.sizes[other]
    gap = field.rules[one].get(other)
    if gap is None:
        return min(size, beside)
    if field.apart(one, gap):
        return 0
    tried = (gap.up, -gap.down, 0, beside - size, *nearest(gap.points, min(0, beside - size)))
    return max(0, *(min(by + size, beside) - max(by, 0) for by in tried if gap.kept(by)))
