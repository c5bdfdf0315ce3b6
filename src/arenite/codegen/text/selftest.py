"""NAME_test.c: a stored inference, and a check that the generated code reproduces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.text.lines import comment_lines
from arenite.codegen.text.literals import elements
from arenite.codegen.text.provenance import version
from arenite.codegen.types import FLOAT

if TYPE_CHECKING:
    from arenite.codegen.example import Example
    from arenite.codegen.program import Port, Program

_TEST = """\
{title}#include <string.h>

#include "{name}.h"

#ifndef {macro}_TEST_PRINTS
#ifdef {macro}_TEST_NO_MAIN
#define {macro}_TEST_PRINTS 0
#else
#define {macro}_TEST_PRINTS 10
#endif
#endif

#if {macro}_TEST_PRINTS
#include <stdio.h>
#endif

{arrays}
int {name}_test(void);

{compare}
int {name}_test(void) {{
  int differences = 0;
{fill}{reset}{call}{calls}  return differences;
}}

#ifndef {macro}_TEST_NO_MAIN
int main(void) {{
  const int differences = {name}_test();
#if {macro}_TEST_PRINTS
  printf("{name}: %d of {outputs} outputs differ\\n", differences);
#endif
  return differences == 0 ? 0 : 1;
}}
#endif
"""

_TITLE = """\
{name}_test.c: made by Arenite {version}.

{name}_test() is 0 when one inference gives what {runtime} gave, else the number of outputs that differ.

{macro}_TEST_NO_MAIN: there is no main().
{macro}_TEST_PRINTS: values that differ which are printed of each output; 10, or 0 where there is no main(). With 0 \
there is no need for stdio.h."""

_COMPARE = """\
static int differs_{number}(void) {{
  int32_t found = 0;
  for (int32_t i = 0; i < {macro}_OUTPUT_{number}_LENGTH; i++) {{
    const {kind} expected = output_{number}[i], got = {macro}_OUTPUT_{number}[i];
{equal}      found++;
#if {macro}_TEST_PRINTS
      if (found <= {macro}_TEST_PRINTS) {{
        printf("output {number}, element %ld: expected {format}, got {format}\\n", (long)i, ({wide})expected,
               ({wide})got);
      }}
#endif
    }}
  }}
#if {macro}_TEST_PRINTS
  if (found > 0) {{
    printf("output {number}: %ld of %ld elements differ\\n", (long)found, (long){macro}_OUTPUT_{number}_LENGTH);
  }}
#endif
  return found > 0;
}}
"""

_EXACT = """\
    if (expected != got) {
"""

_NEAR = """\
    const float difference = got - expected, size = expected < 0.0f ? -expected : expected;
    const float allowed = 1e-4f + 1e-4f * size; /* sums of floats depend on their order */
    if (expected != got && !(difference <= allowed && difference >= -allowed)) {
"""

_STATUS = """\
  const int status = {name}_invoke();
  if (status != 0) {{
#if {macro}_TEST_PRINTS
    printf("the inference failed with the status %d\\n", status);
#endif
    return {outputs};
  }}
"""


def selftest(program: Program, example: Example) -> str:
    """The test as a C program. Floats may differ by 1e-4 + 1e-4 of the value; integers must be equal."""
    name, outputs = program.name, program.outputs
    names = {"name": name, "macro": name.upper()}
    stored = [("input", program.inputs, example.inputs), ("output", outputs, example.outputs)]
    call = _STATUS.format(**names, outputs=len(outputs)) if program.target.core else f"  {name}_invoke();\n"
    return _TEST.format(
        **names,
        title=comment_lines(_TITLE.format(**names, version=version("arenite"), runtime=example.runtime)),
        arrays="\n".join(
            _array(port, f"{what}_{number}", content)
            for what, ports, contents in stored
            for number, (port, content) in enumerate(zip(ports, contents, strict=True))
        ),
        compare="\n".join(_compare(name.upper(), number, port) for number, port in enumerate(outputs)),
        fill="".join(f"  memcpy({name.upper()}_INPUT_{i}, input_{i}, sizeof input_{i});\n" for i in _range(program)),
        outputs=len(outputs),
        reset=f"  {name}_reset();\n" if program.memory.kept else "",
        call=call,
        calls="".join(f"  differences += differs_{number}();\n" for number in range(len(outputs))),
    )


def _range(program: Program) -> range:
    return range(len(program.inputs))


def _compare(macro: str, number: int, port: Port) -> str:
    float_ = port.kind is FLOAT
    unsigned = port.kind.name.startswith("u")
    return _COMPARE.format(
        macro=macro,
        number=number,
        kind=port.kind.name,
        equal=_NEAR if float_ else _EXACT,
        format="%.9g" if float_ else "%llu" if unsigned else "%lld",
        wide="double" if float_ else "unsigned long long" if unsigned else "long long",
    )


def _array(port: Port, name: str, content: bytes) -> str:
    return f"static const {port.kind.name} {name}[{port.length}] = {{\n{elements(port.kind, content)}\n}};\n"
