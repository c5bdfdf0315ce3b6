"""The interface that every set of kernels implements: which overlaps, scratch and arena a kernel implies.

    Operator, input, output --overlap-->  safe distances between the output and the input
    Operator                --scratch-->  bytes that the operator's kernel requests while it runs
    Model                   --arena---->  head, tail, and the arena size to declare

Each rule is derived from the order in which a kernel reads and writes, never from measurements. `docs/overlap.md` lists
which rules are tight. The rules of each set of kernels are in the folder of that set, beside this module.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import reduce
from typing import TYPE_CHECKING, TypeVar

from arenite.backends.build import CORTEX_M, Instance
from arenite.backends.overlap import APART, Overlap
from arenite.operators.soundness import is_sound, is_walkable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from arenite.backends.build import Abi
    from arenite.backends.cmsis_nn.instructions import Instructions
    from arenite.backends.tflm.arena import Arena
    from arenite.model import MemoryPlan, Model, Operator, Tensor

T = TypeVar("T")


class Backend(ABC):
    """One set of kernels, or several of which any may run.

    Implementations are frozen dataclasses, so two instances of the same set compare equal.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of the set in reports and JSON."""

    @abstractmethod
    def rule(self, operator: Operator, position: int, output: int) -> Overlap:
        """Safe distances for one input and one output of an operator that `is_sound`.

        Returns `APART` for operators, types and shapes without a known rule.

        Args:
            operator: an operator whose inputs and outputs fit its kind.
        """

    @abstractmethod
    def requested(self, kernel: Instance) -> tuple[int, ...]:
        """Bytes of each scratch buffer that a kernel requests, in order, not rounded; `scratch` caches them."""

    @abstractmethod
    def arena(self, model: Model, plan: MemoryPlan | None = None, *, abi: Abi | None = None) -> Arena:
        """Arena bytes that the runtime needs for a model in the order and layout of its file.

        Args:
            plan: the offsets to assume; None means the plan in the model's metadata, or no plan if there is none.
            abi: how the runtime was compiled; None means the ABI of the devices that these kernels target.

        Raises:
            ModelError: the model's plan does not match its tensors, or a graph calls itself.
        """

    @abstractmethod
    def tail_bytes(self, model: Model, abi: Abi | None = None) -> int:
        """Known bytes of tail. `arena` also names the operators whose bytes are not known."""

    def why_not(self, operator: Operator) -> str | None:  # noqa: ARG002
        """Why the runtime refuses an operator with these kernels, as text; None if no reason is known.

        Generated C has no such check: the export itself fails on what it cannot generate.
        """
        return None

    @property
    def abi(self) -> Abi:
        """Sizes of C types with the compilers for the devices of this set."""
        return CORTEX_M

    @property
    def generated(self) -> bool:
        """Whether Arenite generates the C that runs the model. Generated C has no runtime, tail or TFLM scratch."""
        return False

    @property
    def may_overlap(self) -> bool:
        """Whether any operator's output may overlap its input."""
        return True

    @property
    def cmsis_nn(self) -> Instructions | None:
        """Instruction class for which generated C calls CMSIS-NN; None for plain generated C and for TFLM."""
        return None

    @property
    def sets(self) -> tuple[Backend, ...]:
        """The sets of kernels that reported figures and limits cover."""
        return (self,)

    @property
    def safe_with(self) -> tuple[Backend, ...]:
        """The sets of kernels whose overlap rules a layout for this backend satisfies."""
        return (self,)

    @property
    def charged(self) -> Backend:
        """The set of kernels whose head is minimized."""
        return self

    @property
    def portable(self) -> bool:
        """Whether any one of several sets of kernels may run."""
        return len(self.sets) > 1

    def covers(self, other: Backend) -> bool:
        """Whether the rules guarantee that a layout which is valid for this backend is valid for `other`."""
        return set(other.safe_with) <= set(self.safe_with)

    def as_run(self, model: Model) -> Model:
        """The model, with its plan, as these kernels run it. Only generated C changes the model."""
        return model

    def overlap(self, operator: Operator, source: Tensor, output: Tensor) -> Overlap:
        """Safe distances between an output of an operator and an input that no later operator reads.

        An input that the operator reads at several positions (ADD of a tensor to itself) satisfies the rules of all
        these positions. Tensors without a known rule, and inputs that the kernel reads repeatedly, such as weights,
        stay apart.

        Raises:
            ValueError: `source` is not an input of the operator, or `output` none of its outputs.
        """
        position, target = operator.reads.get(source), operator.writes.get(output)
        if position is None or target is None:
            raise ValueError(f"{source.name!r} or {output.name!r} is no input or output of this {operator.label}")
        return self._once(operator, ("overlap", position, target), lambda: self._overlap(operator, source, output))

    def _overlap(self, operator: Operator, source: Tensor, output: Tensor) -> Overlap:
        if not (is_sound(operator) and is_walkable(operator) and source.bytes and output.bytes):
            return APART
        positions = [position for position, tensor in enumerate(operator.inputs) if tensor is source]
        rules = (self.rule(operator, position, operator.writes[output]) for position in positions)
        return reduce(Overlap.both, rules).within(source.bytes, output.bytes)

    def scratch(self, operator: Operator, abi: Abi | None = None) -> tuple[int, ...]:
        """Bytes of each scratch buffer that an operator's kernel requests, in order, not rounded; () for most kinds.

        Args:
            operator: the operator; an unsound one requests nothing and counts as unknown.
            abi: sizes of C types; None means those of the devices.
        """
        build = abi or self.abi
        return self._once(operator, ("scratch", build), lambda: self.requested(Instance(operator, build)))

    def planned_scratch(self, operator: Operator) -> tuple[int, ...]:
        """Bytes of each scratch buffer that a layout reserves, in order, not rounded: those on a device.

        Subclasses may assume another ABI.
        """
        return self.scratch(operator)

    def _once(self, operator: Operator, what: tuple[Hashable, ...], find: Callable[[], T]) -> T:
        """The result of a rule of this backend about all operators with a signature, found once."""
        return operator.signature.once((self, *what), find)
