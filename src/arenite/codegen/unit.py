"""Collects the calls of one model, and checks operators while they are lowered."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.sets import GENERATED_C
from arenite.codegen.description import short_name
from arenite.codegen.program import ARENA, Address, Argument, Block, Call, Constant, Field, Parameters, Part, Structure
from arenite.codegen.types import TYPES, CType
from arenite.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arenite.backends import Backend
    from arenite.model import ElementType, Operator, Tensor


@dataclass
class Unit:
    """Collects the calls of one model.

    Attributes:
        offsets: addresses of tensors in bytes, counted from the arena or from what `bases` has for them.
        bases: C name of the pointer to memory of the caller's, for tensors that lie there.
        rows: C name of the application's function, for inputs and outputs that come and go in rows.
        scratch: addresses of scratch, by graph and operator position.
        counters: addresses of the bytes that operators keep, in which they count or remember.
        kernels: the set of kernels for which the code is generated.
        graph: position of the current graph.
        index: position of the current operator.
        label: prefix of the names of the operator's constants.
        calls: the steps of the current graph so far.
    """

    offsets: Mapping[Tensor, int]
    bases: Mapping[Tensor, str] = field(default_factory=dict)
    rows: Mapping[Tensor, str] = field(default_factory=dict)
    scratch: Mapping[tuple[int, int], int] = field(default_factory=dict)
    counters: Mapping[Operator, int] = field(default_factory=dict)
    kernels: Backend = GENERATED_C
    graph: int = 0
    index: int = 0
    label: str = ""
    calls: list[Call | Block] = field(default_factory=list)

    def call(
        self, kernel: str, *arguments: Argument, idle: bool = False, checked: bool = False, note: str = ""
    ) -> None:
        """Append a call of the kernel `arenite_<kernel>` from the header of the same name; see `Call`."""
        self.calls.append(Call(self.index, kernel, arguments, idle, checked, note))

    def call_with(self, layer: Parameters, *arguments: Argument, checked: bool = False) -> None:
        """Append a call of the kernel that these parameters are for, with further arguments behind them."""
        self.call(layer.kernel, layer, *arguments, checked=checked)

    def copy(self, source: Tensor, target: Tensor, note: str) -> Call:
        """A call that copies a tensor's values; the call is returned, not appended."""
        place = self.address(target, "void", writable=True)
        return Call(self.index, "move", (place, self.pointer(source), target.bytes), note=note)

    def scratch_pointer(self) -> Address:
        """Pointer to the scratch of the current operator."""
        return Address(self.scratch[self.graph, self.index], "void", writable=True)

    def pointer(self, tensor: Tensor, *, extra: int = 0, kind: CType | None = None) -> Address | Constant | Part:
        """Read-only pointer to a tensor's values, or to `extra` bytes after the first one; constants are in flash.

        `kind` overrides the tensor's element type.
        """
        kind = kind or TYPES[tensor.type]
        if tensor.data is None:
            return self.address(tensor, kind.name, extra)
        array = Constant(kind, bytes(tensor.data.content)[: tensor.bytes], short_name(tensor.name))
        return array if not extra else Part(array, extra // kind.bytes)

    def target(self, tensor: Tensor, *, extra: int = 0, kind: CType | None = None) -> Address:
        """Pointer through which an operator writes its output."""
        return self.address(tensor, (kind or TYPES[tensor.type]).name, extra, writable=True)

    def address(self, tensor: Tensor, element: str, extra: int = 0, *, writable: bool = False) -> Address:
        """Pointer to `extra` bytes after the first one of a tensor that is no constant."""
        return Address(self.offsets[tensor] + extra, element, writable, self.bases.get(tensor, ARENA))

    def images(self, source: Tensor, output: Tensor) -> Iterator[tuple[Address | Constant | Part, Address]]:
        """Pointers to each image of a batch in the input, and to where it goes in the output."""
        batches = source.shape[0]
        for image in range(batches):
            read = self.pointer(source, extra=image * source.bytes // batches)
            yield read, self.target(output, extra=image * output.bytes // batches)

    def distance(self, source: Tensor, output: Tensor) -> int | None:
        """Address of one tensor minus that of the other; None if they do not lie in the same memory."""
        if self.bases.get(source) != self.bases.get(output):
            return None
        return self.offsets[source] - self.offsets[output]

    def array(self, kind: CType, content: bytes, what: str) -> Constant:
        """An array of constants of the current operator; `content` is little-endian."""
        return Constant(kind, content, f"{self.label} {what}")

    def numbers(self, kind: CType, values: Sequence[float], what: str) -> Constant:
        """An array of constants of the current operator by their values."""
        import numpy as np

        return self.array(kind, np.array(values, kind.dtype).tobytes(), what)

    def parameters(self, kernel: str, **fields: Field) -> Parameters:
        """The parameters `arenite_<kernel>_t` of a kernel; `fields` are in the order of declaration."""
        return Parameters(kernel, Structure(tuple(fields.items())), self.label)


def require(condition: object, reason: str) -> None:
    """Refuse an operator unless a condition holds.

    Raises:
        UnsupportedError: with `reason`, if the condition does not hold.
    """
    if not condition:
        raise UnsupportedError(reason)


def tensors(operator: Operator, count: int) -> tuple[Tensor, ...]:
    """The first `count` inputs of an operator.

    Raises:
        UnsupportedError: one of the inputs is missing.
    """
    found = tuple(tensor for tensor in operator.inputs[:count] if tensor is not None)
    require(len(found) == count, "an input is missing")
    return found


def one_for_one(operator: Operator) -> tuple[Tensor, Tensor]:
    """The first input and the output of an operator that makes one element of each.

    Raises:
        UnsupportedError: the numbers of elements differ.
    """
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(prod(source.shape) == prod(output.shape), "the shapes do not fit")
    return source, output


def same_types(types: Iterable[ElementType], allowed: Sequence[ElementType]) -> ElementType:
    """The common type of all tensors.

    Raises:
        UnsupportedError: the types differ, or no kernel takes the common type.
    """
    kinds = set(types)
    require(len(kinds) == 1 and kinds <= set(allowed), "there is no kernel for these types")
    return kinds.pop()
