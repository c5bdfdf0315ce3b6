"""What is asked of a set of kernels, whichever it is: one interface for all.

    Operator, input, output --overlap-->  where the output may lie
    Operator                --scratch-->  bytes that its kernel requests while it runs
    Model                   --arena---->  head, tail, and what to declare

A rule is derived from the order in which a kernel reads and writes, never from measured examples; `docs/overlap.md`
says which rule is tight. What a set says of operators of one kind is in its own folder, beside this module.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from arenite.backends.build import CORTEX_M
from arenite.backends.instance import Instance
from arenite.backends.overlap import APART, Overlap
from arenite.operators.soundness import is_sound, is_walkable

if TYPE_CHECKING:
    from collections.abc import Hashable

    from arenite.backends.build import Abi
    from arenite.backends.cmsis_nn.instructions import Instructions
    from arenite.backends.tflm.arena import Arena
    from arenite.model import MemoryPlan, Model, Operator, Tensor


class Backend(ABC):
    """A set of kernels, or any of several. Implemented by frozen dataclasses, so that two of the same set are equal."""

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """The name of the set, as reports and JSON tell it."""

    @abstractmethod
    def rule(self, operator: Operator, position: int, output: int) -> Overlap:
        """Distances for the kernel of a sound operator, by the positions of an input and an output.

        For types, shapes and positions that no rule is known for the two stay apart.
        """

    @abstractmethod
    def requested(self, kernel: Instance) -> tuple[int, ...]:
        """Bytes of each scratch buffer that a kernel requests, in order, not rounded; `scratch` remembers them."""

    @abstractmethod
    def arena(self, model: Model, plan: MemoryPlan | None = None, *, abi: Abi | None = None) -> Arena:
        """What the runtime spends on a file as it is.

        Args:
            model: the model.
            plan: the offsets to assume; None means the plan in the model's metadata if it has one, else none.
            abi: how the runtime was compiled; None means for the devices that these kernels are for.

        Raises:
            ModelError: the model's plan does not fit its tensors, or a graph runs itself.
        """

    @abstractmethod
    def tail_bytes(self, model: Model, abi: Abi | None = None) -> int:
        """Bytes that stay in the arena for good, as far as they are known; `arena` also tells whether they are all."""

    def why_not(self, operator: Operator) -> str | None:  # noqa: ARG002
        """Why the runtime refuses an operator with these kernels, in words; None: nothing is known against it.

        Of generated C its export tells, which tries.
        """
        return None

    @property
    def abi(self) -> Abi:
        """The sizes that compilers for the devices of this set give to types."""
        return CORTEX_M

    @property
    def generated(self) -> bool:
        """Whether Arenite generates the C that runs the model: there is no runtime, no tail, and no scratch of TFLM."""
        return False

    @property
    def may_overlap(self) -> bool:
        """Whether an output may lie on an input of its operator at all."""
        return True

    @property
    def cmsis_nn(self) -> Instructions | None:
        """The instructions of the cores for which generated C calls CMSIS-NN; None where it does not, and in TFLM."""
        return None

    @property
    def sets(self) -> tuple[Backend, ...]:
        """The sets that figures and limits speak of."""
        return (self,)

    @property
    def safe_with(self) -> tuple[Backend, ...]:
        """The sets whose rules of overlap a layout for this one keeps to."""
        return (self,)

    @property
    def charged(self) -> Backend:
        """The set whose head is made small."""
        return self

    @property
    def portable(self) -> bool:
        """Whether any of several sets may run."""
        return len(self.sets) > 1

    def covers(self, other: Backend) -> bool:
        """Whether a layout that is right with this set is right with the other one by definition."""
        return set(other.safe_with) <= set(self.safe_with)

    def as_run(self, model: Model) -> Model:
        """The model as these kernels run it, with its plan: as it is, but for those of generated C."""
        return model

    def overlap(self, operator: Operator, source: Tensor, output: Tensor) -> Overlap:
        """Where an output of an operator may lie relative to an input that nobody needs afterwards.

        An input that the operator reads at several positions (ADD of a tensor to itself) obeys the rules of all of
        them. In doubt the two stay apart: for operators, types and shapes that no rule is known for, and for inputs
        such as weights that are read again and again.

        Args:
            operator: the operator.
            source: one of its inputs.
            output: one of its outputs.

        Raises:
            ValueError: `source` is not an input of the operator, or `output` none of its outputs.
        """
        alike = _ALIKE.get(operator)
        if alike is None:
            alike = _ALIKE[operator] = _Alike.of(operator)
        if source not in alike.read or output not in alike.written:
            raise ValueError(f"{source.name!r} or {output.name!r} is no input or output of this {operator.label}")
        return _overlap(_Case((self, alike, alike.read[source], alike.written[output]), self, operator, source, output))

    def scratch(self, operator: Operator, abi: Abi | None = None) -> tuple[int, ...]:
        """Bytes of each scratch buffer that an operator's kernel requests, in order, not rounded; () for most.

        Args:
            operator: the operator; one that lacks what its kind needs requests nothing, and counts as unknown.
            abi: the compiler's sizes; None means those of the devices.
        """
        known = _SCRATCH.get(operator)
        if known is None:
            known = _SCRATCH[operator] = {}
        abi = abi or self.abi
        noted = known.get((id(self), id(abi)))
        if noted is None:
            noted = known[id(self), id(abi)] = _Scratch(self, abi, self.requested(Instance(operator, abi)))
        return noted.sizes

    def planned_scratch(self, operator: Operator) -> tuple[int, ...]:
        """The scratch that a layout leaves room for. See the sets that charge other sizes than those of a device."""
        return self.scratch(operator)


class _Scratch(NamedTuple):
    """What a kernel requests with one build, which is held so that no other one can come to have its identity."""

    backend: Backend
    abi: Abi
    sizes: tuple[int, ...]


_SCRATCH: WeakKeyDictionary[Operator, dict[tuple[int, int], _Scratch]] = WeakKeyDictionary()
"""What the kernels of operators request: operators never change, and a plan asks dozens of times for each.

By the identities of set and ABI, because computing the hash of their fields takes longer than all else here.
"""


@dataclass(frozen=True, slots=True)
class _Case:
    """A question about overlap; two are equal if their keys are, since kernels look at nothing else."""

    key: Hashable
    backend: Backend = field(compare=False)
    operator: Operator = field(compare=False)
    source: Tensor = field(compare=False)
    output: Tensor = field(compare=False)


@lru_cache(maxsize=8192)
def _overlap(case: _Case) -> Overlap:
    """Worked out once for all operators that are alike: a model in strips has hundreds of those."""
    operator, source, output = case.operator, case.source, case.output
    if not (is_sound(operator) and is_walkable(operator) and source.bytes and output.bytes):
        return APART
    target = operator.outputs.index(output)
    positions = [position for position, tensor in enumerate(operator.inputs) if tensor is source]
    rules = (case.backend.rule(operator, position, target) for position in positions)
    return reduce(Overlap.both, rules).within(source.bytes, output.bytes)


class _Alike:
    """What a rule knows of an operator, made once for each: one with thousands of inputs has thousands of rules."""

    __slots__ = ("_hash", "_key", "read", "written")

    def __init__(self, key: Hashable, read: dict[Tensor, tuple[int, ...]], written: dict[Tensor, int]) -> None:
        self._key, self._hash = key, hash(key)
        self.read = read
        """The positions at which the operator reads each tensor."""
        self.written = written
        """The first position of each output."""

    @classmethod
    def of(cls, operator: Operator) -> _Alike:
        read: dict[Tensor, tuple[int, ...]] = {}
        for position, tensor in enumerate(operator.inputs):
            if tensor is not None:
                read[tensor] = (*read.get(tensor, ()), position)
        written = {tensor: place for place, tensor in reversed(list(enumerate(operator.outputs)))}
        key = (
            operator.code,
            operator.custom_code,
            operator.version,
            tuple(operator.options.items()),
            tuple(map(_kind, operator.inputs)),
            tuple(map(_kind, operator.outputs)),
        )
        return cls(key, read, written)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, _Alike) and self._key == other._key)


_ALIKE: WeakKeyDictionary[Operator, _Alike] = WeakKeyDictionary()


def _kind(tensor: Tensor | None) -> Hashable:
    """A constant itself, for its content counts; of others shape and type."""
    if tensor is None or tensor.data is not None:
        return tensor
    return tensor.shape, tensor.type, tensor.variable
