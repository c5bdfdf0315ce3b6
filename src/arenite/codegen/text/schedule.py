"""NAME.c: the schedule of a program, its arena, and the memory map of the arena."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.description import short_name
from arenite.codegen.program import Call, If, Loop, Once, Pause, Run, While
from arenite.codegen.text.cmsis_nn import guard
from arenite.codegen.text.header import result
from arenite.codegen.text.lines import call_lines, comment_lines
from arenite.codegen.text.memory import memory_map
from arenite.codegen.text.values import argument, truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from arenite.codegen.program import Block, Function, Program, Work
    from arenite.codegen.text.values import Names

_SOURCE = """\
{top}#include "{name}.h"

#include <stddef.h>

{includes}
#include "{name}_constants.h"
{guard}{inner}
{result} {name}_invoke_in(void *memory) {{
  uint8_t *const arena = (uint8_t *)memory;

{body}}}
{reset_in}
#ifndef {macro}_NO_ARENA
#ifndef {macro}_ARENA_PLACE
#define {macro}_ARENA_PLACE
#endif

{macro}_ARENA_PLACE ARENITE_ALIGNED({macro}_ARENA_ALIGNMENT) uint8_t {name}_arena[{macro}_ARENA_SIZE];

{result} {name}_invoke(void) {{ {forward}{name}_invoke_in({name}_arena); }}
{reset}#endif

{map}"""

_INNER = """
{title}static {result} {name}(uint8_t *const arena) {{
{body}}}
"""

_RESET_IN = """
void {name}_reset_in(void *memory) {{
  uint8_t *const arena = (uint8_t *)memory;
{body}}}
"""


def schedule(program: Program, names: Names, top: str) -> str:
    """NAME.c; `top` is the comment at the start of the file."""
    name = program.name
    resets = "".join(_call("  ", call, names) for call in program.resets)
    reset = f"\nvoid {name}_reset(void) {{ {name}_reset_in({name}_arena); }}\n"
    return _SOURCE.format(
        top=top,
        name=name,
        macro=name.upper(),
        includes="\n".join(f'#include "arenite_{kernel}.h"' for kernel in sorted({*program.kernels, "place"})),
        guard=guard(program.target),
        inner="".join(_inner(program, function, names) for function in program.inner),
        result=result(program),
        body=_body(program, program.main, names),
        reset_in=_RESET_IN.format(name=name, body=resets) if resets else "",
        forward="return " if program.has_status else "",
        reset=reset if resets else "",
        map=memory_map(program.memory),
    )


def _inner(program: Program, function: Function, names: Names) -> str:
    title = comment_lines(f"Graph {short_name(function.graph)!r}")
    body = _body(program, function, names)
    return _INNER.format(title=title, result=result(program), name=function.name, body=body)


def _body(program: Program, function: Function, names: Names) -> str:
    """Lines of the function of a graph."""
    lines = "".join(_steps(function, names)) or "  (void)arena;\n"
    if not program.has_status:
        return lines
    return f"{'  int status;' if function.checked else ''}\n{lines}\n  return 0;\n".lstrip("\n")


def _steps(function: Function, names: Names) -> Iterator[str]:
    last = -1
    for step in function.steps:
        if isinstance(step, Loop):
            yield _loop(function, step, names)
            last = step.last
        else:
            if step.index != last:
                yield "\n" * (last >= 0) + _heading(function, step.index, "  ")
            yield _call("  ", step, names) if isinstance(step, Call) else _block(step, names)
            last = step.index


def _heading(function: Function, index: int, indent: str) -> str:
    return comment_lines(f"{index}: {function.headings[index]}", indent, "  ")


def _call(indent: str, call: Call, names: Names) -> str:
    """A call, below its note if it has one."""
    note = comment_lines(call.note, indent) if call.note else ""
    arguments = [argument(each, names) for each in call.arguments]
    if call.checked:
        head = f"if ((status = arenite_{call.kernel}"
        return note + call_lines(indent, head, arguments, ")) != 0) return status;")
    return note + call_lines(indent, f"arenite_{call.kernel}", arguments, ");")


def _run(indent: str, run: Run) -> str:
    text = f"if ((status = {run.name}(arena)) != 0) return status;" if run.checked else f"{run.name}(arena);"
    return f"{indent}{text}\n"


def _works(indent: str, works: Iterable[Work], names: Names) -> str:
    return "".join(_run(indent, each) if isinstance(each, Run) else _call(indent, each, names) for each in works)


def _block(block: Block, names: Names) -> str:
    """Text of IF, WHILE or CALL_ONCE, or of what ends an inference early."""
    if isinstance(block, If):
        return (
            f"  if ({truth(block.condition, names)} != 0) {{\n{_works('    ', block.then, names)}"
            f"  }} else {{\n{_works('    ', block.otherwise, names)}  }}\n"
        )
    if isinstance(block, While):
        return (
            f"{_works('  ', block.before, names)}  for (;;) {{\n{_works('    ', block.test, names)}"
            f"    if ({truth(block.condition, names)} == 0) break;\n{_works('    ', block.body, names)}  }}\n"
        )
    if isinstance(block, Pause):
        count = f"arena[{block.counter}]"
        return f"  if (++{count} != {block.period}) return 1;\n  {count} = 0;\n"
    assert isinstance(block, Once)
    flag = f"arena[{block.flag}]"
    return f"  if ({flag} == 0) {{\n{_run('    ', block.body)}    {flag} = 1;\n  }}\n"


def _loop(function: Function, loop: Loop, names: Names) -> str:
    """A loop over calls, with headings of operators up to `loop.last`; notes are those of the first repetition."""
    first, last = loop.body[0].index, loop.last
    title = f"{first} to {last} in {loop.count} rounds; the operators named below are the first round's"
    lines = ["\n", comment_lines(title, "  "), f"  for (int32_t i = 0; i < {loop.count}; i++) {{\n"]
    if loop.table:
        lines.append(f"    const {loop.width} *const row = {names[loop]}[i];\n")
    last = -1
    for call in loop.body:
        if call.index != last:
            lines.append(_heading(function, call.index, "    "))
        lines.append(_call("    ", call, names))
        last = call.index
    return "".join([*lines, "  }\n"])
