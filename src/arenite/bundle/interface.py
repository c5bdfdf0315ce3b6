"""NAME.h: what an application calls, in C or C++, with the sizes and types of inputs and outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.text.header import port_macros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Port

_HEADER = """\
/* {name} in TFLM. Made by Arenite.
 *
 * {name}_run() is one inference. TFLM, the arena and the interpreter are behind it; no function may run while another
 * one does. */
#ifndef {macro}_H_
#define {macro}_H_

#include <stddef.h>
#include <stdint.h>

{ports}
/* What the functions return; TFLM has logged the reason. */
#define {macro}_OK 0
#define {macro}_ERROR_OPERATORS 1 /* {name}_resolver.h does not fit this version of TFLM */
#define {macro}_ERROR_START 2     /* the arena is too small, or a kernel refuses the model */
#define {macro}_ERROR_INVOKE 3    /* a kernel failed; the outputs hold nothing */

#ifdef __cplusplus
extern "C" {{
#endif

/* Makes and starts the interpreter, once. Other functions call it; call it yourself to choose when. */
int {name}_start(void);

/* One inference. Each array has the LENGTH of its input or output. */
int {name}_run({parameters});

/* Inputs and outputs in the arena, null before {name}_start(). Given to {name}_run(), they are not copied. An inference
 * overwrites the inputs. */
{places}
/* Gives variables their first values, to begin a stream anew. */
int {name}_reset(void);

/* Bytes of the arena in use, 0 before {name}_start(). */
size_t {name}_arena_used(void);

#ifdef __cplusplus
}}
#endif

#endif
"""


def interface(name: str, inputs: Sequence[Port], outputs: Sequence[Port]) -> str:
    """The header."""
    ports = [("INPUT", inputs), ("OUTPUT", outputs)]
    return _HEADER.format(
        name=name,
        macro=name.upper(),
        ports="\n".join(port_macros(name, kind, i, port) for kind, group in ports for i, port in enumerate(group)),
        parameters=parameters(inputs, outputs),
        places="".join(f"{kind} *{function}(void);\n" for kind, function, _ in places(name, inputs, outputs)),
    )


def parameters(inputs: Sequence[Port], outputs: Sequence[Port]) -> str:
    """The parameters of NAME_run()."""
    read = [f"const {port.kind.name} *input_{number}" for number, port in enumerate(inputs)]
    written = [f"{port.kind.name} *output_{number}" for number, port in enumerate(outputs)]
    return ", ".join([*read, *written]) or "void"


def places(name: str, inputs: Sequence[Port], outputs: Sequence[Port]) -> list[tuple[str, str, str]]:
    """Inputs and outputs in the arena: type of elements, function that gives the place, method of the interpreter."""
    return [
        (port.kind.name, f"{name}_{which}_{number}", f"{which}({number})")
        for which, ports in (("input", inputs), ("output", outputs))
        for number, port in enumerate(ports)
    ]
