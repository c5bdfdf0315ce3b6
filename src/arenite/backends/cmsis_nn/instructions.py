"""The classes of cores for which CMSIS-NN has different code."""

from __future__ import annotations

import enum


class Instructions(enum.Enum):
    """Instruction set of a core, as CMSIS-NN distinguishes it."""

    SCALAR = "scalar"
    """Cores without the DSP extension: Cortex-M0, M0+, M3, M23."""
    DSP = "dsp"
    """Cores with the DSP extension (ARM_MATH_DSP): Cortex-M4, M7, M33, M35P."""
    MVE = "mve"
    """Cores with vector instructions (ARM_MATH_MVEI): Cortex-M52, M55, M85."""
