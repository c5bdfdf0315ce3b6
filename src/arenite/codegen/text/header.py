"""NAME.h: the interface of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.description import short_name
from arenite.codegen.text.cmsis_nn import note
from arenite.codegen.text.lines import comment_lines
from arenite.codegen.text.literals import float_literal

if TYPE_CHECKING:
    from arenite.codegen.program import Memory, Port, Program

_HEADER = """\
{top}/* 1. write the inputs, 2. call {name}_invoke(), 3. read the outputs.
 *
 * Inputs and outputs lie in the arena. An inference overwrites the inputs: write all of them before each call.
{kept} * Nothing is allocated, and no function calls itself.
{cmsis_nn} *
 * To place the arena in a section of your choice, define
 *   {macro}_ARENA_PLACE
 * as an attribute, such as __attribute__((section(".ccmram"))). To bring an arena of your own, define
 *   {macro}_NO_ARENA
 * and pass {name}_invoke_in() an array of {macro}_ARENA_SIZE bytes, aligned to
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

#ifndef {macro}_NO_ARENA
extern uint8_t {name}_arena[{macro}_ARENA_SIZE];

/* One inference in {name}_arena.{status} */
{result} {name}_invoke(void);
{reset}#endif

/* One inference in an arena of the caller's.{status} */
{result} {name}_invoke_in(void *arena);
{reset_in}
#ifdef __cplusplus
}}
#endif

#endif
"""

_NOTHING_KEPT = " * Nothing is kept between two calls.\n"

_KEPT = """\
 * Between two calls {macro}_KEPT_SIZE bytes of the arena must stay as they are, which hold the
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
        cmsis_nn=note(program.target),
        result=result(program),
        status=_status(program),
        kept=(_KEPT if memory.kept else _NOTHING_KEPT).format(**names),
        variables=_VARIABLES.format(**names, at=memory.size - memory.kept, size=memory.kept) if memory.kept else "",
        reset=_RESET.format(**names) if memory.kept else "",
        reset_in=_RESET_IN.format(**names) if memory.kept else "",
    )


def result(program: Program) -> str:
    """C return type of an inference, and of the functions that are parts of it."""
    return "int" if program.has_status else "void"


def _status(program: Program) -> str:
    """What an inference returns, as sentences; empty if it returns nothing."""
    paused = " 1 if it waits for the next input: then the outputs hold nothing." if program.pauses else ""
    failed = " 0, or CMSIS-NN's negative status: then the outputs hold nothing." if program.target.core else ""
    return (failed or " 0 if it is done.") + paused if program.has_status else ""


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
    which = f"{name.upper()}_{kind}_{number}"
    return port_macros(name, kind, number, port) + _PLACE.format(
        which=which, offset=port.offset, kind=port.kind.name, name=name
    )


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
