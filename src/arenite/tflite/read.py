"""A .tflite file -> Model. Every fault of the file becomes one `ModelError` that says what is wrong and where.

A model in an array of a C or C++ source is read as if the array were the file.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.model import Data, Metadata, Model
from arenite.tflite.c_array import SUFFIXES, models_in
from arenite.tflite.check import check_calls
from arenite.tflite.flat import HEADER, U32, DamageError, Image, NewerError, UselessError, within
from arenite.tflite.foreign import START_BYTES, foreign_file, foreign_folder, is_text
from arenite.tflite.metadata import other_entries, plan_of, target_of, with_control_edges
from arenite.tflite.origin import ModelOrigin, Origin, remember
from arenite.tflite.read_graph import Shared, read_graph
from arenite.tflite.read_operator import Kind, read_kind
from arenite.tflite.rows import OFFSET, Rows
from arenite.tflite.signatures import check_signatures
from arenite.tflite.slots import BufferField, MetadataField, ModelField, SubGraphField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Graph
    from arenite.tflite.flat import Table

IDENTIFIER = b"TFL3"
_BUFFER = ((BufferField.DATA, OFFSET), (BufferField.OFFSET, "Q"), (BufferField.SIZE, "Q"))
MOST_THINGS = 1 << 17
"""Most tensors and operators of a model. Bounds the reader's work far above real models: TFLM keeps 12 bytes of RAM per
tensor and about 60 per operator."""

LARGEST_SOURCE = 256 << 20
"""Most bytes of a C or C++ source that is searched for a model. The array of a model takes about six times its size, so
this is a model of 40 MB, more than the flash of any microcontroller."""


def read_model(path: str | os.PathLike[str]) -> Model:
    """Read a model from a .tflite file, or from the array of bytes in a C or C++ source.

    Raises:
        ModelError: the file cannot be read, is not a TensorFlow Lite model, or contradicts itself.
    """
    if not os.fspath(path):
        raise ModelError("the path of the model is empty; give the path of a .tflite file")
    path = Path(path)
    try:
        # Checked before opening: opening a pipe without a writer blocks, and /dev/zero never ends.
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise ModelError(f"{path} is a device, pipe or socket; give the path of a .tflite file")
        data = _content(path)
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise ModelError(f"{path} {foreign_folder(path)}") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return read_bytes(data, path.name, path)


def _content(path: Path) -> bytes:
    """The bytes of the model in a file. A file that cannot hold one is refused before all of it is read."""
    with path.open("rb") as stream:
        start = stream.read(START_BYTES)
        stream.seek(0)
        if start[4:HEADER] == IDENTIFIER:
            return stream.read()
        if _may_be_source(start, path.stat().st_size):
            return _in_source(stream.read(), path.name)
    _check_header(start, path.name)
    raise AssertionError("a start without the identifier is refused")


def model_in(content: bytes, name: str) -> bytes:
    """The model in the content of a file: all of it, or the array in a C or C++ source."""
    start = content[:START_BYTES]
    return _in_source(content, name) if _may_be_source(start, len(content)) else content


def _may_be_source(start: bytes, size: int) -> bool:
    """Whether a file of this size that begins so may be source code, and not another kind of file."""
    binary = start[4:HEADER] == IDENTIFIER or not is_text(start) or foreign_file(start) is not None
    return not binary and size <= LARGEST_SOURCE


def _in_source(source: bytes, name: str) -> bytes:
    """The model in the C or C++ source; the source itself if there is none."""
    found = models_in(source, IDENTIFIER)
    if len(found) > 1:
        arrays = ", ".join(array for array, _ in found)
        raise ModelError(f"{name}: {len(found)} arrays are models: {arrays}; leave one of them in the file")
    return found[0][1] if found else source


def read_bytes(data: bytes, name: str, path: Path | None = None) -> Model:
    """Read a model from the content of a `.tflite`. Errors and reports call it `name`; `path` is the file, if any.

    Raises:
        ModelError: the bytes are not a TensorFlow Lite model, or contradict themselves.
    """
    _check_header(data, name)
    try:
        image = Image(bytes(data))
        with image.budget():
            return _read(image, name, path)
    except NewerError as unknown:
        raise ModelError(f"{name}: {unknown}") from None
    except UselessError as useless:
        raise ModelError(f"{name}: {useless}; no runtime takes it, so convert the model again") from None
    except DamageError as damage:
        raise ModelError(f"{name}: {damage}; the file is damaged") from None


def _check_header(data: bytes, name: str) -> None:
    if not data:
        raise ModelError(f"{name}: the file is empty")
    if len(data) < HEADER:
        raise ModelError(f"{name}: {len(data)} bytes are too few for a TensorFlow Lite model")
    found = bytes(data[4:HEADER])
    if found == IDENTIFIER:
        return
    foreign = foreign_file(bytes(data[:START_BYTES]))
    if foreign is not None:
        raise ModelError(f"{name} {foreign}")
    if name.lower().endswith(SUFFIXES):
        raise ModelError(
            f"{name}: no array of bytes in it is a TensorFlow Lite model: none between two braces has TFL3 as its "
            "bytes 4 to 7; look whether the file is whole"
        )
    raise ModelError(
        f"{name} has no TFL3 identifier (bytes 4 to 7 are {found!r}); it is not a TensorFlow Lite model, "
        "or one that LiteRT refuses"
    )


def _read(image: Image, name: str, path: Path | None) -> Model:
    root = image.table(image.indirect(0))
    data = _read_buffers(root)
    kinds = _read_kinds(root)
    shared = Shared(data, kinds, _External(root))
    positions = root.tables(ModelField.SUBGRAPHS)
    if not positions:
        raise DamageError("the model has no subgraph")
    graphs: list[Graph] = []
    _check_count(image, positions)
    for index, position in enumerate(positions):
        with within(f"subgraph {index}"):
            graphs.append(read_graph(image.table(position), index, len(positions), shared))
    check_calls(graphs)
    check_signatures(root, graphs)
    entries = _read_metadata(root, data)
    return remember(
        Model(
            name=name,
            graphs=with_control_edges(entries, graphs, name),
            metadata=other_entries(entries),
            description=root.text(ModelField.DESCRIPTION) or "",
            plan=plan_of(entries, graphs, name),
            target=target_of(entries),
            path=path,
            origin=ModelOrigin(image, root.position, 0, entries=entries),
        )
    )


def _check_count(image: Image, graphs: Sequence[int]) -> None:
    slots = (SubGraphField.TENSORS, SubGraphField.OPERATORS)
    # Uses the lengths of vectors, so that nothing of a model that is too large is read.
    count = sum(len(image.table(position).tables(slot)) for position in graphs for slot in slots)
    if count > MOST_THINGS:
        raise UselessError(f"the model has {count} tensors and operators, more than {MOST_THINGS}")


def _read_buffers(root: Table) -> list[Data | None]:
    """Content of every buffer, None for empty ones; buffers that share a table share an object."""
    found: dict[int, Data | None] = {}
    result = []
    rows = Rows(root.image, _BUFFER)
    for index, position in enumerate(root.tables(ModelField.BUFFERS)):
        if position not in found:
            try:
                found[position] = _read_buffer(rows, Origin(root.image, position, index))
            except DamageError as damage:
                raise damage.within(f"buffer {index}") from None
        result.append(found[position])
    return result


def _read_buffer(rows: Rows, origin: Origin) -> Data | None:
    image = origin.image
    content_at, offset, size = rows.read(origin.position)
    content = image.content(origin.position + content_at) if content_at else None
    if not content:
        # LiteRT's converter writes 1 as a placeholder, and its interpreter ignores values up to 1.
        if offset <= 1 or size <= 1:
            return None
        if offset + size > image.size:
            raise DamageError(f"its bytes {offset} to {offset + size} lie outside of the {image.size} of the file")
        content = image.view[offset : offset + size]
    return remember(Data(content, origin))


class _External(dict[int, Data]):
    """Data in another file, by id: constants whose content is not in this file."""

    def __init__(self, root: Table) -> None:
        super().__init__()
        self._image = root.image

    def __missing__(self, identity: int) -> Data:
        self[identity] = remember(Data(b"", Origin(self._image, 0, identity)))
        return self[identity]


def _read_kinds(root: Table) -> list[Kind]:
    kinds = []
    for index, position in enumerate(root.tables(ModelField.OPERATOR_CODES)):
        with within(f"operator code {index}"):
            kinds.append(read_kind(root.image.table(position)))
    return kinds


def _read_metadata(root: Table, data: list[Data | None]) -> tuple[Metadata, ...]:
    for buffer in root.numbers(ModelField.METADATA_BUFFER, "i"):
        if not 0 <= buffer < len(data):
            raise DamageError(f"a metadata buffer is number {buffer}, but the model has {len(data)} buffers")
    entries = []
    buffers = root.tables(ModelField.BUFFERS)
    for index, position in enumerate(root.tables(ModelField.METADATA)):
        with within(f"metadata entry {index}"):
            table = root.image.table(position)
            name = table.text(MetadataField.NAME) or ""
            buffer = table.number(MetadataField.BUFFER, U32)
            if buffer >= len(data):
                raise DamageError(f"{name!r} is in buffer {buffer}, but the model has {len(data)} buffers")
        content = data[buffer] or remember(Data(b"", Origin(root.image, buffers[buffer], buffer)))
        entries.append(remember(Metadata(name, content, Origin(root.image, position, index))))
    return tuple(entries)
