"""The exception with which a runtime refused a model -> the reason as one sentence.

LiteRT glues a message, the place and the same about further places together, without a space in between:

    Was 3.Tensor 33 has invalid quantization parameters.Was 3.Tensor 36 has ...  ->  Was 3 (tensor 33)
    kernels/pad.cc:99 1 != 2Node number 4 (PAD) failed to prepare.               ->  1 != 2 (operator 4, PAD)
"""

from __future__ import annotations

import re

_REWORDED = (
    (re.compile(r"\.?\s*Tensor (\d+) has invalid quantization parameters\b.*"), r" (tensor \1)"),
    (re.compile(r"\.?\s*Node number (\d+) \((.*?)\) failed to \w+\b.*"), r" (operator \1, \2)"),
    (re.compile(r"\.?\s*See instructions: https?://\S+"), ""),
    (re.compile(r"(?:^|(?<=\s))\S+\.(?:cc|cpp|h):\d+:?\s+"), ""),
)
"""Patterns of LiteRT's messages, in the order in which they are applied, and what to write instead."""


def reason_of(error: Exception) -> str:
    """Why the runtime did not run the model, as one line for users."""
    message = " ".join(str(error).split()) or type(error).__name__
    if not isinstance(error, (RuntimeError, ValueError)):
        return f"it failed: {message}"
    for pattern, words in _REWORDED:
        message = pattern.sub(words, message)
    return f"it refuses the model: {message.removesuffix('.')}"
