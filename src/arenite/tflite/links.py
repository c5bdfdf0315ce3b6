"""Finds every offset in a flatbuffer of the TensorFlow Lite schema, with its target and the target's extent.

The generated classes do not describe the schema. So the walk follows the file and the tree of the object API in
parallel: the attributes of a tree object are the fields of its table, in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arenite.tflite.flat import U32
from arenite.tflite.read_operator import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.tflite.flat import Image, Table

# Slots of the remaining fields in tables with deprecated fields, which the object API leaves out.
_SLOTS = {"SignatureDefT": (0, 1, 2, 4), "ResizeBilinearOptionsT": (2, 3)}
# Deprecated fields that are plain numbers without further targets.
_NUMBERS = {"ResizeBilinearOptionsT": (0, 1)}


@dataclass(frozen=True)
class Links:
    """`forward`: position of an offset -> its target; `vtables`: position of a table -> its vtable.

    `extents`: (start, end) of everything reached: tables, vtables, vectors, strings with their final zero.
    """

    forward: dict[int, int] = field(default_factory=dict)
    vtables: dict[int, int] = field(default_factory=dict)
    extents: set[tuple[int, int]] = field(default_factory=set)


class _UnknownError(Exception):
    """The file has a part that is newer than the schema."""


def find_links(image: Image, position: int) -> Links | None:
    """All offsets that are reachable from the root table at a position, and the one in the file's header.

    None if a table has fields that the schema does not know.
    """
    links = Links()
    links.forward[0] = image.indirect(0)
    root = image.table(position)
    try:
        _walk(root, unpack("Model", root), links)
    except _UnknownError:
        return None
    return links


def _walk(table: Table, tree: Any, links: Links) -> None:
    if table.position in links.vtables:
        return
    image = table.image
    links.vtables[table.position] = table.vtable
    links.extents.update(table.extents)
    for slot, value in _fields(table, tree):
        if isinstance(value, bool | int | float):
            continue
        place, target = table.field(slot), table.target(slot)
        if value is None:
            raise _UnknownError
        links.forward[place] = target
        if _is_tree(value):
            _walk(image.table(target), value, links)
            continue
        links.extents.add((target, target + U32.size + _bytes(value)))
        if isinstance(value, list) and value and not isinstance(value[0], bool | int | float):
            for index, element in enumerate(value):
                place = target + 4 + 4 * index
                links.forward[place] = image.indirect(place)
                if _is_tree(element):
                    _walk(image.table(image.indirect(place)), element, links)


def _fields(table: Table, tree: Any) -> Iterator[tuple[int, Any]]:
    """Slots of present fields, each with its value in the tree."""
    name, values = type(tree).__name__, list(vars(tree).values())
    slots = _SLOTS.get(name, range(len(values)))
    present = {slot for slot, offset in enumerate(table.slots) if offset}
    if present - set(slots) - set(_NUMBERS.get(name, ())):
        raise _UnknownError
    return ((slot, value) for slot, value in zip(slots, values, strict=True) if slot in present)


def _bytes(value: Any) -> int:
    """Bytes of the elements of a vector or string; a string has one more for its final zero."""
    if isinstance(value, bytes | str):
        return len(value.encode() if isinstance(value, str) else value) + 1
    return int(value.nbytes) if hasattr(value, "nbytes") else U32.size * len(value)


def _is_tree(value: Any) -> bool:
    return type(value).__module__.startswith("ai_edge_litert.")
