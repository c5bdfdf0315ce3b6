"""The scratch that each set of kernels requests, as it is charged when a head is planned."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from arenite.backends.build import CORTEX_M, X86_64
from arenite.backends.cmsis_nn.scratch import scratch
from arenite.backends.instance import Instance
from arenite.backends.sets import Kernels

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Operator


def requests(kernels: Kernels) -> Callable[[Operator], tuple[int, ...]]:
    """A function that gives the bytes of each scratch buffer that an operator's kernel requests, in order.

    Reference kernels are charged what they request on x86-64, where they can be run to compare; elsewhere it is no
    more, since the requests hold pointers at most. What ESP-NN requests is not known; it counts as the reference.
    """
    return partial(_requested, kernels)


def _requested(kernels: Kernels, operator: Operator) -> tuple[int, ...]:
    return scratch(Instance(operator, kernels, X86_64 if kernels in (Kernels.REFERENCE, Kernels.APART) else CORTEX_M))
