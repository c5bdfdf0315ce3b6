"""Converts lists, tables and the state of a random generator to and from the `bytes` of int64 that the C core takes."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

from arenite.solve.place.gaps import ABOVE

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sized

    from arenite.solve.place.gaps import Units

LARGEST = 1 << 60
"""Largest sum of sizes and distances, in units, for the C core: two such sums and `ABOVE` still fit in int64."""

LONGEST_STEP = 1 << 31
"""Largest step of a progression, in units, for the C core: the product of two steps still fits in int64."""


def packed(numbers: Iterable[int]) -> bytes:
    """The numbers as int64. Raises OverflowError if one does not fit."""
    return array("q", numbers).tobytes()


def unpacked(content: bytes) -> list[int]:
    """The numbers of a result of `packed`."""
    numbers = array("q")
    numbers.frombytes(content)
    return numbers.tolist()


def starts(lists: Iterable[Sized]) -> bytes:
    """The begins of lists that are written one after another, and the end of the last one, as int64."""
    return packed(accumulate(map(len, lists), initial=0))


def ends(units: Units, rises: Iterable[tuple[int, int, int]]) -> bytes:
    """The table from which the C core computes heights, one row of four numbers for each of `rises`.

    `rises`, in rising order of parties: (party, buffer, rise), where a party is a buffer or group that is placed as
    one, and the buffer ends `rise` units above the party's place. A row is (party, rise, cap of the buffer, whether the
    height leaves it out).
    """
    caps = units.caps or (ABOVE,) * len(units.sizes)
    aside = units.aside if units.caps else frozenset[int]()
    return packed(
        number for party, buffer, rise in rises for number in (party, rise, caps[buffer], int(buffer in aside))
    )


def state_of(chance: random.Random) -> bytes:
    """The state of a generator as int64."""
    return packed(chance.getstate()[1])


def continue_from(chance: random.Random, state: bytes) -> None:
    """Set a generator to a state that the C core has returned."""
    version, _, gauss = chance.getstate()
    chance.setstate((version, tuple(unpacked(state)), gauss))
