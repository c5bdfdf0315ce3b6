"""The classes of cores that CMSIS-NN has different code for."""

from __future__ import annotations

import enum


class Instructions(enum.Enum):
    """What a core's instructions offer."""

    SCALAR = "scalar"
    """Cores without the DSP extension: Cortex-M0, M0+, M3, M23."""
    DSP = "dsp"
    """Cores with the DSP extension (ARM_MATH_DSP): Cortex-M4, M7, M33, M35P."""
    MVE = "mve"
    """Cores with vectors (ARM_MATH_MVEI): Cortex-M52, M55, M85."""
