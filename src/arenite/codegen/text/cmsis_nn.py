"""Text for NAME.h and NAME.c that depends on calls of CMSIS-NN; empty or the default for the target `c`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.instructions import Instructions

if TYPE_CHECKING:
    from arenite.backends.target import Target

_BUILD = MappingProxyType(
    {
        Instructions.SCALAR: ("!defined(ARM_MATH_DSP) && !defined(ARM_MATH_MVEI)", "without the DSP extension"),
        Instructions.DSP: ("defined(ARM_MATH_DSP) && !defined(ARM_MATH_MVEI)", "with the DSP extension"),
        Instructions.MVE: ("defined(ARM_MATH_MVEI)", "with vectors (MVE)"),
    }
)
"""Preprocessor condition of CMSIS-NN for a core (arm_nn_math_types.h), and its description."""


def note(target: Target) -> str:
    """Lines for the header's comment."""
    if target.backend.cmsis_nn is None:
        return ""
    words = _BUILD[target.backend.cmsis_nn][1]
    return f" * Calls CMSIS-NN, built for a core {words}, such as {str(target.core).title()}: link it.\n"


def guard(target: Target) -> str:
    """Text after the includes. Layout and scratch are valid for one build of CMSIS-NN, so others must not compile."""
    if target.backend.cmsis_nn is None:
        return ""
    condition, words = _BUILD[target.backend.cmsis_nn]
    return f"""
#include "arm_nnfunctions.h"

/* The kernels of other cores read and write in another order, and need other scratch. */
#if !({condition})
#error "exported with --cmsis-nn {target.core}: compile for a core {words}, or export again for yours"
#endif
"""
