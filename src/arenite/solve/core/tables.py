"""Numbers as the compiled core takes them: lists and tables as `bytes` of int64, the state of a generator likewise."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

from arenite.solve.place.gaps import ABOVE

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sized

    from arenite.solve.place.gaps import Gaps

LARGEST = 1 << 60
"""Sums of numbers up to which the compiled core computes as Python does: two of them and `ABOVE` still fit in int64."""

LONGEST_STEP = 1 << 31
"""Units between two places of a progression up to which the product of two such steps fits in int64."""


def packed(numbers: Iterable[int]) -> bytes:
    """The numbers as int64; OverflowError where one does not fit."""
    return array("q", numbers).tobytes()


def unpacked(content: bytes) -> list[int]:
    """The numbers that `packed` took."""
    numbers = array("q")
    numbers.frombytes(content)
    return numbers.tolist()


def starts(lists: Iterable[Sized]) -> bytes:
    """Where each list begins, and the last one ends, if they are written one after another."""
    return packed(accumulate(map(len, lists), initial=0))


def ends(gaps: Gaps, rises: Iterable[tuple[int, int, int]]) -> bytes:
    """What counts in the height: a party, one of its buffers, and how far above the party's place that one ends."""
    caps = gaps.caps or (ABOVE,) * len(gaps.sizes)
    aside = gaps.aside if gaps.caps else frozenset[int]()
    return packed(
        number for party, buffer, rise in rises for number in (party, rise, caps[buffer], int(buffer in aside))
    )


def state_of(chance: random.Random) -> bytes:
    """What a generator will choose next."""
    return packed(chance.getstate()[1])


def continue_from(chance: random.Random, state: bytes) -> None:
    """Set a generator to a state from which it had gone on elsewhere."""
    version, _, gauss = chance.getstate()
    chance.setstate((version, tuple(unpacked(state)), gauss))
