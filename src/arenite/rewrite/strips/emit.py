"""Builds the operators and tensors of strips: slices, joins, padding, and operators that compute some rows.

Names show the origin of a tensor: "conv1/strip 2 of 8" is the result of the operator of "conv1" in the second strip.
"/rows8-12" are rows of the tensor named before it, counted in the whole tensor.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from arenite.model import Data, ElementType, Operator, Tensor
from arenite.names import part_name
from arenite.operators.rows_outside import ROWS
from arenite.operators.versions import version
from arenite.rewrite.emit import PartEmitter, concatenation
from arenite.rewrite.strips.rules import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.rewrite.strips.rows import Rows
    from arenite.rewrite.strips.rules import Cut, Padding

_NUMBERS = "strips/numbers"
_in_use: WeakValueDictionary[str, Tensor] = WeakValueDictionary()
"""The int32 constants of SLICE, PAD and others, by name, as long as some model uses them: regions that are split one
after another share the tensors of equal values."""


def _int32_constant(shape: tuple[int, ...], values: tuple[int, ...]) -> Tensor:
    """The constant of these values; its name tells shape and values."""
    name = f"{_NUMBERS}{'x'.join(map(str, shape))}/{'_'.join(map(str, values))}"
    found = _in_use.get(name)
    if found is None:
        found = Tensor(name, shape, ElementType.INT32, Data(struct.pack(f"<{len(values)}i", *values)))
        _in_use[name] = found
    return found


class StripEmitter(PartEmitter):
    """Emits operators for some rows, their inputs and their results."""

    def __init__(self) -> None:
        super().__init__()
        self._listed: set[Tensor] = set()
        self._parts: dict[tuple[Tensor, Rows], Tensor] = {}

    def rows(self, tensor: Tensor, held: Rows, rows: Rows, name: str) -> Tensor:
        """The rows `rows` of a tensor that holds the rows `held` of a whole; the tensor itself if both are equal."""
        if rows == held:
            return tensor
        key = tensor, rows
        if key not in self._parts:
            shape = (*tensor.shape[:ROWS], rows.size, *tensor.shape[ROWS + 1 :])
            begin = (0, rows.first - held.first, 0, 0)
            self._parts[key] = self._slice(tensor, begin, shape, part_name(name, f"rows{rows.first}-{rows.end}"))
        return self._parts[key]

    def constant_rows(self, tensor: Tensor, rows: Rows) -> Tensor:
        """The rows `rows` of a constant, as a new constant; the tensor itself if these are all its rows."""
        assert tensor.data is not None
        axis = rows_of(tensor)
        assert axis is not None
        key = tensor, rows
        if key not in self._parts and rows.size == tensor.shape[axis]:
            self._parts[key] = tensor
        elif key not in self._parts:
            row = tensor.bytes // tensor.shape[axis]
            data = Data(memoryview(tensor.data.content)[rows.first * row : rows.end * row])
            shape = (*tensor.shape[:axis], rows.size, *tensor.shape[axis + 1 :])
            name = part_name(tensor.name, f"rows{rows.first}-{rows.end}")
            self._parts[key] = self.new(Tensor(name, shape, tensor.type, data, tensor.quantization))
        return self._parts[key]

    def make(self, operator: Operator, cut: Cut, inputs: Sequence[Tensor | None], name: str) -> Tensor:
        """Append the operator with the given inputs, which hold the rows that the cut reads; returns the result."""
        inputs = list(inputs)
        for position, values in cut.numbers:
            old = inputs[position]
            assert old is not None
            inputs[position] = self._constant(old.shape, values)
        if cut.padding is not None and inputs[0] is not None:
            inputs[0] = self._pad(inputs[0], cut.padding, part_name(name, "padded"))
        (target,) = operator.outputs
        _, _, width, channels = target.shape
        columns = width if cut.columns is None else cut.columns
        own = part_name(name, "untrimmed") if cut.trimmed else name
        made = self.new(replace(target, name=own, shape=(1, cut.made.size, columns, channels)))
        self.operators.append(replace(operator, inputs=tuple(inputs), outputs=(made,), options=cut.options))
        if not cut.trimmed:
            return made
        begin = (0, cut.rows.first - cut.made.first, cut.left, 0)
        return self._slice(made, begin, (1, cut.rows.size, width, channels), name)

    def give(self, before: Tensor | None, rows: Tensor, whole: Tensor) -> Tensor:
        """Append the CONCATENATION that adds rows to an output which goes in rows; returns the output so far.

        `before`: the output as far as it was given before; None for the first rows.
        """
        given = rows.shape[ROWS] + (before.shape[ROWS] if before is not None else 0)
        result = whole
        if given < whole.shape[ROWS]:
            shape = (1, given, *whole.shape[ROWS + 1 :])
            result = replace(whole, name=part_name(whole.name, f"rows0-{given}"), shape=shape, origin=None)
            self.tensors.append(result)
        parts = [rows] if before is None else [before, rows]
        self.operators.append(concatenation(parts, result, ROWS))
        return result

    def like(self, tensor: Tensor, rows: int, name: str) -> Tensor:
        """A new tensor like `tensor` with `rows` rows."""
        return self.new(replace(tensor, name=name, shape=(1, rows, *tensor.shape[ROWS + 1 :])))

    def _slice(self, source: Tensor, begin: Sequence[int], shape: tuple[int, ...], name: str) -> Tensor:
        part = self.new(replace(source, name=name, shape=shape))
        where = self._constant((4,), begin), self._constant((4,), shape)
        self.operators.append(Operator("SLICE", (source, *where), (part,), version=version("SLICE", source.type)))
        return part

    def _pad(self, source: Tensor, padding: Padding, name: str) -> Tensor:
        _, rows, columns, channels = source.shape
        shape = (1, padding.above + rows + padding.below, padding.left + columns + padding.right, channels)
        padded = self.new(replace(source, name=name, shape=shape))
        paddings = (0, 0, padding.above, padding.below, padding.left, padding.right, 0, 0)
        inputs = source, self._constant((4, 2), paddings)
        self.operators.append(Operator("PAD", inputs, (padded,), version=version("PAD", source.type)))
        return padded

    def _constant(self, shape: tuple[int, ...], values: Sequence[int]) -> Tensor:
        """An int32 constant, which is listed when it is first used."""
        constant = _int32_constant(shape, tuple(values))
        if constant not in self._listed:
            self._listed.add(constant)
            self.tensors.append(constant)
        return constant
