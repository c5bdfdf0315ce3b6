"""A minimal application that runs a model once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.model import Model


def example(model: Model, name: str) -> str:
    """The source file with `main`."""
    variables = _resource_variables(model)
    include = '#include "tensorflow/lite/micro/micro_resource_variable.h"\n' if variables else ""
    return f"""\
// Runs {name} once on inputs of zeros. Made by Arenite, to start from.
#include <string.h>

#include "{name}_arena.h"
#include "{name}_model.h"
#include "{name}_resolver.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_log.h"
{include}#include "tensorflow/lite/micro/system_setup.h"

alignas(16) static uint8_t arena[{name.upper()}_ARENA_BYTES];

int main() {{
  tflite::InitializeTarget();
  static {name}_Resolver resolver;
  if ({name}_add_operators(resolver) != kTfLiteOk) return 1;
  const tflite::Model* model = tflite::GetModel({name}_model);
{_interpreter(variables)}
  if (interpreter.AllocateTensors() != kTfLiteOk) return 2;
  MicroPrintf("{name}: arena %d of %d bytes", static_cast<int>(interpreter.arena_used_bytes()),
              static_cast<int>(sizeof(arena)));
  for (size_t i = 0; i < interpreter.inputs_size(); ++i) {{  // before every run: TFLM overwrites its inputs
    memset(interpreter.input(i)->data.raw, 0, interpreter.input(i)->bytes);
  }}
  if (interpreter.Invoke() != kTfLiteOk) return 3;
  for (size_t i = 0; i < interpreter.outputs_size(); ++i) {{
    const TfLiteTensor* output = interpreter.output(i);
    MicroPrintf("output %d: %d bytes", static_cast<int>(i), static_cast<int>(output->bytes));
    for (size_t j = 0; j < output->bytes && j < 16; ++j) MicroPrintf("  %d", output->data.uint8[j]);
  }}
  return 0;
}}
"""


def _interpreter(variables: int) -> str:
    if not variables:
        return "  static tflite::MicroInterpreter interpreter(model, resolver, arena, sizeof(arena));"
    return f"""\
  tflite::MicroAllocator* allocator = tflite::MicroAllocator::Create(arena, sizeof(arena));
  tflite::MicroResourceVariables* variables = tflite::MicroResourceVariables::Create(allocator, {variables});
  static tflite::MicroInterpreter interpreter(model, resolver, allocator, variables);"""


def _resource_variables(model: Model) -> int:
    """Number of resource variables in the model; TFLM identifies them by container and name."""
    return len(
        {
            (operator.options.get("container"), operator.options.get("shared_name"))
            for graph in model.graphs
            for operator in graph.operators
            if operator.code == "VAR_HANDLE"
        }
    )
