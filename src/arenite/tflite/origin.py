"""Origin of objects that were read from a file, so that the writer can keep unchanged bytes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Data, Graph, Metadata, Model, Operator, Tensor
    from arenite.tflite.flat import Image, Table

    Thing = Data | Graph | Metadata | Model | Operator | Tensor

T = TypeVar("T", "Data", "Graph", "Metadata", "Model", "Operator", "Tensor")


@dataclass(eq=False, slots=True)
class Origin:
    """Where an object was read: the table at `position` of `image`, element `index` of the vector of its kind.

    `original` is the object as it was read. A copy made with `dataclasses.replace` keeps the origin, so the writer can
    find the differences. Data in another file has position 0 and its external id as index.
    """

    image: Image
    position: int
    index: int
    original: Thing | None = None

    @property
    def table(self) -> Table:
        """The table of the object in its file."""
        return self.image.table(self.position)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same place of files with the same bytes."""
        if not isinstance(other, Origin) or (self.position, self.index) != (other.position, other.index):
            return False
        return self.image.data == other.image.data

    def __hash__(self) -> int:
        return hash((self.position, self.index))


@dataclass(eq=False, slots=True)
class ModelOrigin(Origin):
    """Where a model was read; `entries` are all metadata entries of the file, including those that became fields."""

    entries: tuple[Metadata, ...] = ()


def remember(thing: T) -> T:
    """Store a newly read object in its own origin."""
    assert isinstance(thing.origin, Origin)
    thing.origin.original = thing
    return thing


def forget(model: Model) -> None:
    """Let go of a model that nobody will write or change: it is freed with its last reference.

    Each object that was read refers to itself through its origin, so that otherwise only Python's garbage collector
    frees it, after hundreds of models, in memory that the processor does not have at hand.
    """
    for thing in _things(model):
        if isinstance(thing.origin, Origin):
            thing.origin.original = None


def _things(model: Model) -> Iterator[Thing]:
    """All objects of a model; those that are used more than once, more than once."""
    yield model
    entries = model.origin.entries if isinstance(model.origin, ModelOrigin) else model.metadata
    for entry in entries:
        yield from (entry, entry.data)
    for graph in model.graphs:
        yield graph
        yield from graph.operators
        for tensor in graph.tensors:
            yield tensor
            if tensor.data is not None:
                yield tensor.data


def origin_of(thing: Thing) -> Origin | None:
    """Origin of an object; None for objects created by a program."""
    return thing.origin if isinstance(thing.origin, Origin) else None


def original_of(thing: T) -> T | None:
    """The object as it was read; None for objects created by a program."""
    origin = origin_of(thing)
    return origin.original if origin and isinstance(origin.original, type(thing)) else None


def changed_fields(thing: T) -> frozenset[str]:
    """Names of the fields that differ from the object as it was read; all fields for a new object."""
    original = original_of(thing)
    if thing is original:
        return frozenset()
    names = (f.name for f in fields(thing) if f.name != "origin")
    return frozenset(n for n in names if original is None or getattr(thing, n) != getattr(original, n))
