"""The exception with which a runtime refused a model, and what it printed -> the reason as one sentence.

LiteRT glues a message, the place and the same about further places together, without a space in between; TFLM's
exception says little, and its allocator and kernels print the rest, which is joined with semicolons:

    Was 3.Tensor 33 has invalid quantization parameters.Was 3.Tensor 36 has ...  ->  Was 3 (tensor 33)
    kernels/pad.cc:99 1 != 2Node number 4 (PAD) failed to prepare.               ->  1 != 2 (operator 4, PAD)
    TFLM failed to allocate tensors; Didn't find op for builtin opcode 'GELU'; Failed to get ...  ->  no kernel for GELU
"""

from __future__ import annotations

import re

_REWORDED = (
    (r"\.?\s*Tensor (\d+) has invalid quantization parameters\b.*", r" (tensor \1)"),
    (r"\.?\s*Node number (\d+) \((.*?)\) failed to \w+\b.*", r" (operator \1, \2)"),
    (r"\.?;\s*Node (\w+) \(number (\d+)\) failed to \w+\b.*", r" (operator \2, \1)"),
    (r"\.?\s*See instructions: https?://\S+", ""),
    (r"(?:^|(?<=\s))\S*/\S+\.(?:cc|cpp|h)(?::\d+:?)?\s+", ""),
    (r"(?:^|(?<=\s))\S+\.(?:cc|cpp|h):\d+:?\s+", ""),
    (r"(?:TFLM failed to allocate tensors|Interpreter invocation failed\.);\s*", ""),
    (r"Didn't find op for builtin opcode '\w+';\s*", ""),
    (r"Failed to get registration from op code CUSTOM\b", "there is no kernel for a custom operator"),
    (r"Failed to get registration from op code (\w+)", r"there is no kernel for \1"),
    (r"Encountered unresolved custom op: (.*?) (?=\(operator)", r"there is no kernel for \1 "),
    (r"Select TensorFlow op\(s\), included in .*", "it has operators of TensorFlow, which need the Flex delegate"),
)
"""Patterns of the messages of LiteRT and TFLM, in the order in which they are applied, and what to write instead."""


def reason_of(error: Exception) -> str:
    """Why the runtime did not run the model, in its own words, as one line."""
    message = " ".join(str(error).split()) or type(error).__name__
    if not isinstance(error, (RuntimeError, ValueError)):
        return f"it failed: {message}"
    return f"it refuses the model: {message}"


def reworded(reason: str) -> str:
    """A reason with what was printed about it, in words for users."""
    for pattern, words in _REWORDED:
        reason = re.sub(pattern, words, reason)
    return reason.removesuffix(".")
