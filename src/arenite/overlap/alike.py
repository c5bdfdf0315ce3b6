"""Rules of kernels, worked out once for all operators that are alike: a model in strips has hundreds of those."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from arenite.kernels.rules import overlap

if TYPE_CHECKING:
    from collections.abc import Hashable

    from arenite.kernels.overlap import Overlap
    from arenite.kernels.sets import Kernels
    from arenite.model import Operator, Tensor


def rule(operator: Operator, source: Tensor, target: Tensor, kernels: Kernels) -> Overlap:
    """The same as `kernels.rules.overlap`, which knows operators by their kind, options, constants and shapes only."""
    return _rule(_Case(_key(operator, source, target, kernels), operator, source, target, kernels))


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


def _key(operator: Operator, source: Tensor, target: Tensor, kernels: Kernels) -> Hashable:
    return (
        kernels,
        operator.code,
        operator.custom_code,
        operator.version,
        tuple(operator.options.items()),
        tuple((_kind(tensor), tensor is source) for tensor in operator.inputs),
        tuple((_kind(tensor), tensor is target) for tensor in operator.outputs),
    )


def _kind(tensor: Tensor | None) -> Hashable:
    """A constant itself, for its content counts; of others shape and type."""
    if tensor is None or tensor.data is not None:
        return tensor
    return tensor.shape, tensor.type, tensor.variable
