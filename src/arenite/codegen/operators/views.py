"""Operators that leave all bytes as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.copy import copy_all
from arenite.codegen.unit import require, tensors

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator


def reshape(unit: Unit, operator: Operator) -> None:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: nothing at all where both tensors lie at the same address."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(source.bytes == output.bytes and source.type is output.type, "the shapes do not fit")
    if source.data is None and unit.offsets[source] == unit.offsets[output]:
        return
    copy_all(unit, source, output)
