"""One operator of a file -> Operator."""

from __future__ import annotations

import struct
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.model import NO_OPTIONS, Operator, Option, Tensor
from arenite.names import printable
from arenite.operators.kinds import KINDS
from arenite.operators.soundness import flaw
from arenite.tflite.flat import I8, I32, U8, DamageError, UselessError
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
from arenite.tflite.origin import remember
from arenite.tflite.rows import OFFSET
from arenite.tflite.slots import OperatorCodeField, OperatorField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.tflite.flat import Table
    from arenite.tflite.origin import Origin
    from arenite.tflite.rows import Rows

OPTIONAL = -1
"""Index of an omitted optional input."""
OPERATOR = (
    (OperatorField.OPCODE_INDEX, "I"),
    (OperatorField.INPUTS, OFFSET),
    (OperatorField.OUTPUTS, OFFSET),
    (OperatorField.INTERMEDIATES, OFFSET),
    (OperatorField.BUILTIN_OPTIONS_TYPE, "B"),
    (OperatorField.BUILTIN_OPTIONS, OFFSET),
    (OperatorField.BUILTIN_OPTIONS_2_TYPE, "B"),
    (OperatorField.BUILTIN_OPTIONS_2, OFFSET),
    (OperatorField.CUSTOM_OPTIONS, OFFSET),
    (OperatorField.MUTATING_VARIABLE_INPUTS, OFFSET),
    (OperatorField.LARGE_CUSTOM_OPTIONS_OFFSET, "Q"),
    (OperatorField.LARGE_CUSTOM_OPTIONS_SIZE, "Q"),
)
"""Fields of an operator's table that are read, see `rows`."""


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


def read_operator(
    rows: Rows, origin: Origin, tensors: Sequence[Tensor], kinds: Sequence[Kind], graphs: int
) -> Operator:
    """Read an operator of a graph with these tensors, in a model of `graphs` graphs.

    Args:
        rows: reads the fields `OPERATOR`.
        origin: where the operator is.
        tensors: all tensors of its graph.
        kinds: the operator codes of the model.
        graphs: number of graphs of the model.

    Raises:
        DamageError: a field points outside the file, or an index is out of range.
    """
    number, *row = rows.read(origin.position)
    if number >= len(kinds):
        raise DamageError(f"operator {origin.index} is of kind {number}, but the model has {len(kinds)} operator codes")
    kind = kinds[number]
    try:
        return _read(row, origin, tensors, kind, graphs)
    except DamageError as damage:
        raise damage.within(f"operator {origin.index} ({kind.label})") from None


def _read(row: Sequence[int], origin: Origin, tensors: Sequence[Tensor], kind: Kind, graphs: int) -> Operator:
    inputs, outputs, intermediates, *settings = row
    options = _read_options(settings, origin, kind.code)
    runs = _graphs(kind.code, options, graphs)
    _check_subgraphs(options, graphs)
    operator = remember(
        Operator(
            kind.code,
            _tensors(inputs, origin, tensors, "reads"),
            _present(outputs, origin, tensors, "writes"),
            options,
            kind.custom_code,
            kind.version,
            _present(intermediates, origin, tensors, "keeps"),
            runs,
            origin,
        )
    )
    lacking = flaw(operator)
    if lacking is not None:
        raise UselessError(lacking)
    return operator


def _tensors(distance: int, origin: Origin, tensors: Sequence[Tensor], verb: str) -> tuple[Tensor | None, ...]:
    """The tensors whose numbers are so many bytes behind the operator's table; none at distance 0."""
    if not distance:
        return ()
    numbers = origin.image.numbers(origin.position + distance, "i")
    if numbers and not (min(numbers) >= OPTIONAL and max(numbers) < len(tensors)):
        wrong = next(index for index in numbers if not OPTIONAL <= index < len(tensors))
        raise DamageError(f"{verb} tensor {wrong}, but the subgraph has {len(tensors)} tensors")
    return tuple([None if index == OPTIONAL else tensors[index] for index in numbers])


def _present(distance: int, origin: Origin, tensors: Sequence[Tensor], verb: str) -> tuple[Tensor, ...]:
    found = _tensors(distance, origin, tensors, verb)
    if None in found:
        raise DamageError(f"{verb} tensor {OPTIONAL}, which only an optional input may be")
    return found  # type: ignore[return-value]  # checked above


def _check_subgraphs(options: Mapping[str, Option], count: int) -> None:
    """Check the graphs that any operator names, also in operators that Arenite does not interpret."""
    for name in _naming_subgraphs(tuple(options)):
        value = options[name]
        if isinstance(value, int) and value >= count:
            raise DamageError(f"names subgraph {value}, but the model has {count} subgraphs")


@cache
def _naming_subgraphs(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the schema's options that name a graph."""
    return tuple(name for name in names if name.endswith(("subgraph_index", "subgraph")))


def _graphs(code: str, options: Mapping[str, Option], count: int) -> tuple[int, ...]:
    graphs = []
    for name in GRAPH_OPTIONS.get(code, ()):
        graph = options.get(name)
        if not isinstance(graph, int) or not 0 <= graph < count:
            raise DamageError(f"runs subgraph {graph}, but the model has {count} subgraphs")
        graphs.append(graph)
    return tuple(graphs)


def _read_options(row: Sequence[int], origin: Origin, code: str) -> Mapping[str, Option]:
    """Builtin options; if the file has no options table for the kind, the values that a runtime then uses."""
    number, options, number_2, options_2, custom, mutating, large, size = row
    image, position = origin.image, origin.position
    for distance in filter(None, (custom, mutating)):
        image.vector(position + distance, U8.size)
    if large > 1 and size > 1 and large + size > image.size:
        raise DamageError(f"has options at bytes {large} to {large + size}, outside of the {image.size} of the file")
    expected = _expected(code)
    for union, kind, distance in (("BuiltinOptions", number, options), ("BuiltinOptions2", number_2, options_2)):
        if not distance:
            continue
        table = image.table(position + distance)
        name = table_name(union, kind)
        if name is None:  # newer than the schema
            return NO_OPTIONS
        if expected is None or name == expected:
            return _numbers(name, table) if has_numbers_only(name) else _values(name, table)
    return NO_OPTIONS if expected is None else zeros(expected)


@lru_cache(maxsize=512)  # twice as many as there are kinds; damaged files may hold any
def _expected(code: str) -> str | None:
    """Name of the options table of a kind of operators; None if any will do."""
    known = options_table(code) if code in KINDS else None
    return None if known is None else known[2]


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
