"""An ordering problem: operators, the tensors between them, and what each tensor costs while it is alive.

Memory while operator v runs = every tensor already produced (or fed from outside) that v or a later operator still
reads, or that is kept to the end, plus the outputs of v, plus what v needs for itself, less its saving. The peak of an
order is the largest such memory over its operators, and `floor` (what is alive before the first operator, whatever the
order).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charge:
    """A tensor as it is charged: `size` bytes from `producer` (None: alive from the start) to the last of `consumers`.

    `kept`: alive to the end of the graph, whoever reads it. A produced tensor that nobody reads is alive only while
    its producer runs, unless it is kept.
    """

    size: int
    producer: int | None
    consumers: tuple[int, ...]
    kept: bool = False


@dataclass(frozen=True, slots=True)
class InPlaceSaving:
    """Bytes that `operator` saves by writing its outputs over inputs that end with it.

    `saved`: (tensor, bytes): at most the tensor's size, for a tensor that the operator reads. A tensor counts where the
    operator is the last of its consumers and it is not kept. All together save at most `most`, which is at most the
    size of the operator's outputs.
    """

    operator: int
    most: int
    saved: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Operators 0..operators-1 (their numbers are the default order), tensors, and further precedence.

    `before`: pairs (a, b), a must run before b although no tensor says so (state). `extra[v]`: bytes that operator v
    needs only while it runs, such as the working set of a subgraph it calls; empty means none. `floor`: bytes that
    the peak has at least, such as all inputs together before the first operator runs. `savings`: what
    operators save by writing over their inputs, at most one entry for each operator.
    """

    operators: int
    tensors: tuple[Charge, ...]
    before: tuple[tuple[int, int], ...] = ()
    extra: tuple[int, ...] = ()
    floor: int = 0
    savings: tuple[InPlaceSaving, ...] = ()
