"""The scratch that room has to be left for, by the kernels that a layout is made for."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from arenite.backends.build import CORTEX_M, X86_64
from arenite.backends.cmsis_nn.scratch import scratch as requested
from arenite.backends.instance import Instance
from arenite.backends.sets import Kernels
from arenite.backends.tflm.arena import EVERY_SET
from arenite.operators.liveness import NEVER, align
from arenite.problems.placement import Buffer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.model import Model, Operator
    from arenite.operators.liveness import Liveness


def scratch(model: Model, liveness: Liveness, kernels: Kernels) -> Iterator[Buffer]:
    """Scratch of every operator that is run, rounded up to 16 bytes.

    Reference kernels are charged what they request on x86-64, where they can be run to compare; their requests hold
    pointers at most. Portable kernels stand for all sets whose requests are known: an operator's largest buffer is as
    large as the largest that any set requests for it, and so on; ESP-NN aside, which requests far more.
    """
    for graph, spans in zip(model.graphs, liveness.operators, strict=True):
        for operator, span in zip(graph.operators, spans, strict=True):
            if span is not NEVER:
                for size in scratch_sizes(operator, kernels):
                    yield Buffer(f"scratch of {operator.label}", align(size), span.first, span.last)


def scratch_sizes(operator: Operator, kernels: Kernels) -> Sequence[int]:
    """Bytes of each scratch buffer that an operator requests; see `scratch`."""
    if kernels is Kernels.PORTABLE:
        lists = (sorted(scratch_sizes(operator, each), reverse=True) for each in EVERY_SET)
        return [max(sizes) for sizes in zip_longest(*lists, fillvalue=0)]
    abi = X86_64 if kernels in (Kernels.REFERENCE, Kernels.APART) else CORTEX_M
    return requested(Instance(operator, kernels, abi))
