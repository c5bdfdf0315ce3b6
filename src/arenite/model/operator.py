"""Operators, and their signatures: what kernels can see of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from arenite.errors import ModelError
from arenite.model.remembering import UNKNOWN, Remembering
from arenite.names import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from arenite.model.tensor import Tensor

T = TypeVar("T")
Option = int | float | bool | str | tuple[int | float | bool | str, ...]
NO_OPTIONS: Mapping[str, Option] = MappingProxyType({})


class Signature:
    """What a kernel can see of an operator.

    Operators that share large constants and quantization objects, as the parts of one operator do, and differ in names
    only have the same object.

    `results` holds what the rules of `backends` have returned for such operators, since rules read nothing else: a
    model in strips has hundreds of operators, but few signatures.
    """

    __slots__ = ("results",)

    def __init__(self) -> None:
        """Start without results; `Operator.signature` makes one object for all operators that kernels see alike."""
        self.results: dict[Hashable, Any] = {}

    def once(self, key: Hashable, find: Callable[[], T]) -> T:
        """The result with this key, which names the rule and all that it depends on beside the operator."""
        found: T = self.results.get(key, UNKNOWN)
        if found is UNKNOWN:
            found = self.results[key] = find()
        return found


@lru_cache(maxsize=8192)  # as many as the operators of some dozen models in parts, which come and go in a search
def _signature(seen: Hashable) -> Signature:  # noqa: ARG001 (the key of the cache)
    """The signature of all operators of which kernels see the same."""
    return Signature()


class _OperatorSlots(Remembering):
    """Slots of an operator for what follows from its fields, found when first asked for."""

    __slots__ = ("_reads", "_signature", "_writes")
    _reads: Mapping[Tensor, int]
    _signature: Signature
    _writes: Mapping[Tensor, int]


@dataclass(frozen=True, eq=False, slots=True)
class Operator(_OperatorSlots):
    """One operator. `code` is the schema's name ("CONV_2D"), or "CUSTOM" with the custom operator's name.

    An optional input that is left out is None. `options` holds the builtin options that could be read, by the
    schema's field names ("stride_h"); what they do not hold is kept through `origin`. `graphs` are the graphs that
    a control-flow operator runs, in the order in which TFLM plans them (IF: then, else; WHILE: condition, body;
    CALL_ONCE: initialization), as positions in `Model.graphs`.
    """

    code: str
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    options: Mapping[str, Option] = field(default_factory=lambda: NO_OPTIONS)
    custom_code: str | None = None
    version: int = 1
    intermediates: tuple[Tensor, ...] = ()
    graphs: tuple[int, ...] = ()
    origin: object = field(default=None, repr=False)

    def input(self, position: int) -> Tensor:
        """The tensor at a position where operators of this kind must have one, as `operators/kinds.py` says.

        Raises:
            ModelError: the operator has none.
        """
        tensor = self.inputs[position] if position < len(self.inputs) else None
        if tensor is None:
            raise ModelError(f"{self.label} lacks its input {position}")
        return tensor

    def reading(self, instead: Mapping[Tensor, Tensor]) -> Operator:
        """The operator with other tensors as its inputs; the same object if it reads none of those replaced."""
        if not any(tensor in instead for tensor in self.inputs if tensor is not None):
            return self
        return replace(self, inputs=tuple(tensor and instead.get(tensor, tensor) for tensor in self.inputs))

    def using(self, instead: Mapping[Tensor, Tensor]) -> Operator:
        """The operator with other tensors as inputs and outputs; the same object if it uses none of those replaced."""
        read = self.reading(instead)
        if not any(tensor in instead for tensor in self.outputs):
            return read
        return replace(read, outputs=tuple(instead.get(tensor, tensor) for tensor in self.outputs))

    def number(self, name: str, default: int) -> int:
        """A builtin option that is a whole number; the default where there is none of this name."""
        value = self.options.get(name, default)
        return value if isinstance(value, int) else default

    @property
    def label(self) -> str:
        """Name of the kind of operator for a person: the custom operator's own name, made fit to be printed."""
        return printable(self.custom_code) if self.custom_code else self.code

    @property
    def reads(self) -> Mapping[Tensor, int]:
        """The first position of each input; inputs that are left out have none."""
        try:
            return self._reads
        except AttributeError:
            found = _first_places(self.inputs)
            object.__setattr__(self, "_reads", found)
            return found

    @property
    def writes(self) -> Mapping[Tensor, int]:
        """The first position of each output."""
        try:
            return self._writes
        except AttributeError:
            found = _first_places(self.outputs)
            object.__setattr__(self, "_writes", found)
            return found

    @property
    def signature(self) -> Signature:
        """What a kernel can see of the operator.

        That is its kind, its options, which positions have the same tensor, and what `_seen` says of each tensor. A
        custom operator has a signature of its own, because its options are read through its `origin`.
        """
        try:
            return self._signature
        except AttributeError:
            found = _signature(_seen_of(self))
            object.__setattr__(self, "_signature", found)
            return found

    def __reduce__(self) -> tuple[object, ...]:
        state = [getattr(self, each.name) for each in fields(self)]
        return _blank, (), [_Sent(each) if isinstance(each, MappingProxyType) else each for each in state]


def readers_of(operators: Iterable[Operator]) -> defaultdict[Tensor, list[Operator]]:
    """The operators that read each tensor, in their order, as often as they read it."""
    readers = defaultdict(list)
    for operator in operators:
        for tensor in operator.inputs:
            if tensor is not None:
                readers[tensor].append(operator)
    return readers


def _blank() -> Operator:
    """An operator whose fields are set later, since it refers to itself through its origin."""
    return object.__new__(Operator)


class _Sent:
    """A read-only mapping that is being pickled, which becomes one again."""

    def __init__(self, mapping: Mapping[str, Option]) -> None:
        self._mapping = mapping

    def __reduce__(self) -> tuple[object, ...]:
        return read_only, (dict(self._mapping),)


def read_only(options: dict[str, Option]) -> Mapping[str, Option]:
    """Options that cannot be changed any more; a function, since the type itself cannot be pickled."""
    return MappingProxyType(options)


def _first_places(tensors: Iterable[Tensor | None]) -> dict[Tensor, int]:
    return {tensor: place for place, tensor in reversed(tuple(enumerate(tensors))) if tensor is not None}


def _seen_of(operator: Operator) -> Hashable:
    """What a kernel can see of an operator."""
    used = (*operator.inputs, *operator.outputs, *operator.intermediates)
    first: dict[Tensor | None, int] = {}
    same = tuple(first.setdefault(tensor, place) for place, tensor in enumerate(used))
    custom = (operator.custom_code, ref(operator)) if operator.custom_code else None
    kind = (operator.code, custom, operator.version, operator.graphs, tuple(operator.options.items()))
    return kind, (len(operator.inputs), len(operator.outputs), same, tuple(map(_seen, used)))


_FEW_BYTES = 64
"""Constants up to this size are compared by content: strips have one of their own each for begins, sizes and padding.
Comparing weights would take longer than what it saves."""


def _seen(tensor: Tensor | None) -> Hashable:
    """What rules read of a tensor; the content of a constant too."""
    if tensor is None:
        return None
    content: Hashable = None
    if tensor.data is not None:
        if len(tensor.data) > _FEW_BYTES:
            return ref(tensor)  # a key must not keep weights alive
        content = bytes(tensor.data.content)
    quantization = tensor.quantization and ref(tensor.quantization)  # nor scales, with the file that they are from
    return tensor.shape, tensor.type.code, quantization, tensor.variable, tensor.outside, content
