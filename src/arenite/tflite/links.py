"""Every offset in a flatbuffer of the TensorFlow Lite schema: where it stands and where it leads.

The generated classes do not describe the schema, so the walk goes along the file and the tree of the object API at
once: the attributes of a tree object are the fields of its table, in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arenite.tflite.read_operator import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.tflite.flat import Image, Table

# Tables with deprecated fields, which the object API leaves out: the slots of the others.
_SLOTS = {"SignatureDefT": (0, 1, 2, 4), "ResizeBilinearOptionsT": (2, 3)}
# Deprecated fields that are plain numbers: nothing hangs on them.
_NUMBERS = {"ResizeBilinearOptionsT": (0, 1)}


@dataclass(frozen=True)
class Links:
    """`forward`: place of an offset -> position it leads to; `vtables`: position of a table -> of its vtable."""

    forward: dict[int, int] = field(default_factory=dict)
    vtables: dict[int, int] = field(default_factory=dict)


class _UnknownError(Exception):
    """Something newer than the schema."""


def find_links(image: Image) -> Links | None:
    """Return all offsets that can be reached; None where a table has fields that the schema does not know."""
    links = Links()
    links.forward[0] = image.indirect(0)
    root = image.table(image.indirect(0))
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
    for slot, value in _fields(table, tree):
        if isinstance(value, bool | int | float):
            continue
        place, target = table.field(slot), table.target(slot)
        if value is None:
            raise _UnknownError
        links.forward[place] = target
        if _is_tree(value):
            _walk(image.table(target), value, links)
        elif isinstance(value, list) and value and not isinstance(value[0], bool | int | float):
            for index, element in enumerate(value):
                place = target + 4 + 4 * index
                links.forward[place] = image.indirect(place)
                if _is_tree(element):
                    _walk(image.table(image.indirect(place)), element, links)


def _fields(table: Table, tree: Any) -> Iterator[tuple[int, Any]]:
    """Slots that are present, each with its value in the tree."""
    name, values = type(tree).__name__, list(vars(tree).values())
    slots = _SLOTS.get(name, range(len(values)))
    present = {slot for slot, offset in enumerate(table.slots) if offset}
    if present - set(slots) - set(_NUMBERS.get(name, ())):
        raise _UnknownError
    return ((slot, value) for slot, value in zip(slots, values, strict=True) if slot in present)


def _is_tree(value: Any) -> bool:
    return type(value).__module__.startswith("ai_edge_litert.")
