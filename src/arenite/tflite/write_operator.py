"""Operator -> table of a file, and the operator codes: those of the source keep their numbers, new ones follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.errors import ModelError
from arenite.tflite.flat import U8, U32, U64
from arenite.tflite.options import GRAPH_OPTIONS, operator_numbers, options_table, schema, table_name, update
from arenite.tflite.origin import changed_fields, origin_of, original_of
from arenite.tflite.read_operator import OPTIONAL, Kind, read_kind, unpack
from arenite.tflite.sheet import refuse_unknown
from arenite.tflite.slots import ModelField, OperatorField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.model import Operator, Option, Tensor
    from arenite.tflite.flat import Table
    from arenite.tflite.sheet import Sheet


_LARGEST_DEPRECATED = 127
"""PLACEHOLDER_FOR_GREATER_OP_CODES: largest code in the older, one-byte field."""
_ATTRIBUTES = {
    "BuiltinOptions": ("builtinOptionsType", "builtinOptions"),
    "BuiltinOptions2": ("builtinOptions2Type", "builtinOptions2"),
}
_UNIONS = {
    "BuiltinOptions": OperatorField.BUILTIN_OPTIONS_TYPE,
    "BuiltinOptions2": OperatorField.BUILTIN_OPTIONS_2_TYPE,
}


class Kinds:
    """Assigns operator code numbers to kinds of operators."""

    def __init__(self, sheet: Sheet, root: Table | None) -> None:
        self._sheet = sheet
        self._positions = root.tables(ModelField.OPERATOR_CODES) if root else ()
        self._kinds = [read_kind(root.image.table(position)) for position in self._positions] if root else []
        self._numbers: dict[Kind, int] = {}
        for number, kind in enumerate(self._kinds):
            self._numbers.setdefault(kind, number)

    def number(self, operator: Operator, before: int | None) -> int:
        """Code number of an operator's kind; `before`, its number in the source, is kept if it still fits."""
        kind = Kind(operator.code, operator.custom_code, operator.version)
        if before is not None and self._kinds[before] == kind:
            return before
        if kind not in self._numbers:
            self._numbers[kind] = len(self._kinds)
            self._kinds.append(kind)
        return self._numbers[kind]

    def build(self) -> int | None:
        """Build the vector of all operator codes; None if the source's vector can stay."""
        if self._positions and len(self._kinds) == len(self._positions):
            return None
        old = [self._sheet.reference(position) for position in self._positions]
        return self._sheet.tables(old + [self._table(kind) for kind in self._kinds[len(old) :]])

    def _table(self, kind: Kind) -> int:
        number = operator_number(kind.code)
        table = schema().OperatorCodeT(
            deprecatedBuiltinCode=min(number, _LARGEST_DEPRECATED),
            customCode=kind.custom_code,
            version=kind.version,
            builtinCode=number,
        )
        return int(table.Pack(self._sheet.builder))


def operator_number(code: str) -> int:
    """Schema number of a builtin operator, also of one newer than the schema (BUILTIN_300).

    Raises:
        ModelError: there is no builtin operator of this name.
    """
    prefix, _, number = code.rpartition("_")
    if prefix == "BUILTIN" and number.isdecimal():
        return int(number)
    if code not in operator_numbers():
        raise ModelError(f"{code} is not an operator of the TensorFlow Lite schema")
    return operator_numbers()[code]


def operator_reference(
    operator: Operator, numbers: Mapping[Tensor, int], where: str, sheet: Sheet, kinds: Kinds
) -> int:
    """Reference of an unchanged operator in the source, or of a new table for a changed one.

    Raises:
        ModelError: the operator uses a tensor that its graph does not list, or has options that its kind does not have.
    """
    origin = origin_of(operator)
    at_home = origin is not None and origin.image is sheet.source
    old = origin.table if origin is not None else None
    kind = kinds.number(operator, old.number(OperatorField.OPCODE_INDEX, U32) if old and at_home else None)
    ends = tuple(
        _numbers(tensors, numbers, where) for tensors in (operator.inputs, operator.outputs, operator.intermediates)
    )
    changed = changed_fields(operator)
    options = _options_to_set(operator, changed)
    if old is not None and at_home and not options and "code" not in changed and _same(old, kind, ends):
        if old.number(OperatorField.LARGE_CUSTOM_OPTIONS_OFFSET, U64):
            sheet.absolute(sheet.reference(old.position), OperatorField.LARGE_CUSTOM_OPTIONS_OFFSET)
        return sheet.reference(old.position)
    table = _unpacked(old, where, at_home=at_home)
    table.opcodeIndex = kind
    table.inputs, table.outputs = list(ends[0]), list(ends[1])
    if ends[2] or table.intermediates is not None:
        table.intermediates = list(ends[2])
    if options or "code" in changed:
        _set_options(table, operator, options, where)
    reference = int(table.Pack(sheet.builder))
    if table.largeCustomOptionsOffset:
        sheet.absolute(reference, OperatorField.LARGE_CUSTOM_OPTIONS_OFFSET)
    return reference


def _numbers(tensors: Sequence[Tensor | None], numbers: Mapping[Tensor, int], where: str) -> tuple[int, ...]:
    result = []
    for tensor in tensors:
        if tensor is not None and tensor not in numbers:
            raise ModelError(f"{where} uses tensor {tensor.name!r}, which its graph does not list")
        result.append(OPTIONAL if tensor is None else numbers[tensor])
    return tuple(result)


def _same(old: Table, kind: int, ends: tuple[tuple[int, ...], ...]) -> bool:
    slots = (OperatorField.INPUTS, OperatorField.OUTPUTS, OperatorField.INTERMEDIATES)
    return old.number(OperatorField.OPCODE_INDEX, U32) == kind and ends == tuple(old.numbers(s, "i") for s in slots)


def _options_to_set(operator: Operator, changed: frozenset[str]) -> dict[str, Option]:
    """Options that differ from the source's, including the graphs that the operator calls."""
    options: dict[str, Option] = {}
    if "options" in changed:
        original = original_of(operator)
        before = original.options if original is not None and "code" not in changed else {}
        options.update((name, value) for name, value in operator.options.items() if before.get(name) != value)
    if "graphs" in changed and operator.graphs:
        options.update(zip(GRAPH_OPTIONS.get(operator.code, ()), operator.graphs, strict=True))
    return options


def _unpacked(old: Table | None, where: str, *, at_home: bool) -> Any:
    if old is None:
        return schema().OperatorT()
    refuse_unknown(old.image, old.position, OperatorField.COUNT, where)
    if has_newer_options(old):
        raise ModelError(f"{where} has options newer than the schema of the installed ai-edge-litert; update it")
    table = unpack("Operator", old)
    start, size = table.largeCustomOptionsOffset, table.largeCustomOptionsSize
    if start > 1 and not at_home:
        # The content is in the other file, outside its flatbuffer, and must be copied.
        table.customOptions = list(old.image.data[start : start + size])
        table.largeCustomOptionsOffset = table.largeCustomOptionsSize = 0
    return table


def has_newer_options(table: Table) -> bool:
    """Whether the options table of an operator is of a kind that the schema does not know."""
    for union, slot in _UNIONS.items():
        number = table.number(slot, U8)
        if number and table_name(union, number) is None:
            return True
    return False


def _set_options(table: Any, operator: Operator, options: Mapping[str, Option], where: str) -> None:
    known = options_table(operator.code)
    if known is None:
        if options:
            raise ModelError(f"{where} has options {', '.join(options)}, but its kind takes none")
        return
    union, number, name = known
    kind_attribute, attribute = _ATTRIBUTES[union]
    if getattr(table, kind_attribute) != number or getattr(table, attribute) is None:
        setattr(table, kind_attribute, number)
        setattr(table, attribute, getattr(schema(), name + "T")())
    update(getattr(table, attribute), options, operator.code)
