"""The C source of one model while it is being collected: constants, parameters and calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from arenite.backends import Kernels
from arenite.codegen.literals import array_definition, literal
from arenite.codegen.types import TYPES, CType
from arenite.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from arenite.model import ElementType, Operator, Tensor

    Field = int | float | str | tuple["Field", ...]


@dataclass(frozen=True)
class Call:
    """A call of a kernel for the operator at position `index`; `arguments` are C expressions.

    `idle` calls have no effect: they copy something onto itself. `checked` ones return a status, 0 for success.
    """

    index: int
    kernel: str
    arguments: tuple[str, ...]
    idle: bool = False
    checked: bool = False

    @property
    def function(self) -> str:
        """The kernel's name in C."""
        return f"arenite_{self.kernel}"


@dataclass(frozen=True)
class Block:
    """Control flow for the operator at position `index`: lines of C, and calls among them, in order.

    A line that ends in "{" opens a block, one that begins with "}" closes it. `checked`: a line may return `status`.
    """

    index: int
    parts: tuple[str | Call, ...]
    checked: bool = False

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of kernels."""
        return tuple(part for part in self.parts if isinstance(part, Call))


@dataclass
class Unit:
    """Collects what operators need; `offsets` are the addresses of tensors in the arena, in bytes.

    `scratch` are those of the scratch of operators, by graph and position; `kernels` are what the code is made for.

    `graph` and `index` are the positions of the operator that is being added, `calls` the steps of its graph so far.
    Equal constants are stored once.
    """

    offsets: Mapping[Tensor, int]
    scratch: Mapping[tuple[int, int], int] = field(default_factory=dict)
    kernels: Kernels = Kernels.C
    graph: int = 0
    index: int = 0
    definitions: list[str] = field(default_factory=list)
    calls: list[Call | Block] = field(default_factory=list)
    flash: int = 0
    """Bytes of all constants, without parameters."""
    _names: dict[tuple[str, bytes | str], str] = field(default_factory=dict)

    def call(self, kernel: str, *arguments: str | int | float, idle: bool = False, checked: bool = False) -> None:
        """Call the kernel `arenite_<kernel>` of the header of the same name; see `Call`."""
        self.calls.append(Call(self.index, kernel, tuple(map(literal, arguments)), idle, checked))

    def copy(self, source: Tensor, target: Tensor) -> Call:
        """A call that copies the values of a tensor, which is not made yet."""
        place = f"(void *)(arena + {self.offsets[target]})"
        return Call(self.index, "move", (place, self.pointer(source), str(target.bytes)))

    def scratch_pointer(self) -> str:
        """A pointer to the scratch of the operator that is being added."""
        return f"(void *)(arena + {self.scratch[self.graph, self.index]})"

    def pointer(self, tensor: Tensor, *, extra: int = 0) -> str:
        """A constant pointer to a tensor's values, or to `extra` bytes behind the first; a constant's is in flash."""
        kind = TYPES[tensor.type]
        if tensor.data is not None:
            name = self.array(kind, bytes(tensor.data.content)[: tensor.bytes])
            return name if not extra else f"{name} + {extra // kind.bytes}"
        return self._place("const " + kind.name, tensor, extra)

    def target(self, tensor: Tensor, *, extra: int = 0) -> str:
        """A pointer through which an operator writes its output."""
        return self._place(TYPES[tensor.type].name, tensor, extra)

    def _place(self, kind: str, tensor: Tensor, extra: int) -> str:
        return f"({kind} *)(void *)(arena + {self.offsets[tensor] + extra})"

    def array(self, kind: CType, content: bytes) -> str:
        """Name of an array of constants; `content` is little-endian."""
        key = (kind.name, content)
        if key not in self._names:
            self._names[key] = f"data_{len(self._names)}"
            self.definitions.append(array_definition(kind, self._names[key], content))
            self.flash += len(content)
        return self._names[key]

    def parameters(self, kind: str, *fields: Field) -> str:
        """Pointer to the parameters `arenite_<kind>_t` of a kernel."""
        text = f"static const arenite_{kind}_t %s = {literal(fields)};"
        key = (kind, text)
        if key not in self._names:
            self._names[key] = f"layer_{len(self._names)}"
            self.definitions.append(text % self._names[key])
        return f"&{self._names[key]}"


def require(condition: object, reason: str) -> None:
    """Refuse an operator.

    Raises:
        UnsupportedError: `reason`, if the condition does not hold.
    """
    if not condition:
        raise UnsupportedError(reason)


def tensors(operator: Operator, count: int) -> tuple[Tensor, ...]:
    """The first `count` inputs of an operator, which all have to be there.

    Raises:
        UnsupportedError: one is missing.
    """
    found = tuple(tensor for tensor in operator.inputs[:count] if tensor is not None)
    require(len(found) == count, "an input is missing")
    return found


def one_for_one(operator: Operator) -> None:
    """Refuse an operator whose output has not as many elements as its first input.

    Raises:
        UnsupportedError: it has more or fewer.
    """
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(prod(source.shape) == prod(output.shape), "the shapes do not fit")


def same_types(types: Iterable[ElementType], allowed: Sequence[ElementType]) -> ElementType:
    """The one type of all tensors.

    Raises:
        UnsupportedError: they differ, or there is no kernel for it.
    """
    kinds = set(types)
    require(len(kinds) == 1 and kinds <= set(allowed), "there is no kernel for these types")
    return kinds.pop()
