"""Reasons why TFLM's kernels that call CMSIS-NN refuse an operator that the reference kernels run.

Source: the Prepare and Eval functions in TFLM's kernels/cmsis_nn/*.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.checks import OUTPUT, alike, constant, each, never, no_offset, one_scale, rank, scales, where
from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.backends.checks import Check
    from arenite.model import Operator

I8, I16 = ElementType.INT8, ElementType.INT16


def why_not(operator: Operator, instructions: Instructions) -> str | None:
    """Why TFLM's CMSIS-NN kernels refuse an operator, as text; None if no reason is known."""
    own = LIMITS.get(operator.code, ())
    if instructions is Instructions.MVE:
        own = (*own, *MVE_LIMITS.get(operator.code, ()))
    return next((why for why in (check(operator) for check in own) if why), None)


LIMITS: Mapping[str, tuple[Check, ...]] = {
    **each("ADD", alike(0, 1, OUTPUT), where(I16, no_offset(0, 1, OUTPUT))),
    **each("BATCH_MATMUL", rank(0, 2, 4), rank(1, 2, 4)),
    **each("CONV_2D", rank(0, 4, 4), rank(1, 4, 4), rank(OUTPUT, 4, 4), where(I16, no_offset(0, OUTPUT))),
    **each("DEPTHWISE_CONV_2D", where(I16, no_offset(0, OUTPUT)), where(I16, scales(1, 3))),
    **each("FULLY_CONNECTED", where(I16, one_scale(1)), where(I16, no_offset(0, OUTPUT))),
    **each("TRANSPOSE", where(I8, rank(0, 0, 4))),
    **each("TRANSPOSE_CONV", where(I16, never("CMSIS-NN's kernel does not start with INT16"))),
    **each("UNIDIRECTIONAL_SEQUENCE_LSTM", constant(*range(1, 9), *range(12, 16))),
}
"""Limits on all cores."""

MVE_LIMITS: Mapping[str, tuple[Check, ...]] = {"SVDF": (where(I8, constant(1)),)}
"""Further limits on cores with MVE, where the kernel sums up weights before the first inference."""
