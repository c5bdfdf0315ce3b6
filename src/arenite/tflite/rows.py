"""All fields of a table that the reader wants, read at once.

Most tables of a file share a vtable with others, and so do files of one converter. What a vtable says about the wanted
fields is worked out once, as a `Plan`; each table then takes one call of `struct`. Fields are numbers, or offsets,
which are read as the distance from the table to their target:

    (SHAPE, OFFSET), (TYPE, "b"), (BUFFER, "I") + vtable --> plan;  plan + table --> distance of the shape, 9, 0

A field that is absent is 0, which is no target's distance and the schema's default of all numbers that are read so.
"""

from __future__ import annotations

from functools import lru_cache
from operator import add, itemgetter
from struct import Struct, calcsize, error
from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.tflite.flat import I32, DamageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arenite.tflite.flat import Image

    Fields = tuple[tuple[int, str], ...]
    """At least two wanted fields: the slot of each, and the `struct` letter of its number or `OFFSET`."""

OFFSET = "offset"
_LETTER_OF_OFFSET = "I"
_ABSENT = (0,)
_TO_VTABLE = I32.unpack_from
MOST_PLANS = 1024
"""Plans that are kept, of some hundred bytes each. A converter writes a dozen vtables; damaged files may hold any."""


class Plan(NamedTuple):
    """How the wanted fields are read from a table with a certain vtable.

    length: bytes of the table.
    unpack: what the table has of the fields, of the file's bytes and the table's position.
    pick: puts these values in order; absent fields take the value behind them, `_ABSENT`.
    places: for each wanted field that is a present offset its place in the table, in bytes; 0 for others.
    """

    length: int
    unpack: Callable[[bytes, int], tuple[int, ...]]
    pick: Callable[[tuple[int, ...]], tuple[int, ...]]
    places: tuple[int, ...]


class Rows:
    """Reads the wanted fields of tables in an image, with the same checks as `Image.table` and `Table.field`."""

    __slots__ = ("_data", "_fields", "_image", "_plans", "_size")

    def __init__(self, image: Image, fields: Fields) -> None:
        self._image = image
        self._data = image.data
        self._size = image.size
        self._fields = fields
        self._plans: dict[int, Plan] = {}

    def read(self, position: int) -> Iterator[int]:
        """The fields of the table at a position, in the order in which they are wanted.

        Raises:
            DamageError: the table, its vtable or a wanted field does not lie inside the file or the table.
        """
        data = self._data
        try:
            vtable = position - _TO_VTABLE(data, position)[0]
        except error:
            vtable = self._image.vtable(position)  # says what is wrong
        length, unpack, pick, places = self._plans.get(vtable) or self._plan(vtable, position)
        if position + length > self._size:
            raise DamageError(f"the table at byte {position} is cut off by the end of the file")
        return map(add, pick(unpack(data, position) + _ABSENT), places)

    def _plan(self, vtable: int, position: int) -> Plan:
        length, slots = self._image.layout(vtable)
        for slot, letter in self._fields:
            if slot < len(slots) and slots[slot] + calcsize(_letter(letter)) > length:
                raise DamageError(f"field {slot} runs past the end of the table at byte {position}")
        plan = self._plans[vtable] = _plan(self._fields, length, slots)
        return plan


def _letter(kind: str) -> str:
    return _LETTER_OF_OFFSET if kind == OFFSET else kind


@lru_cache(maxsize=MOST_PLANS)
def _plan(fields: Fields, length: int, slots: tuple[int, ...]) -> Plan:
    """The plan for tables of this many bytes, whose vtable has these slots."""
    places = [slots[slot] if slot < len(slots) else 0 for slot, _ in fields]
    present = sorted(
        (at, _letter(kind), place) for place, (at, (_, kind)) in enumerate(zip(places, fields, strict=True)) if at
    )
    order = {place: number for number, (_, _, place) in enumerate(present)}
    pick: Any = itemgetter(*(order.get(place, -1) for place in range(len(fields))))
    distances = tuple(at if kind == OFFSET else 0 for at, (_, kind) in zip(places, fields, strict=True))
    return Plan(length, _unpack([(at, letter) for at, letter, _ in present]), pick, distances)


def _unpack(present: list[tuple[int, str]]) -> Callable[[bytes, int], tuple[int, ...]]:
    """Reads numbers at these places in a table, which are sorted."""
    ends = [at + calcsize(letter) for at, letter in present]
    if any(end > at for end, (at, _) in zip(ends, present[1:], strict=False)):
        # Fields overlap in damaged files alone.
        each = [Struct(f"<{at}x{letter}").unpack_from for at, letter in present]
        return lambda data, position: tuple(unpack(data, position)[0] for unpack in each)
    gaps = (f"{at - end}x{letter}" for end, (at, letter) in zip([0, *ends], present, strict=False))
    return Struct("<" + "".join(gaps)).unpack_from
