"""Operator codes of the file to write: the source's codes keep their numbers, new ones follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.tflite.options import operator_numbers, schema
from arenite.tflite.read_operator import Kind, read_kind
from arenite.tflite.slots import ModelField

if TYPE_CHECKING:
    from arenite.model import Operator
    from arenite.tflite.flat import Table
    from arenite.tflite.sheet import Sheet

_LARGEST_DEPRECATED = 127
"""PLACEHOLDER_FOR_GREATER_OP_CODES: largest code in the older, one-byte field."""


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
