"""NAME.h: the interface of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.description import short_name
from arenite.codegen.text.cmsis_nn import note
from arenite.codegen.text.fed import HEADER as FED
from arenite.codegen.text.fed import number_of, streamed
from arenite.codegen.text.lines import comment_lines
from arenite.codegen.text.literals import float_literal
from arenite.codegen.text.parameters import arguments, declared, numbered, parameters, returned, rows_function
from arenite.model import Outside

if TYPE_CHECKING:
    from arenite.codegen.program import Memory, Port, Program

_HEADER = """\
{top}{use}{kept} * Nothing is allocated, and no function calls itself.
{cmsis_nn} *
 * To place the arena in a section of your choice, define
 *   {macro}_ARENA_PLACE
 * as an attribute, such as __attribute__((section(".ccmram"))). To bring an arena of your own, define
 *   {macro}_NO_ARENA
 * and pass {name}_{in_arena}_in() an array of {macro}_ARENA_SIZE bytes, aligned to
 * {macro}_ARENA_ALIGNMENT. Calls on different arenas may run at the same time.
 * To place the constants, define ARENITE_FLASH; arenite_place.h says how. */
#ifndef {macro}_H
#define {macro}_H

#include <stdint.h>

#define {macro}_ARENA_SIZE {size}
#define {macro}_ARENA_ALIGNMENT {alignment}
{variables}{moves}
{ports}
#ifdef __cplusplus
extern "C" {{
#endif

{functions}
#ifdef __cplusplus
}}
#endif

#endif
"""

_FUNCTIONS = """\
#ifndef {macro}_NO_ARENA
extern uint8_t {name}_arena[{macro}_ARENA_SIZE];

/* One inference in {name}_arena.{status} */
{result} {name}_invoke({parameters});
{reset}#endif

/* One inference in an arena of the caller's.{status} */
{result} {name}_invoke_in({parameters_in});
{reset_in}{rows}"""

_NOTHING_KEPT = " * Nothing is kept between two inferences.\n"

_FED_KEEPS = """\
 * From {name}_begin() until {name}_feed() returns 0 the whole arena must stay as it is. Calls for one state must not
 * interrupt each other: where rows come by interrupt, queue them, and call {name}_feed() from the main loop.
"""

_KEPT = """\
 * Between two inferences {macro}_KEPT_SIZE bytes of the arena must stay as they are, which hold the
 * model's variables: those from {macro}_KEPT_OFFSET on. Before the first inference, and to begin
 * anew, call {name}_reset().
"""

_VARIABLES = """\
#define {macro}_KEPT_OFFSET {at}
#define {macro}_KEPT_SIZE {size}
"""

_RESET = """
/* Gives the variables in {name}_arena their first values. */
void {name}_reset(void);
"""

_RESET_IN = """
/* Gives the variables in an arena of the caller's their first values. */
void {name}_reset_in(void *arena);
"""


_PLACE = """\
#define {which}_OFFSET {offset}
#define {which}_IN(arena) \\
  (({kind} *)(void *)((uint8_t *)(arena) + {which}_OFFSET))
#define {which} {which}_IN({name}_arena)
"""

_SCALE = """\
#define {which}_SCALE {scale}
#define {which}_ZERO_POINT {zero_point}
"""


def header(program: Program, top: str) -> str:
    """NAME.h; `top` is the comment at the start of the file."""
    name, memory = program.name, program.memory
    names = {"name": name, "macro": name.upper()}
    ports = [("INPUT", program.inputs), ("OUTPUT", program.outputs)]
    return _HEADER.format(
        **names,
        top=top,
        size=max(memory.size, 1),
        alignment=memory.alignment,
        moves=_moves(name, memory),
        ports="\n".join(_port(name, kind, i, port) for kind, group in ports for i, port in enumerate(group)),
        use=_use(program),
        in_arena="begin" if program.fed else "invoke",
        functions=_fed(program) if program.fed else _functions(program),
        cmsis_nn=note(program.target),
        kept="".join([_FED_KEEPS] * program.fed + [_KEPT if memory.kept else _NOTHING_KEPT]).format(**names),
        variables=_VARIABLES.format(**names, at=memory.size - memory.kept, size=memory.kept) if memory.kept else "",
    )


def _resets(program: Program) -> dict[str, str]:
    """The declarations of the functions that give variables their first values; empty without variables."""
    if not program.memory.kept:
        return {"reset": "", "reset_in": ""}
    return {"reset": _RESET.format(name=program.name), "reset_in": _RESET_IN.format(name=program.name)}


def _functions(program: Program) -> str:
    """The declarations of the functions of an inference."""
    return _FUNCTIONS.format(
        name=program.name,
        macro=program.name.upper(),
        result=returned(program),
        parameters=declared(parameters(program)),
        parameters_in=declared(["void *arena", *parameters(program)]),
        status=_status(program),
        rows="".join(_rows(program, port) for port in program.by_rows),
        **_resets(program),
    )


def _fed(program: Program) -> str:
    """The declarations of the functions of an inference that is fed."""
    names = {"name": program.name, "macro": program.name.upper(), "kind": streamed(program).kind.name}
    return FED.format(**names, number=number_of(program), **_resets(program))


def _use(program: Program) -> str:
    """The first lines of the header: what an application does for an inference."""
    name = program.name
    steps = []
    if any(port.outside is None for port in program.inputs):
        steps.append("write the inputs")
    if program.fed:
        steps.append(f"call {name}_begin()")
        steps.append(f"call {name}_feed() with rows until it returns 0")
    else:
        steps.append(f"call {name}_invoke({', '.join(arguments(program))})")
    if any(port.outside is not Outside.ROWS for port in program.outputs):
        steps.append("read the outputs")
    lines = [", ".join(f"{number}. {step}" for number, step in enumerate(steps, 1)) + ".", ""]
    both = (("inputs", program.inputs), ("outputs", program.outputs))
    inside = [what for what, ports in both if any(port.outside is None for port in ports)]
    mixed = any(len({port.outside is None for port in ports}) > 1 for _, ports in both)
    others = ", but for those named below" if mixed else ""
    if inside:
        lines.append(f"{' and '.join(inside).capitalize()} lie in the arena{others}.")
    if "inputs" in inside:
        begin = f"before {name}_begin()" if program.fed else "before each call"
        lines.append(f"An inference overwrites the inputs: write all of them {begin}.")
    for port in program.in_memory:
        what = "reads" if port in program.inputs else "writes"
        lines.append(
            f"An inference {what} {short_name(port.name)!r} where `{port.symbol}` points: {port.length} elements, "
            "which share no byte with the arena or with one another."
        )
    lines += [_comes(port, port in program.inputs) for port in program.by_rows if not program.fed]
    return comment_lines("\n".join(lines)).removesuffix(" */\n") + "\n"


def _comes(port: Port, is_input: bool) -> str:
    how = "comes" if is_input else "goes"
    return f"{short_name(port.name)!r} {how} in rows: define {port.symbol}(), which an inference calls."


def _status(program: Program) -> str:
    """What an inference returns, for comments; empty if it returns nothing."""
    if not program.has_status:
        return ""
    sources = ["CMSIS-NN's negative status"] if program.target.core else []
    sources += ["what an application's function returned instead of 0"] if program.by_rows else []
    sources += ["1 if it waits for the next input"] if program.pauses else []
    return f" Returns 0, or {' or '.join(sources)}: then the outputs hold nothing."


def _rows(program: Program, port: Port) -> str:
    """The declaration of the application's function for an input or output that comes or goes in rows."""
    kind, number = numbered(program, port)
    reads = kind == "input"
    what = "copy to `destination`" if reads else "take from `source`"
    text = (
        f"Defined by the application: {what} `count` rows, from row `first` on, of {kind} {number}, "
        f"and return 0. Another value ends the inference, which returns it. An inference "
        f"{'asks for' if reads else 'gives'} rows in rising order, each at most once; rows that nothing reads are left "
        f"out. `context` is what it was called with.{_held(port) if reads else ''}"
    )
    return f"\n{comment_lines(text)}{rows_function(program, port)};\n"


def _held(port: Port) -> str:
    return f" At most {port.held} of the {port.shape[1]} rows are in the arena at a time."


def _moves(name: str, memory: Memory) -> str:
    """Comment on the moves within the arena and their purpose; empty without moves."""
    count = len(memory.moved)
    if not count:
        return ""
    return (
        f"/* Bytes moved within the arena in one inference, in {count} call{'s' * (count > 1)}.\n"
        f" * Without that, the arena would have {memory.saved} bytes more. */\n"
        f"#define {name.upper()}_MOVED_BYTES {sum(memory.moved)}\n"
    )


def _port(name: str, kind: str, number: int, port: Port) -> str:
    which, macros = f"{name.upper()}_{kind}_{number}", port_macros(name, kind, number, port)
    if port.outside is Outside.ROWS:
        rows = port.shape[1]
        macros += f"#define {which}_ROWS {rows}\n#define {which}_ROW_LENGTH {port.length // rows} /* elements */\n"
    if port.outside is None:
        macros += _PLACE.format(which=which, offset=port.offset, kind=port.kind.name, name=name)
    return macros


def port_macros(name: str, kind: str, number: int, port: Port) -> str:
    """Macros of one INPUT or OUTPUT, the `kind`, wherever it lies: its length and quantization."""
    which = f"{name.upper()}_{kind}_{number}"
    shape = " x ".join(map(str, port.shape)) or "scalar"
    meaning = "" if port.scale is None else "; real value = scale * (value - zero point)"
    title = f"{kind.capitalize()} {number}: {short_name(port.name)!r}, {port.kind.name}, {shape}{meaning}."
    length = f"{comment_lines(title)}#define {which}_LENGTH {port.length}\n"
    if port.scale is None:
        return length
    return length + _SCALE.format(which=which, scale=float_literal(port.scale), zero_point=port.zero_point)
