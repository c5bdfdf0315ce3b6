"""What single scopes take, and so the whole, whatever is moved."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from arenite.problems.distances import nearest
from arenite.solve.place.least import least_height

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.solve.relocate.field import Field, Places


def scope_bound(field: Field, still: Sequence[Places] = ()) -> int:
    """Units that some scope takes: no layout is lower.

    `still` has safe places for each scope, if any are known. What is free between them can be taken out, so they tell
    at most what a scope takes, and most need not be looked at.
    """
    at_most = map(field.taken, still) if still else (sum(field.sizes[one] for one in each) for each in field.alive)
    best = 0
    for limit, alive in sorted(zip(at_most, field.alive, strict=True), key=lambda each: -each[0]):
        if limit <= best:
            break
        best = max(best, pairs_bound(field, alive))
        if limit > best:
            best = max(best, least_height(field.small, alive))
    return best


def pairs_bound(field: Field, alive: Sequence[int]) -> int:
    """Units that these take at least: their sum, less what each two can have in common at most.

    That is Bonferroni's inequality. It holds for any of them; those that have more in common with others than they are
    large are left out.
    """
    common = {(one, other): most for one, other in combinations(alive, 2) if (most := _common(field, one, other))}
    left = set(alive)
    while left:
        alone = {one: field.sizes[one] for one in left}
        for pair, most in common.items():
            if left.issuperset(pair):
                for one in pair:
                    alone[one] -= most
        worst = min(left, key=lambda one: (alone[one], one))
        if alone[worst] >= 0:
            break
        left.remove(worst)
    return sum(field.sizes[one] for one in left) - sum(most for pair, most in common.items() if left.issuperset(pair))


def _common(field: Field, one: int, other: int) -> int:
    """Units that two can have in common at most."""
    size, beside = field.sizes[one], field.sizes[other]
    gap = field.rules[one].get(other)
    if gap is None:
        return min(size, beside)
    if field.apart(one, gap):
        return 0
    tried = (gap.up, -gap.down, 0, beside - size, *nearest(gap.points, min(0, beside - size)))
    return max(0, *(min(by + size, beside) - max(by, 0) for by in tried if gap.kept(by)))
