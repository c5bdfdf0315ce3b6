"""NAME_test.c: one stored inference, and whether the generated code repeats it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.tflm.kept import kept
from arenite.codegen.literals import literal, wrapped
from arenite.codegen.source import LICENCE
from arenite.codegen.types import TYPES
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.example import Example
    from arenite.model import Model, Tensor

_TEST = """\
{licence}/* {name}_test() is 0 when one inference gives what {runtime} gave.
 * With {macro}_TEST_NO_MAIN there is no main(). */
#include <string.h>

#include "{name}.h"

{arrays}
int {name}_test(void);

int {name}_test(void) {{
  int differences = 0;
{fill}{reset}  {call};
{compare}  return differences;
}}

#ifndef {macro}_TEST_NO_MAIN
int main(void) {{ return {name}_test() == 0 ? 0 : 1; }}
#endif
"""

_EXACT = """\
  differences += memcmp({place}, output_{number}, sizeof output_{number}) != 0;
"""

_NEAR = """\
  for (int32_t i = 0; i < {macro}_OUTPUT_{number}_LENGTH; i++) {{
    const float difference = {place}[i] - output_{number}[i];
    const float size = output_{number}[i] < 0.0f ? -output_{number}[i] : output_{number}[i];
    const float allowed = 1e-4f + 1e-4f * size; /* sums of floats depend on their order */
    differences += !(difference <= allowed && difference >= -allowed);
  }}
"""


def selftest(model: Model, name: str, example: Example, *, checked: bool = False) -> str:
    """The test as a program; floats are compared within 1e-4 + 1e-4 of the value, integers exactly.

    `checked`: an inference returns a status, 0 for success.
    """
    macro = name.upper()
    inputs = list(zip(model.main.inputs, example.inputs, strict=True))
    outputs = list(zip(model.main.outputs, example.outputs, strict=True))
    arrays = [_array(tensor, f"input_{i}", content) for i, (tensor, content) in enumerate(inputs)]
    arrays += [_array(tensor, f"output_{i}", content) for i, (tensor, content) in enumerate(outputs)]
    fill = [f"  memcpy({macro}_INPUT_{i}, input_{i}, sizeof input_{i});\n" for i in range(len(inputs))]
    compare = [
        (_NEAR if tensor.type is ElementType.FLOAT32 else _EXACT).format(
            macro=macro, number=i, place=f"{macro}_OUTPUT_{i}"
        )
        for i, (tensor, _) in enumerate(outputs)
    ]
    return _TEST.format(
        licence=LICENCE,
        runtime=example.runtime,
        name=name,
        macro=macro,
        arrays="\n".join(arrays),
        fill="".join(fill),
        call=f"differences += {name}_invoke() != 0" if checked else f"{name}_invoke()",
        reset=f"  {name}_reset();\n" if kept(model).size else "",
        compare="".join(compare),
    )


def _array(tensor: Tensor, name: str, content: bytes) -> str:
    import numpy as np

    kind = TYPES[tensor.type]
    values = [literal(value) for value in np.frombuffer(content, kind.dtype).tolist()]
    return f"static const {kind.name} {name}[{len(values)}] = {{\n{wrapped(values)}}};\n"
