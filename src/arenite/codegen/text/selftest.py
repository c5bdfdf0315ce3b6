"""NAME_test.c or NAME_test.cpp: a stored inference, and a check that the exported code reproduces it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.codegen.text.fed import TEST, number_of, row_macro
from arenite.codegen.text.files import version
from arenite.codegen.text.lines import comment_lines
from arenite.codegen.text.literals import elements
from arenite.codegen.text.parameters import numbered, rows_function
from arenite.codegen.types import FLOAT
from arenite.model import Outside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Port, Program
    from arenite.runtimes.example import Example

_TEST = """\
{title}{begin}#include <string.h>

#include "{name}.h"

#if defined(ARDUINO) || defined(PLATFORMIO) || defined(__ZEPHYR__) /* main() is the application's there */
#ifndef {macro}_TEST_NO_MAIN
#define {macro}_TEST_NO_MAIN
#endif
#endif

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

{arrays}{declared}
#ifdef __cplusplus
extern "C"
#endif
int {name}_test(void);

{compare}
int {name}_test(void) {{
  int differences = 0;
{statements}{calls}  return differences;
}}

#ifndef {macro}_TEST_NO_MAIN
int main(void) {{
  const int differences = {name}_test();
#if {macro}_TEST_PRINTS
  printf("{name}: %d of {outputs} outputs %s those of {runtime}\\n",
         differences == 0 ? {outputs} : differences, differences == 0 ? "agree with" : "differ from");
#endif
  return differences == 0 ? 0 : 1;
}}
#endif
{end}"""

_TITLE = """\
{file}: made by Arenite {version}.

{name}_test() is 0 when one inference gives what {runtime} gave, else the number of outputs that differ.

{macro}_TEST_NO_MAIN: there is no main(). Arduino, PlatformIO and Zephyr need not define it.
{macro}_TEST_PRINTS: values that differ which are printed of each output; 10, or 0 where there is no main(). With 0 \
there is no need for stdio.h."""

_LEFT_OUT = """\
#if (defined(ARDUINO) || defined(PLATFORMIO) || defined(__ZEPHYR__)) && !defined({macro}_TEST_ROWS)
/* The application defines the functions for rows; {macro}_TEST_ROWS says that this file shall. */
typedef int {name}_test_left_out;
#else
"""

_COMPARE = """\
static int differs_{number}(void) {{
  int32_t found = 0;
  for (int32_t i = 0; i < {macro}_OUTPUT_{number}_LENGTH; i++) {{
    const {kind} expected = output_{number}[i], got = {got}[i];
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
  const int status = {call};
  if (status != 0) {{
#if {macro}_TEST_PRINTS
    printf("the inference failed with the status %d\\n", status);
#endif
    return {outputs};
  }}
"""


_ROWS = """\
{function} {{
  int32_t *const next = (int32_t *)context; /* NULL: the order of rows is not checked */
  if (next != NULL && first < next[{number}]) return 1;
  if (next != NULL) next[{number}] = first + count;
  memcpy({to}, {source}, (size_t)count * {row} * sizeof({kind}));
  return 0;
}}
"""


@dataclass(frozen=True)
class Tested:
    """What a test runs: a file of `name`, whose `statements` make an inference of `inputs` and give `outputs`.

    `got` are the arrays with the outputs, `declared` are definitions before the functions, and `ending` is the file's.
    `begin` and `end` are lines around everything.
    """

    name: str
    ending: str
    inputs: Sequence[Port]
    outputs: Sequence[Port]
    statements: str
    got: Sequence[str]
    declared: str = ""
    begin: str = ""
    end: str = ""


def selftest(program: Program, example: Example) -> str:
    """The test of a program, in C."""
    name, macro = program.name, program.name.upper()
    fill = "".join(
        f"  memcpy({macro}_INPUT_{i}, input_{i}, sizeof input_{i});\n"
        for i, port in enumerate(program.inputs)
        if port.outside is None
    )
    fill += f"  int32_t next[{len(program.by_rows)}] = {{0}};\n" if program.by_rows and not program.fed else ""
    reset = f"  {name}_reset();\n" if program.memory.kept else ""
    call = f"{name}_invoke({', '.join(_given(program))})"
    run = status_checked(macro, call, len(program.outputs)) if program.has_status else f"  {call};\n"
    if program.fed:
        names = {"name": name, "macro": macro, "row_macro": row_macro(program), "number": number_of(program)}
        run = TEST.format(**names, outputs=max(1, len(program.outputs)))
    got = [
        f"{macro}_OUTPUT_{number}" if port.outside is None else f"got_{number}"
        for number, port in enumerate(program.outputs)
    ]
    declared = "".join(
        f"static {port.kind.name} got_{number}[{port.length}];\n"
        for number, port in enumerate(program.outputs)
        if port.outside
    )
    tested = Tested(name, "c", program.inputs, program.outputs, fill + reset + run, got, declared)
    if program.by_rows and not program.fed:
        begin = _LEFT_OUT.format(name=name, macro=macro)
        tested = replace(tested, declared=declared + _rows_defined(program), begin=begin, end="#endif\n")
    return compared(tested, example)


def _given(program: Program) -> list[str]:
    """Arguments of the inference."""
    outputs = [f"got_{number}" for number, port in enumerate(program.outputs) if port.outside is Outside.MEMORY]
    inputs = [f"input_{number}" for number, port in enumerate(program.inputs) if port.outside is Outside.MEMORY]
    return [*inputs, *outputs, *(["next"] if program.by_rows else [])]


def _rows_defined(program: Program) -> str:
    """The application's functions for rows, with the stored inputs; they fail where rows come twice or backwards."""
    functions = []
    for place, port in enumerate(program.by_rows):
        kind, number = numbered(program, port)
        row = f"{program.name.upper()}_{kind.upper()}_{number}_ROW_LENGTH"
        reads = kind == "input"
        stored = f"{'input' if reads else 'got'}_{number} + first * {row}"
        ends = ("destination", stored) if reads else (stored, "source")
        functions.append(
            _ROWS.format(
                function=rows_function(program, port),
                number=place,
                to=ends[0],
                source=ends[1],
                row=row,
                kind=port.kind.name,
            )
        )
    return "".join(f"\n{each}" for each in functions)


def status_checked(macro: str, call: str, outputs: int) -> str:
    """Statements of a call that returns a status; where the status is not 0, all `outputs` count as different."""
    return _STATUS.format(macro=macro, call=call, outputs=max(1, outputs))


def compared(tested: Tested, example: Example) -> str:
    """The test as a program. Floats may differ by 1e-4 + 1e-4 of the value; integers must be equal."""
    name, outputs = tested.name, tested.outputs
    names = {"name": name, "macro": name.upper(), "runtime": example.runtime}
    stored = [("input", tested.inputs, example.inputs), ("output", outputs, example.outputs)]
    title = _TITLE.format(**names, file=f"{name}_test.{tested.ending}", version=version("arenite"))
    return _TEST.format(
        **names,
        title=comment_lines(title),
        arrays="\n".join(
            _array(port, f"{what}_{number}", content)
            for what, ports, contents in stored
            for number, (port, content) in enumerate(zip(ports, contents, strict=True))
        ),
        declared=tested.declared,
        begin=tested.begin,
        end=tested.end,
        compare="\n".join(
            _compare(name.upper(), number, port, got)
            for number, (port, got) in enumerate(zip(outputs, tested.got, strict=True))
        ),
        statements=tested.statements,
        outputs=len(outputs),
        calls="".join(f"  differences += differs_{number}();\n" for number, _ in enumerate(outputs)),
    )


def _compare(macro: str, number: int, port: Port, got: str) -> str:
    float_ = port.kind is FLOAT
    unsigned = port.kind.name.startswith("u")
    return _COMPARE.format(
        macro=macro,
        number=number,
        got=got,
        kind=port.kind.name,
        equal=_NEAR if float_ else _EXACT,
        format="%.9g" if float_ else "%llu" if unsigned else "%lld",
        wide="double" if float_ else "unsigned long long" if unsigned else "long long",
    )


def _array(port: Port, name: str, content: bytes) -> str:
    return f"static const {port.kind.name} {name}[{port.length}] = {{\n{elements(port.kind, content)}\n}};\n"
