"""Model -> the bytes of a .tflite file.

Bytes of the source change only where they must. An unchanged model gives the source's bytes, a new operator order alone
is written in place, and all other changes are built in front of the source (see `sheet`).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from arenite.errors import ModelError
from arenite.tflite.buffers import Buffers
from arenite.tflite.flat import U32, DamageError
from arenite.tflite.metadata import filed_entries
from arenite.tflite.options import GRAPH_OPTIONS, schema
from arenite.tflite.origin import changed_fields, origin_of, original_of
from arenite.tflite.read_back import read_back
from arenite.tflite.settle import settle
from arenite.tflite.sheet import Sheet, refuse_unknown
from arenite.tflite.signatures import signature_references
from arenite.tflite.slots import MetadataField, ModelField
from arenite.tflite.write_graph import Page, graph_reference
from arenite.tflite.write_operator import Kinds

if TYPE_CHECKING:
    from arenite.model import Metadata, Model
    from arenite.tflite.flat import Table

_SCHEMA_VERSION = 3


class Written(NamedTuple):
    """The content of a .tflite file, and the model that the reader made of it."""

    content: bytes
    model: Model


def write_bytes(model: Model) -> bytes:
    """The content of a .tflite file with this model, like `write`."""
    return write(model).content


def write(model: Model) -> Written:
    """A .tflite file with this model; the same model gives the same bytes.

    The result has been read back and compared with the model.

    Raises:
        ModelError: the model is inconsistent, or a part of its source would be lost.
    """
    origin = origin_of(model)
    if origin and model is origin.original:
        return Written(origin.image.data, model)
    try:
        content = _settled(model, origin.table if origin else None)
    except DamageError as damage:
        raise ModelError(f"{model.name}: {damage}; the file is damaged") from None
    except (struct.error, OverflowError) as error:
        raise ModelError(f"{model.name}: a value does not fit its field in the file ({error})") from None
    return Written(content, read_back(content, model))


def _settled(model: Model, root: Table | None) -> bytes:
    """Write, then align contents that are misaligned in the source, and drop unused bytes."""
    if root is None:
        return _write(model, None)
    written = _write(model, root)
    if written == root.image.data:
        return root.image.data
    settled = settle(written, root.position + len(written) - root.image.size)
    return _write(model, root, copy_misplaced=True) if settled is None else settled


def _write(model: Model, root: Table | None, *, copy_misplaced: bool = False) -> bytes:
    sheet = Sheet(root.image if root else None)
    page = Page(sheet, Buffers(sheet, root), Kinds(sheet, root))
    _check_graphs(model)
    references: dict[int, int | None] = {
        ModelField.SUBGRAPHS: _changed_vector(
            sheet,
            root,
            ModelField.SUBGRAPHS,
            tuple(graph_reference(graph, index, page) for index, graph in enumerate(model.graphs)),
        ),
        ModelField.METADATA: _changed_vector(
            sheet, root, ModelField.METADATA, tuple(_metadata_reference(entry, page) for entry in filed_entries(model))
        ),
        ModelField.OPERATOR_CODES: page.kinds.build(),
    }
    if root:
        references[ModelField.SIGNATURE_DEFS] = _changed_vector(
            sheet, root, ModelField.SIGNATURE_DEFS, signature_references(root, model, sheet)
        )
    references[ModelField.BUFFERS] = page.buffers.build(copy_misplaced=copy_misplaced)
    if root is None or model.description != (root.text(ModelField.DESCRIPTION) or ""):
        references[ModelField.DESCRIPTION] = sheet.builder.CreateString(model.description)
    if root is not None and not any(references.values()):
        top = sheet.reference(root.position)
    else:
        top = _build_root(sheet, root, references)
    return sheet.finish(top)


def _check_graphs(model: Model) -> None:
    """Check that graphs kept their positions: operators that Arenite does not interpret may name them."""
    if not model.graphs:
        raise ModelError(f"{model.name}: a model needs at least one graph")
    original = original_of(model)
    for index in range(len(original.graphs) if original else 0):
        origin = origin_of(model.graphs[index]) if index < len(model.graphs) else None
        if origin is None or origin.index != index:
            raise ModelError(
                f"{model.name}: subgraph {index} is missing or moved; new ones can only be added at the end"
            )
    for graph in model.graphs:
        for operator in graph.operators:
            if any(not 0 <= number < len(model.graphs) for number in operator.graphs):
                raise ModelError(f"{model.name}: an operator {operator.label} runs a subgraph that does not exist")
            if len(operator.graphs) != len(GRAPH_OPTIONS.get(operator.code, ())):
                raise ModelError(f"{model.name}: an operator {operator.label} runs {len(operator.graphs)} subgraphs")


def _changed_vector(sheet: Sheet, root: Table | None, slot: int, references: tuple[int, ...]) -> int | None:
    """Build a vector of tables; None if the source has the same one."""
    before = tuple(sheet.reference(position) for position in root.tables(slot)) if root else None
    return None if references == (before or ()) else sheet.tables(references)


def _metadata_reference(entry: Metadata, page: Page) -> int:
    origin = origin_of(entry)
    changed = changed_fields(entry)
    if origin is not None and origin.image is page.sheet.source and "name" not in changed:
        number = origin.table.number(MetadataField.BUFFER, U32)
        if not changed:
            page.buffers.keep(number)
        if not changed or page.buffers.renew(number, entry.data):
            return page.sheet.reference(origin.position)
    if origin is not None:
        refuse_unknown(origin.image, origin.position, MetadataField.COUNT, f"metadata entry {entry.name!r}")
    table = schema().MetadataT(name=entry.name, buffer=page.buffers.number(entry.data))
    return int(table.Pack(page.sheet.builder))


def _build_root(sheet: Sheet, root: Table | None, references: dict[int, int | None]) -> int:
    """Build the table Model: new vectors where there are some, the source's vectors elsewhere."""
    builder, names = sheet.builder, schema()
    version = _SCHEMA_VERSION
    if root:
        refuse_unknown(root.image, root.position, ModelField.COUNT, "the model")
        version = root.number(ModelField.VERSION, U32)
    add = {
        ModelField.OPERATOR_CODES: names.ModelAddOperatorCodes,
        ModelField.SUBGRAPHS: names.ModelAddSubgraphs,
        ModelField.DESCRIPTION: names.ModelAddDescription,
        ModelField.BUFFERS: names.ModelAddBuffers,
        ModelField.METADATA_BUFFER: names.ModelAddMetadataBuffer,
        ModelField.METADATA: names.ModelAddMetadata,
        ModelField.SIGNATURE_DEFS: names.ModelAddSignatureDefs,
        ModelField.EXTERNAL_BUFFER_GROUPS: names.ModelAddExternalBufferGroups,
        ModelField.EXTERNAL_BUFFERS: names.ModelAddExternalBuffers,
    }
    names.ModelStart(builder)
    names.ModelAddVersion(builder, version)
    for slot, function in add.items():
        reference = references.get(slot)
        if reference is None and root is not None and root.target(slot):
            reference = sheet.reference(root.target(slot))
        if reference is not None:
            function(builder, reference)
    return int(names.ModelEnd(builder))
