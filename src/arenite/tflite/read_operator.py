"""One operator of a file -> Operator."""

from __future__ import annotations

import struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.model import NO_OPTIONS, Operator, Option, Tensor
from arenite.names import printable
from arenite.operators.kinds import KINDS
from arenite.operators.requirements import flaw
from arenite.tflite.flat import I8, I32, U8, U32, U64, DamageError, UselessError
from arenite.tflite.options import (
    GRAPH_OPTIONS,
    has_numbers_only,
    operator_names,
    options_table,
    plain,
    schema,
    table_name,
    zeros,
)
from arenite.tflite.origin import Origin, remember
from arenite.tflite.slots import OperatorCodeField, OperatorField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.tflite.flat import Table

OPTIONAL = -1
"""Index of an omitted optional input."""


class Kind(NamedTuple):
    """Content of one entry of the model's operator codes."""

    code: str
    custom_code: str | None
    version: int

    @property
    def label(self) -> str:
        """Name for messages."""
        return printable(self.custom_code) if self.custom_code else self.code


def read_kind(table: Table) -> Kind:
    """Read an operator code. A builtin newer than the schema becomes BUILTIN_<number> and is written unchanged."""
    number = max(
        table.number(OperatorCodeField.BUILTIN_CODE, I32),
        table.number(OperatorCodeField.DEPRECATED_BUILTIN_CODE, I8),
    )
    code = operator_names().get(number, f"BUILTIN_{number}")
    custom = table.text(OperatorCodeField.CUSTOM_CODE) if code == "CUSTOM" else None
    return Kind(code, custom, table.number(OperatorCodeField.VERSION, I32, 1))


def read_operator(table: Table, index: int, tensors: Sequence[Tensor], kinds: Sequence[Kind], graphs: int) -> Operator:
    """Read an operator of a graph with these tensors, in a model of `graphs` graphs.

    Raises:
        DamageError: a field points outside the file, or an index is out of range.
    """
    number = table.number(OperatorField.OPCODE_INDEX, U32)
    if number >= len(kinds):
        raise DamageError(f"operator {index} is of kind {number}, but the model has {len(kinds)} operator codes")
    kind = kinds[number]
    try:
        return _read(table, index, tensors, kind, graphs)
    except DamageError as damage:
        raise damage.within(f"operator {index} ({kind.label})") from None


def _read(table: Table, index: int, tensors: Sequence[Tensor], kind: Kind, graphs: int) -> Operator:
    options = _read_options(table, kind.code)
    runs = _graphs(kind.code, options, graphs)
    _check_subgraphs(options, graphs)
    operator = remember(
        Operator(
            code=kind.code,
            inputs=_tensors(table, OperatorField.INPUTS, tensors, "reads"),
            outputs=_present(table, OperatorField.OUTPUTS, tensors, "writes"),
            options=options,
            custom_code=kind.custom_code,
            version=kind.version,
            intermediates=_present(table, OperatorField.INTERMEDIATES, tensors, "keeps"),
            graphs=runs,
            origin=Origin(table.image, table.position, index),
        )
    )
    lacking = flaw(operator)
    if lacking is not None:
        raise UselessError(lacking)
    return operator


def _tensors(table: Table, slot: int, tensors: Sequence[Tensor], verb: str) -> tuple[Tensor | None, ...]:
    numbers, count = table.numbers(slot, "i"), len(tensors)
    for index in numbers:
        if not OPTIONAL <= index < count:
            raise DamageError(f"{verb} tensor {index}, but the subgraph has {count} tensors")
    return tuple([None if index == OPTIONAL else tensors[index] for index in numbers])


def _present(table: Table, slot: int, tensors: Sequence[Tensor], verb: str) -> tuple[Tensor, ...]:
    found = _tensors(table, slot, tensors, verb)
    if None in found:
        raise DamageError(f"{verb} tensor {OPTIONAL}, which only an optional input may be")
    return found  # type: ignore[return-value]  # checked above


def _check_subgraphs(options: Mapping[str, Option], count: int) -> None:
    """Check the graphs that any operator names, also in operators that Arenite does not interpret."""
    for name, value in options.items():
        if name.endswith(("subgraph_index", "subgraph")) and isinstance(value, int) and value >= count:
            raise DamageError(f"names subgraph {value}, but the model has {count} subgraphs")


def _graphs(code: str, options: Mapping[str, Option], count: int) -> tuple[int, ...]:
    graphs = []
    for name in GRAPH_OPTIONS.get(code, ()):
        graph = options.get(name)
        if not isinstance(graph, int) or not 0 <= graph < count:
            raise DamageError(f"runs subgraph {graph}, but the model has {count} subgraphs")
        graphs.append(graph)
    return tuple(graphs)


def _read_options(table: Table, code: str) -> Mapping[str, Option]:
    """Builtin options; if the file has no options table for the kind, the values that a runtime then uses."""
    table.content(OperatorField.CUSTOM_OPTIONS)
    table.content(OperatorField.MUTATING_VARIABLE_INPUTS)
    large = table.number(OperatorField.LARGE_CUSTOM_OPTIONS_OFFSET, U64)
    size = table.number(OperatorField.LARGE_CUSTOM_OPTIONS_SIZE, U64)
    if large > 1 and size > 1 and large + size > table.image.size:
        raise DamageError(
            f"has options at bytes {large} to {large + size}, outside of the {table.image.size} of the file"
        )
    expected = options_table(code) if code in KINDS else None
    for union, kind_slot, slot in (
        ("BuiltinOptions", OperatorField.BUILTIN_OPTIONS_TYPE, OperatorField.BUILTIN_OPTIONS),
        ("BuiltinOptions2", OperatorField.BUILTIN_OPTIONS_2_TYPE, OperatorField.BUILTIN_OPTIONS_2),
    ):
        options = table.table(slot)
        if options is None:
            continue
        name = table_name(union, table.number(kind_slot, U8))
        if name is None:  # newer than the schema
            return NO_OPTIONS
        if expected is None or name == expected[2]:
            return _numbers(name, options) if has_numbers_only(name) else _values(name, options)
    return NO_OPTIONS if expected is None else zeros(expected[2])


def _values(name: str, table: Table) -> Mapping[str, Option]:
    values = plain(unpack(name, table))
    table.image.spend(sum(len(value) for value in values.values() if isinstance(value, tuple | str)))
    return MappingProxyType(values)


def _numbers(name: str, table: Table) -> Mapping[str, Option]:
    """Options that are numbers alone. Most operators have the same ones as others, which are not unpacked again."""
    key = name, table.slots, table.fields_content(LARGEST_NUMBER)
    values = _KNOWN.get(key)
    if values is None:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        values = _KNOWN[key] = _values(name, table)
    return values


LARGEST_NUMBER = 8
"""Bytes of the largest number in options. A damaged field may end so many bytes after its table."""
MOST_KNOWN = 4096
"""Options that are kept, of some hundred bytes each; a model has dozens."""
_KNOWN: dict[tuple[str, tuple[int, ...], bytes], Mapping[str, Option]] = {}
"""Options by what a file has of them: the name of the table, its vtable and its bytes."""


def unpack(name: str, table: Table) -> Any:
    """Read a table by the schema's object API, which knows every kind of table but does not check bounds."""
    try:
        return getattr(schema(), name + "T").InitFromBuf(table.image.data, table.position)
    except (struct.error, ValueError, TypeError, IndexError, OverflowError, MemoryError, UnicodeDecodeError) as error:
        raise DamageError(f"holds a {name} at byte {table.position} that cannot be read ({error})") from None
