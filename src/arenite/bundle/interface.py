"""NAME.h: what an application calls, in C or C++, with the sizes and types of inputs and outputs.

NAME.cpp: these functions by means of TFLM's interpreter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.text.header import port_macros
from arenite.operators.state import resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Port
    from arenite.model import Model

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

_SOURCE = """\
// Runs {name} in TFLM; {name}.h says how. Made by Arenite.
#include "{name}.h"

#include <string.h>

#include "{name}_arena.h"
#include "{name}_model.h"
#include "{name}_resolver.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
{include}
#ifndef {macro}_ARENA_PLACE  // an attribute, such as __attribute__((section(".ccmram")))
#define {macro}_ARENA_PLACE
#endif

namespace {{

alignas(16) {macro}_ARENA_PLACE uint8_t arena[{macro}_ARENA_BYTES];
tflite::MicroInterpreter* interpreter = nullptr;  // null until it has started

int start() {{
  static {name}_Resolver resolver;
  if ({name}_add_operators(resolver) != kTfLiteOk) return {macro}_ERROR_OPERATORS;
  const tflite::Model* model = tflite::GetModel({name}_model);
{made}
  if (made.AllocateTensors() != kTfLiteOk) return {macro}_ERROR_START;
  interpreter = &made;
  return {macro}_OK;
}}

// Whoever writes or reads in the arena itself needs no copy.
inline void copy(void* to, const void* from, size_t bytes) {{
  if (to != from) memcpy(to, from, bytes);
}}

}}  // namespace

int {name}_start(void) {{
  static const int status = start();
  return status;
}}

int {name}_run({parameters}) {{
  const int status = {name}_start();
  if (status != {macro}_OK) return status;
{read}  if (interpreter->Invoke() != kTfLiteOk) return {macro}_ERROR_INVOKE;
{written}  return {macro}_OK;
}}
{places}
int {name}_reset(void) {{
  const int status = {name}_start();
  if (status != {macro}_OK) return status;
  return interpreter->Reset() == kTfLiteOk ? {macro}_OK : {macro}_ERROR_START;
}}

size_t {name}_arena_used(void) {{ return interpreter == nullptr ? 0 : interpreter->arena_used_bytes(); }}
"""

_PLACE = """
{kind} *{function}(void) {{
  return interpreter == nullptr ? nullptr : static_cast<{kind} *>(interpreter->{tensor}->data.data);
}}
"""

_MADE = "  static tflite::MicroInterpreter made(model, resolver, arena, sizeof(arena));"

_MADE_WITH_VARIABLES = """\
  tflite::MicroAllocator* allocator = tflite::MicroAllocator::Create(arena, sizeof(arena));
  tflite::MicroResourceVariables* variables = tflite::MicroResourceVariables::Create(allocator, {count});
  static tflite::MicroInterpreter made(model, resolver, allocator, variables);"""


def interface(name: str, inputs: Sequence[Port], outputs: Sequence[Port]) -> str:
    """The header."""
    ports = [("INPUT", inputs), ("OUTPUT", outputs)]
    return _HEADER.format(
        name=name,
        macro=name.upper(),
        ports="\n".join(port_macros(name, kind, i, port) for kind, group in ports for i, port in enumerate(group)),
        parameters=_parameters(inputs, outputs),
        places="".join(f"{kind} *{function}(void);\n" for kind, function, _ in _places(name, inputs, outputs)),
    )


def _parameters(inputs: Sequence[Port], outputs: Sequence[Port]) -> str:
    """The parameters of NAME_run()."""
    read = [f"const {port.kind.name} *input_{number}" for number, port in enumerate(inputs)]
    written = [f"{port.kind.name} *output_{number}" for number, port in enumerate(outputs)]
    return ", ".join([*read, *written]) or "void"


def _places(name: str, inputs: Sequence[Port], outputs: Sequence[Port]) -> list[tuple[str, str, str]]:
    """Inputs and outputs in the arena: type of elements, function that gives the place, method of the interpreter."""
    return [
        (port.kind.name, f"{name}_{which}_{number}", f"{which}({number})")
        for which, ports in (("input", inputs), ("output", outputs))
        for number, port in enumerate(ports)
    ]


def runner(model: Model, name: str, inputs: Sequence[Port], outputs: Sequence[Port]) -> str:
    """The source file."""
    variables = _resource_variables(model)
    return _SOURCE.format(
        name=name,
        macro=name.upper(),
        include='#include "tensorflow/lite/micro/micro_resource_variable.h"\n' if variables else "",
        made=_MADE_WITH_VARIABLES.format(count=variables) if variables else _MADE,
        parameters=_parameters(inputs, outputs),
        read="".join(
            f"  copy({name}_input_{i}(), input_{i}, {_size(f'{name}_input_{i}', port)});\n"
            for i, port in enumerate(inputs)
        ),
        written="".join(
            f"  copy(output_{i}, {name}_output_{i}(), {_size(f'{name}_output_{i}', port)});\n"
            for i, port in enumerate(outputs)
        ),
        places="".join(
            _PLACE.format(kind=kind, function=function, tensor=tensor)
            for kind, function, tensor in _places(name, inputs, outputs)
        ),
    )


def _size(which: str, port: Port) -> str:
    return f"{which.upper()}_LENGTH * sizeof({port.kind.name})"


def _resource_variables(model: Model) -> int:
    """Number of resource variables in the model; TFLM identifies them by container and name."""
    operators = (operator for graph in model.graphs for operator in graph.operators)
    return len({name for _, name in resources(operators)})
