"""NAME.c: the schedule of a program, its arena, and the memory map of the arena."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.description import short_name
from arenite.codegen.program import ARENA, Address, Call, If, Loop, Once, Parameters, Pause, Run, While, works
from arenite.codegen.text.cmsis_nn import guard
from arenite.codegen.text.fed import OWN_ARENA, SOURCE, STORED_REPETITION, Labels, row_macro, streamed
from arenite.codegen.text.lines import call_lines, comment_lines
from arenite.codegen.text.parameters import (
    CONTEXT,
    arguments,
    bytes_of_parameters,
    declared,
    defined,
    parameters,
    returned,
)
from arenite.codegen.text.values import COPY, IN_PLACE, Repetition, argument, truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arenite.codegen.program import Block, Function, Memory, Place, Program, Step, Work
    from arenite.codegen.text.values import Names

_SOURCE = """\
{top}#include "{name}.h"

#include <stddef.h>
{string}
{includes}
#include "{name}_constants.h"
{guard}{inner}{inference}{reset_in}
#ifndef {macro}_NO_ARENA
#ifndef {macro}_ARENA_PLACE
#define {macro}_ARENA_PLACE
#endif

{macro}_ARENA_PLACE ARENITE_ALIGNED({macro}_ARENA_ALIGNMENT) uint8_t {name}_arena[{macro}_ARENA_SIZE];

{own}{reset}#endif

{map}"""

_INFERENCE = """
{result} {name}_invoke_in({parameters_in}) {{
  uint8_t *const arena = (uint8_t *)memory;
{bytes}
{body}}}
"""

_OWN = """\
{result} {name}_invoke({parameters}) {{ {forward}{name}_invoke_in({arguments}); }}
"""

_INNER = """
{title}static {result} {name}(uint8_t *const arena) {{
{body}}}
"""

_RESET_IN = """
void {name}_reset_in(void *memory) {{
  uint8_t *const arena = (uint8_t *)memory;
{body}}}
"""

_MAP_HEAD = """\
Memory map of the arena, {size:,} bytes. Operators are counted as above; "-" is before the first or after the last.

"""
_MAP_FOOT = """

Where two tensors have bytes in common at the same time, one is a view of the other, or the output of an operator that \
reads each byte of its input before it writes there."""

_MAP_LINE = "{offset:>9,} .. {last:>9,}  {size:>9,}  {time:<12}  {tensor}"


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
        string="#include <string.h>\n" if program.fed else "",
        inference=_fed(program, names) if program.fed else _inference(program, names),
        own=_own(program),
        reset_in=_RESET_IN.format(name=name, body=resets) if resets else "",
        reset=reset if resets else "",
        map=_memory_map(program.memory),
    )


def _inference(program: Program, names: Names) -> str:
    """The function of an inference in an arena of the caller's."""
    return _INFERENCE.format(
        name=program.name,
        result=returned(program),
        parameters_in=declared(["void *memory", *parameters(program)]),
        bytes=bytes_of_parameters(program),
        body=_body(program.main, names, defined(program), has_status=program.has_status),
    )


def _own(program: Program) -> str:
    """The functions of an inference in the program's own arena."""
    if program.fed:
        return OWN_ARENA.format(name=program.name, kind=streamed(program).kind.name)
    return _OWN.format(
        name=program.name,
        result=returned(program),
        parameters=declared(parameters(program)),
        forward="return " if program.has_status else "",
        arguments=", ".join([f"{program.name}_arena", *arguments(program)]),
    )


def _fed(program: Program, names: Names) -> str:
    """The functions of an inference that is fed."""
    kind, row = streamed(program).kind.name, f"{row_macro(program)}_ROW_LENGTH"
    body = "".join(_steps(program.main, names, labels=Labels(program.name))).rstrip()
    return SOURCE.format(name=program.name, kind=kind, row=row, body=body)


def _inner(program: Program, function: Function, names: Names) -> str:
    title = comment_lines(f"Graph {short_name(function.graph)!r}")
    has_status = program.target.core is not None
    body = _body(function, names, [ARENA], has_status=has_status)
    return _INNER.format(title=title, result="int" if has_status else "void", name=function.name, body=body)


def _body(function: Function, names: Names, given: Sequence[str], *, has_status: bool) -> str:
    """Lines of the function of a graph, which has the `given` names; a compiler would warn of those that none uses."""
    lines = "".join(_steps(function, names))
    used = {name for step in function.steps for name in _used(step)}
    lines += "".join(f"  (void){name};\n" for name in given if name not in used)
    if not has_status:
        return lines
    return f"{'  int status;' if function.checked else ''}\n{lines}\n  return 0;\n".lstrip("\n")


def _used(step: Step) -> Iterator[str]:
    """Names of the arena, of the caller's pointers and of its context that a step uses."""
    if isinstance(step, Pause | Once):
        yield ARENA  # for their bytes in it
    elif isinstance(step, If | While) and isinstance(step.condition, Address):
        yield step.condition.base
    for work in works(step):
        if isinstance(work, Run):
            yield ARENA
            continue
        if work.application:
            yield CONTEXT
        pointers = (each for layer in work.arguments if isinstance(layer, Parameters) for _, each in layer.pointers)
        yield from (each.base for each in (*work.arguments, *pointers) if isinstance(each, Address))


def _steps(function: Function, names: Names, labels: Labels | None = None) -> Iterator[str]:
    """The steps of a function; with `labels` it is one that is fed, which waits at the next one of them."""
    last = -1
    for step in function.steps:
        if isinstance(step, Loop):
            yield _loop(function, step, names, labels)
            last = step.last
        else:
            if step.index != last:
                yield "\n" * (last >= 0) + _heading(function, step.index, "  ")
            yield _call("  ", step, names, labels=labels) if isinstance(step, Call) else _block(step, names)
            last = step.index


def _heading(function: Function, index: int, indent: str) -> str:
    return comment_lines(f"{index}: {function.headings[index]}", indent, "  ")


def _call(indent: str, call: Call, names: Names, at: Repetition = IN_PLACE, labels: Labels | None = None) -> str:
    """A call, below its note if it has one."""
    if call.application and labels is not None:
        return labels.waiting(indent, [argument(each, names, at) for each in call.arguments])
    note = comment_lines(call.note, indent) if call.note else ""
    function = call.application or f"arenite_{call.kernel}"
    context = [CONTEXT] if call.application else []
    given = [*context, *(argument(each, names, at) for each in call.arguments)]
    if call.checked:
        return note + call_lines(indent, f"if ((status = {function}", given, ")) != 0) return status;")
    for each in call.arguments:
        if isinstance(each, Parameters) and each.pointers:
            return note + _with_copy(indent, each, names, call_lines(f"{indent}  ", function, given, ");"))
    return note + call_lines(indent, function, given, ");")


def _with_copy(indent: str, layer: Parameters, names: Names, call: str) -> str:
    """A call, after a copy of its parameters in which the pointers to RAM are set."""
    copy = f"{indent}  arenite_{layer.kernel}_t {COPY} = {names[layer]};\n"
    pointers = (f"{indent}  {COPY}.{name} = {argument(each, names)};\n" for name, each in layer.pointers)
    return f"{indent}{{\n{copy}{''.join(pointers)}{call}{indent}}}\n"


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


def _loop(function: Function, loop: Loop, names: Names, labels: Labels | None) -> str:
    """A loop over calls, with headings of operators up to `loop.last`; notes are those of the first repetition."""
    first, last = loop.body[0].index, loop.last
    title = f"{first} to {last} in {loop.count} rounds; the operators named below are the first round's"
    waits = labels is not None and any(call.application for call in loop.body)
    row = f"{names[loop]}[{STORED_REPETITION}]" if loop.table else ""
    at = Repetition(STORED_REPETITION, row) if waits else IN_PLACE
    declared_as = "" if waits else "int32_t "
    head = f"  for ({declared_as}{at.number} = 0; {at.number} < {loop.count}; {at.number}++) {{\n"
    lines = ["\n", comment_lines(title, "  "), head]
    if loop.table and not waits:
        lines.append(f"    const {loop.width} *const row = {names[loop]}[i];\n")
    last = -1
    for call in loop.body:
        if call.index != last:
            lines.append(_heading(function, call.index, "    "))
        lines.append(_call("    ", call, names, at, labels))
        last = call.index
    return "".join([*lines, "  }\n"])


def _memory_map(memory: Memory) -> str:
    """Offsets, lifetimes and names of all places of the arena, as a comment."""
    titles = f"{'first':>9} .. {'last':>9}  {'bytes':>9}  {'operators':<12}  what"
    lines, graph = [titles], ""
    for place in memory.places:
        if place.graph != graph:
            graph = place.graph
            lines += ["", f"while the graph {graph!r} runs:"] if graph else [""]
        lines.append(_map_line(place))
    return comment_lines(_MAP_HEAD.format(size=memory.size) + "\n".join(lines) + _MAP_FOOT)


def _map_line(place: Place) -> str:
    first, last = ("-" if time is None or time < 0 else str(time) for time in (place.first, place.last))
    return _MAP_LINE.format(
        offset=place.offset,
        last=place.offset + place.size - 1,
        size=place.size,
        time=f"{first:>5} .. {last}",
        tensor=place.tensor,
    )
