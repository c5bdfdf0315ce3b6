"""The operator codes of the file to write: those of the source at their numbers, new ones after them."""

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
"""PLACEHOLDER_FOR_GREATER_OP_CODES: the older field for the code is one byte."""


class Kinds:
    """Numbers for kinds of operators."""

    def __init__(self, sheet: Sheet, root: Table | None) -> None:
        self._sheet = sheet
        self._positions = root.tables(ModelField.OPERATOR_CODES) if root else ()
        self._kinds = [read_kind(root.image.table(position)) for position in self._positions] if root else []
        self._numbers: dict[Kind, int] = {}
        for number, kind in enumerate(self._kinds):
            self._numbers.setdefault(kind, number)

    def number(self, operator: Operator, before: int | None) -> int:
        """Number of the kind of an operator; `before` is the one it had, which is kept where it still fits."""
        kind = Kind(operator.code, operator.custom_code, operator.version)
        if before is not None and self._kinds[before] == kind:
            return before
        if kind not in self._numbers:
            self._numbers[kind] = len(self._kinds)
            self._kinds.append(kind)
        return self._numbers[kind]

    def build(self) -> int | None:
        """Build the vector of all operator codes; None where the source's serves."""
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
    """Number of a builtin operator in the schema, also of one newer than the schema (BUILTIN_300).

    Raises:
        ModelError: there is no such operator.
    """
    prefix, _, number = code.rpartition("_")
    if prefix == "BUILTIN" and number.isdecimal():
        return int(number)
    if code not in operator_numbers():
        raise ModelError(f"{code} is not an operator of the TensorFlow Lite schema")
    return operator_numbers()[code]
