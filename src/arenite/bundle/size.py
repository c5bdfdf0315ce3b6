"""The arena size that an application declares for a model, as a macro with comments on its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.build import X86_64

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.backends.tflm.arena import Arena
    from arenite.model import Model


def arena_header(model: Model, name: str, target: Target) -> str:
    """The header with `NAME_ARENA_BYTES`.

    Raises:
        ModelError: the model's plan does not match its tensors, or a graph calls itself.
    """
    device, host = target.arena(model), target.backend.arena(model, abi=X86_64)
    macro = f"{name.upper()}_ARENA_BYTES"
    return f"""\
// The arena of {name}. Made by Arenite for the target {target.name}.
#ifndef {name.upper()}_ARENA_H_
#define {name.upper()}_ARENA_H_

#include <stdint.h>

// Head {device.head_bytes:,} bytes (activations and scratch), tail {device.tail_bytes:,} (what the interpreter keeps).
{_reason(device)}
// The array must be aligned to 16 bytes; otherwise declare 16 more. Define the macro to use another size.
{_doubt(device)}#ifndef {macro}
#if UINTPTR_MAX > 0xffffffffu
#define {macro} {host.declare_bytes}u  // for tests on a 64-bit host, whose pointers are larger
#else
#define {macro} {device.declare_bytes}u
#endif
#endif

#endif
"""


def _reason(device: Arena) -> str:
    if device.declare_bytes >= device.total_bytes + 16:
        return (
            f"// {device.declare_bytes - device.total_bytes:,} bytes more are needed while the interpreter starts:\n"
            "// AllocateTensors plans the memory, and describes tensors to kernels, in the arena itself."
        )
    return "// Both together, rounded up to 16 bytes: all that the interpreter needs while it starts fits into that."


def _doubt(device: Arena) -> str:
    if device.exact:
        return ""
    kinds = ", ".join(label.encode("ascii", "backslashreplace").decode() for label in device.unknown)
    return f"// CAUTION: what these operators allocate is not known, so that more may be needed: {kinds}.\n"
