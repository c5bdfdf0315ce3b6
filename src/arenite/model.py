"""A TensorFlow Lite model in memory: operators point at tensors, not at file indices.

Objects compare by identity (two tensors may be equal in every field and still be two tensors) and are never changed.
Only a `Model` and a `MemoryPlan` are values, so that a copy that was pickled equals its source. Objects have slots,
since searches read thousands of them for one figure, and keep what is computed of them. Positions occur in two places:
`MemoryPlan.offsets` and `Operator.graphs`.
`origin` belongs to the room `tflite`: it lets the writer keep every byte of what it did not have to change, and is
`None` for what a program made.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar
from weakref import ref

from arenite.errors import ModelError
from arenite.names import SHORT_NAME, printable
from arenite.notebook import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

T = TypeVar("T")
Option = int | float | bool | str | tuple[int | float | bool | str, ...]
NO_OPTIONS: Mapping[str, Option] = MappingProxyType({})


class ElementType(enum.Enum):
    """Element type of a tensor, by its name in the TensorFlow Lite schema; the value is (schema code, bytes).

    Bytes are those that TFLM charges for one element at run time (`TfLiteTypeSizeOf`), so types of less than 8
    bits take a whole byte; STRING and VARIANT have no size known ahead and count as 0.
    """

    FLOAT32 = (0, 4)
    FLOAT16 = (1, 2)
    INT32 = (2, 4)
    UINT8 = (3, 1)
    INT64 = (4, 8)
    STRING = (5, 0)
    BOOL = (6, 1)
    INT16 = (7, 2)
    COMPLEX64 = (8, 8)
    INT8 = (9, 1)
    FLOAT64 = (10, 8)
    COMPLEX128 = (11, 16)
    UINT64 = (12, 8)
    RESOURCE = (13, 4)
    VARIANT = (14, 0)
    UINT32 = (15, 4)
    UINT16 = (16, 2)
    INT4 = (17, 1)
    BFLOAT16 = (18, 2)
    INT2 = (19, 1)
    UINT4 = (20, 1)
    FLOAT8_E4M3FN = (21, 1)
    FLOAT8_E5M2 = (22, 1)

    def __init__(self, code: int, size: int) -> None:
        """Number of the type in the schema, and bytes of one element at run time."""
        self.code = code
        self.bytes = size


@dataclass(frozen=True, eq=False)
class Quantization:
    """Affine quantization: real = scale * (quantized - zero_point), per tensor or along `dimension`."""

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    dimension: int = 0


@dataclass(frozen=True, eq=False)
class Data:
    """The bytes of a constant. Tensors that share a buffer in the file share this object."""

    content: bytes | memoryview
    origin: object = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.content)

    def __repr__(self) -> str:
        return f"Data({len(self):,} bytes)"

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "content": bytes(self.content)}  # a view of a file cannot be pickled


class _TensorSlots:
    """Slots of a tensor for its size, found when first asked for, and for weak references."""

    __slots__ = ("__weakref__", "_bytes")
    _bytes: int


@dataclass(frozen=True, eq=False, slots=True)
class Tensor(_TensorSlots):
    """One tensor of one graph. `data` is None for what is computed or fed at run time."""

    name: str
    shape: tuple[int, ...]
    type: ElementType
    data: Data | None = None
    quantization: Quantization | None = None
    variable: bool = False
    origin: object = field(default=None, repr=False)

    @property
    def constant(self) -> bool:
        """Whether the content is stored in the file, as TFLM sees it: a buffer that is not empty."""
        return self.data is not None

    @property
    def bytes(self) -> int:
        """Size at run time in bytes, not rounded."""
        try:
            return self._bytes
        except AttributeError:
            size = prod(self.shape) * self.type.bytes
            object.__setattr__(self, "_bytes", size)
            return size


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
        found: T = self.results.get(key, _UNKNOWN)
        if found is _UNKNOWN:
            found = self.results[key] = find()
        return found


_UNKNOWN: Any = object()
"""Stands for a result that no rule has found yet; a result may be None."""


@lru_cache(maxsize=8192)  # as many as the operators of some dozen models in parts, which come and go in a search
def _signature(seen: Hashable) -> Signature:  # noqa: ARG001 (the key of the cache)
    """The signature of all operators of which kernels see the same."""
    return Signature()


class _Remembering:
    """What follows from an object that never changes, found when first asked for, and freed with the object."""

    __slots__ = ("__weakref__", "_results")
    _results: dict[Hashable, Any]

    def once(self, key: Hashable, find: Callable[[Any], T]) -> T:
        """What `find` makes of this object, found once. The key names the rule and all that it depends on besides."""
        try:
            results = self._results
        except AttributeError:
            results = {}
            object.__setattr__(self, "_results", results)
        found: T = results.get(key, _UNKNOWN)
        if found is _UNKNOWN:
            found = results[key] = find(self)
        return found


class _OperatorSlots(_Remembering):
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
    return tensor.shape, tensor.type.code, quantization, tensor.variable, content


@dataclass(frozen=True, eq=False, slots=True)
class Graph(_Remembering):
    """One subgraph: `operators` in the order of execution, `tensors` all of them in file order.

    `control_edges` are pairs of operators of which the file asks that the first runs before the second.
    """

    name: str
    tensors: tuple[Tensor, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    control_edges: tuple[tuple[Operator, Operator], ...] = ()
    origin: object = field(default=None, repr=False)

    def __repr__(self) -> str:
        name = printable(self.name, SHORT_NAME)
        return f"Graph({name!r}: {len(self.operators):,} operators, {len(self.tensors):,} tensors)"


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Addresses chosen ahead: `offsets[g][t]` for tensor t of graph g, in bytes from the start of the head.

    None means that the run time plans the tensor itself; constants and variables in the tail have None too.
    """

    offsets: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, eq=False)
class Metadata:
    """A named entry of the file that the runtime does not need. What is a field of `Model` or `Graph` is not listed."""

    name: str
    data: Data
    origin: object = field(default=None, repr=False)


_FEW = 4
"""Inputs or outputs that the `repr` of a model names."""


@dataclass(frozen=True, eq=False, slots=True)
class Model(_Remembering, Shown):
    """A whole model. `graphs[0]` is the one that an interpreter runs; `name` is for people (the file's name).

    `plan` is the offline memory plan that TFLM follows, None where TFLM plans by itself; `target` is the name of the
    target that the plan was made for, None where there is no plan or the file does not tell. `path` is the file that
    the model was read from, so that nothing ever writes over it.
    """

    name: str
    graphs: tuple[Graph, ...]
    metadata: tuple[Metadata, ...] = ()
    description: str = ""
    plan: MemoryPlan | None = None
    target: str | None = None
    path: Path | None = None
    origin: object = field(default=None, repr=False)

    @property
    def main(self) -> Graph:
        """The graph that an interpreter runs."""
        return self.graphs[0]

    @property
    def compiled_by_vela(self) -> bool:
        """Whether Arm's Vela compiled it for an Ethos-U NPU: its command streams hold addresses of their own."""
        return self.description == "Vela Optimized" or any(
            operator.custom_code == "ethos-u" for graph in self.graphs for operator in graph.operators
        )

    def __repr__(self) -> str:
        operators = sum(len(graph.operators) for graph in self.graphs)
        taken, given = (_types(self.main.inputs), _types(self.main.outputs)) if self.graphs else ("nothing", "nothing")
        return f"Model({printable(self.name, SHORT_NAME)!r}: {operators:,} operators, {taken} -> {given})"

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same, of files with the same bytes if they were read; names of paths do not count."""
        return self is other or (isinstance(other, Model) and _values(self) == _values(other))

    def __hash__(self) -> int:
        return hash((self.name, self.description, len(self.graphs)))

    def with_plan(self, plan: MemoryPlan | None, target: str | None = None) -> Model:
        """The model with this plan, made for the target of that name; the same object if nothing changes."""
        return self if (plan, target) == (self.plan, self.target) else replace(self, plan=plan, target=target)


def _types(tensors: Sequence[Tensor]) -> str:
    named = [f"{tensor.type.name.lower()}{list(tensor.shape)}" for tensor in tensors[:_FEW]]
    more = [f"{len(tensors) - _FEW} more"] if len(tensors) > _FEW else []
    return ", ".join(named + more) or "nothing"


def _values(model: Model) -> object:
    """All that a model holds, with numbers in place of its tensors and operators."""
    number: dict[object, int] = {None: -1}
    graphs = [_graph_values(graph, number) for graph in model.graphs]
    metadata = [(entry.name, bytes(entry.data.content)) for entry in model.metadata]
    return model.name, model.description, model.plan, model.target, model.origin, metadata, graphs


def _graph_values(graph: Graph, number: dict[object, int]) -> object:
    def numbers(things: Iterable[object]) -> list[int]:
        return [number.setdefault(thing, len(number)) for thing in things]

    tensors = [
        (
            each.name,
            each.shape,
            each.type,
            None if each.data is None else bytes(each.data.content),
            each.quantization and (each.quantization.scale, each.quantization.zero_point, each.quantization.dimension),
            each.variable,
        )
        for each in graph.tensors
    ]
    operators = [
        (
            each.code,
            each.custom_code,
            each.version,
            each.graphs,
            dict(each.options),
            each.origin,
            *map(numbers, (each.inputs, each.outputs, each.intermediates)),
        )
        for each in graph.operators
    ]
    order = [*map(numbers, (graph.tensors, graph.inputs, graph.outputs, graph.operators, *graph.control_edges))]
    return graph.name, tensors, operators, order
