"""Moves parts of a finished file: aligns the contents of buffers, and removes bytes that nothing refers to.

The C++ builder of TensorFlow's converter aligns contents to 4 bytes only, so most files need this. All other parts keep
their position modulo 16, and thus their alignment: a content that moves by k bytes gets k bytes of padding before it
and 16 - k after it, and dead bytes are removed in multiples of 16.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from arenite.tflite.flat import I32, U32, U64, Image
from arenite.tflite.links import Links, find_links
from arenite.tflite.sheet import ALIGNMENT
from arenite.tflite.slots import BufferField, ModelField, OperatorField, SubGraphField

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arenite.tflite.flat import Table


_DEAD, _ALIVE = 1, 2
"""Marks of bytes that only the old root reaches, and of bytes that the new root reaches; 0 is neither."""


class Edit(NamedTuple):
    """At a position: insert a number of padding bytes, or drop a number of bytes."""

    position: int
    inserted: int
    dropped: int


def misplaced_contents(image: Image) -> set[tuple[int, int]]:
    """(start, end) of the misaligned contents of buffers, without their length fields."""
    found = set()
    for position in image.table(image.indirect(0)).tables(ModelField.BUFFERS):
        at = image.table(position).target(BufferField.DATA)
        if at:
            start, count = image.vector(at, 1)
            if count and start % ALIGNMENT:
                found.add((start, start + count))
    return found


def settle(data: bytes, old_root: int) -> bytes | None:
    """Align every content of a file, and remove what only its previous root table refers to.

    None if the file has a part that is newer than the installed schema: moving it would break unknown offsets.
    """
    image = Image(data)
    root, edits = image.indirect(0), list(_alignments(image))
    if root == old_root and not edits:
        return data
    links = find_links(image, root)
    old = links if root == old_root else find_links(image, old_root)
    if links is None or old is None:
        return None
    edits += _removals(dead(image, old.extents, links.extents))
    return _apply(image, sorted(edits), links) if edits else data


def dead(image: Image, old: Iterable[tuple[int, int]], new: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """(start, end) of bytes in `old` extents but in none of the `new` ones, with the padding between them.

    Padding is zeros without a reference to them, at most as many as an alignment needs.
    """
    import numpy as np

    use = np.zeros(image.size, np.int8)
    for mark, extents in ((_DEAD, old), (_ALIVE, new)):
        for start, end in extents:
            use[start:end] = mark
    for place in _absolute_places(image):
        target = U64.unpack_from(image.data, place)[0]
        use[target : target + 1] = _ALIVE
    edges = [0, *(np.flatnonzero(np.diff(use)) + 1).tolist(), image.size]
    runs = [(start, end, int(use[start])) for start, end in pairwise(edges)]
    for (_, _, before), (start, end, mark), (_, _, after) in zip(runs, runs[1:], runs[2:], strict=False):
        if mark == 0 and before == after == _DEAD and end - start < ALIGNMENT and not any(image.view[start:end]):
            use[start:end] = _DEAD
    ends = np.flatnonzero(np.diff(use == _DEAD, prepend=False, append=False)).tolist()
    return list(zip(ends[::2], ends[1::2], strict=True))


def _alignments(image: Image) -> Iterator[Edit]:
    for start, end in misplaced_contents(image):
        padding = -start % ALIGNMENT
        yield Edit(start - U32.size, padding, 0)
        yield Edit(end, ALIGNMENT - padding, 0)


def _removals(extents: Iterable[tuple[int, int]]) -> Iterator[Edit]:
    for start, end in extents:
        whole = (end - start) // ALIGNMENT * ALIGNMENT
        if whole:
            yield Edit(start, 0, whole)


def _apply(image: Image, edits: Sequence[Edit], links: Links) -> bytes:
    places = [edit.position for edit in edits]
    shifts = [0, *accumulate(edit.inserted - edit.dropped for edit in edits)]

    def shift(position: int) -> int:
        return shifts[bisect_right(places, position)]

    output = bytearray()
    done = 0
    for edit in edits:
        output += image.data[done : edit.position]
        output += bytes(edit.inserted)
        done = max(done, edit.position + edit.dropped)
    output += image.data[done:]
    for place, target in links.forward.items():
        here, there = shift(place), shift(target)
        if here != there:
            U32.pack_into(output, place + here, target + there - place - here)
    for table, vtable in links.vtables.items():
        here, there = shift(table), shift(vtable)
        if here != there:
            I32.pack_into(output, table + here, table + here - vtable - there)
    for place in _absolute_places(image):
        target = U64.unpack_from(image.data, place)[0]
        U64.pack_into(output, place + shift(place), target + shift(target))
    return bytes(output)


def _absolute_places(image: Image) -> set[int]:
    """Positions of fields that contain a position in the file; values up to 1 are placeholders."""
    root = image.table(image.indirect(0))
    places = {_field(image.table(p), BufferField.OFFSET) for p in root.tables(ModelField.BUFFERS)}
    for graph in root.tables(ModelField.SUBGRAPHS):
        for operator in image.table(graph).tables(SubGraphField.OPERATORS):
            places.add(_field(image.table(operator), OperatorField.LARGE_CUSTOM_OPTIONS_OFFSET))
    return {place for place in places if place and U64.unpack_from(image.data, place)[0] > 1}


def _field(table: Table, slot: int) -> int:
    return table.field(slot, U64.size)
