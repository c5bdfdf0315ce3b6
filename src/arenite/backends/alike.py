"""Rules of kernels, worked out once for all operators that are alike: a model in strips has hundreds of those."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from arenite.backends.rules import overlap

if TYPE_CHECKING:
    from collections.abc import Hashable

    from arenite.backends.overlap import Overlap
    from arenite.backends.sets import Kernels
    from arenite.model import Operator, Tensor


def rule(operator: Operator, source: Tensor, target: Tensor, kernels: Kernels) -> Overlap:
    """The same as `kernels.rules.overlap`, which knows operators by their kind, options, constants and shapes only."""
    alike = _ALIKE.get(operator)
    if alike is None:
        alike = _ALIKE[operator] = _Alike.of(operator)
    key = kernels, alike, alike.read[source], alike.written[target]
    return _rule(_Case(key, operator, source, target, kernels))


@dataclass(frozen=True, slots=True)
class _Case:
    key: Hashable
    operator: Operator = field(compare=False)
    source: Tensor = field(compare=False)
    target: Tensor = field(compare=False)
    kernels: Kernels = field(compare=False)


@lru_cache(maxsize=8192)
def _rule(case: _Case) -> Overlap:
    return overlap(case.operator, case.source, case.target, case.kernels)


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
