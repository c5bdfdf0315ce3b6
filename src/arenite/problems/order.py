"""An ordering problem: operators, the tensors between them, and the bytes that each tensor costs while it is alive.

Memory while operator v runs is the sum of

- the tensors already produced or fed from outside that v or a later operator reads, or that are kept to the end,
- the outputs of v,
- `extra[v]`, what v needs for itself,

less the in-place saving of v. The peak of an order is the largest memory over its operators, and at least `floor`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charge:
    """A tensor of `size` bytes, alive from `producer` (None: from the start) to the last of `consumers`.

    `kept`: alive to the end of the graph regardless of consumers. A produced tensor without consumers is alive only
    while its producer runs, unless it is kept.
    """

    size: int
    producer: int | None
    consumers: tuple[int, ...]
    kept: bool = False


@dataclass(frozen=True, slots=True)
class InPlaceSaving:
    """Bytes that `operator` saves by writing its outputs over inputs that end with it.

    `saved`: (tensor, bytes) for tensors that the operator reads; the bytes are at most the tensor's size. An entry
    counts in an order if the operator is the tensor's last consumer and the tensor is not kept. `most`: limit on the
    sum of all entries, at most the bytes of the operator's outputs.
    """

    operator: int
    most: int
    saved: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Operators to order, numbered 0..operators-1 in the default order, and the tensors between them.

    before: pairs (a, b): a must run before b for other reasons than a tensor, such as state.
    extra: `extra[v]`: bytes needed only while operator v runs, such as the peak of a graph that v calls; () for none.
    floor: a lower bound in bytes on the peak of every order, such as all inputs before the first operator runs.
    savings: in-place savings, at most one for each operator.
    """

    operators: int
    tensors: tuple[Charge, ...]
    before: tuple[tuple[int, int], ...] = ()
    extra: tuple[int, ...] = ()
    floor: int = 0
    savings: tuple[InPlaceSaving, ...] = ()
