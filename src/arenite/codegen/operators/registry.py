"""The kinds of operators that generated code has kernels for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.codegen.operators.convolution import convolution, depthwise
from arenite.codegen.operators.fully_connected import fully_connected
from arenite.codegen.operators.pool import average_pool, max_pool
from arenite.codegen.operators.softmax import softmax
from arenite.codegen.operators.views import reshape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.codegen.unit import Unit
    from arenite.model import Operator

    Lowering = Callable[[Unit, Operator], None]

OPERATORS: Mapping[str, Lowering] = MappingProxyType(
    {
        "AVERAGE_POOL_2D": average_pool,
        "CONV_2D": convolution,
        "DEPTHWISE_CONV_2D": depthwise,
        "EXPAND_DIMS": reshape,
        "FULLY_CONNECTED": fully_connected,
        "MAX_POOL_2D": max_pool,
        "RESHAPE": reshape,
        "SOFTMAX": softmax,
        "SQUEEZE": reshape,
    }
)
