"""An inference that is fed: the application calls it with rows of the input, and it returns until it needs more.

The schedule is the body of a switch. Where it takes rows, it notes where it is, and returns; the call that brings the
last of these rows jumps back. What has to outlive a call is in a structure: the loop's repetition is as well, so that a
label may stand in the loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.text.lines import call_lines
from arenite.codegen.text.values import Repetition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Port, Program

SOURCE = """
static void wait_for(struct {name}_state *state, int32_t at, int32_t first, int32_t count, {kind} *destination) {{
  state->at = at;
  state->passed_over = first - state->next_row;
  state->wanted = count;
  state->destination = destination;
}}

static void go_on(struct {name}_state *state) {{
  uint8_t *const arena = (uint8_t *)state->arena;

  switch (state->at) {{
  case 0:
{body}
  }}
  state->at = 0;
  state->passed_over = 0;
  state->wanted = 0;
}}

int32_t {name}_begin_in(struct {name}_state *state, void *arena) {{
  state->arena = arena;
  state->at = 0;
  state->next_row = 0;
  go_on(state);
  return state->passed_over + state->wanted;
}}

int32_t {name}_feed_in(struct {name}_state *state, const {kind} *rows, int32_t count) {{
  while (count > 0 && state->wanted > 0) {{
    if (state->passed_over > 0) {{
      state->passed_over--;
    }} else {{
      memcpy(state->destination, rows, {row} * sizeof *rows);
      state->destination += {row};
      state->wanted--;
    }}
    rows += {row};
    count--;
    state->next_row++;
    if (state->wanted == 0) go_on(state);
  }}
  return state->passed_over + state->wanted;
}}
"""

OWN_ARENA = """static struct {name}_state {name}_own_state;

int32_t {name}_begin(void) {{ return {name}_begin_in(&{name}_own_state, {name}_arena); }}

int32_t {name}_feed(const {kind} *rows, int32_t count) {{ return {name}_feed_in(&{name}_own_state, rows, count); }}
"""

HEADER = """/* What an inference knows between two calls. */
struct {name}_state {{
  void *arena;
  {kind} *destination;
  int32_t at, repetition, next_row, passed_over, wanted;
}};

#ifndef {macro}_NO_ARENA
extern uint8_t {name}_arena[{macro}_ARENA_SIZE];

/* Begins an inference in {name}_arena. Returns the number of rows of input {number} that it needs to go on. */
int32_t {name}_begin(void);

/* Takes the next `count` rows of input {number}, and computes what they make possible. Returns the number of rows
 * that it needs to go on; 0: the outputs are there, and further rows are ignored. */
int32_t {name}_feed(const {kind} *rows, int32_t count);
{reset}#endif

/* The same for an arena of the caller's. Inferences with different states and arenas may take turns. */
int32_t {name}_begin_in(struct {name}_state *state, void *arena);
int32_t {name}_feed_in(struct {name}_state *state, const {kind} *rows, int32_t count);
{reset_in}"""

TEST = """  int32_t wanted = {name}_begin();
  for (int32_t row = 0; wanted > 0 && row < {row_macro}_ROWS; row++) {{
    wanted = {name}_feed(input_{number} + row * {row_macro}_ROW_LENGTH, 1);
  }}
  if (wanted != 0) return {outputs};
"""

BETWEEN = Repetition("state->repetition", "")
"""The names in a loop that is left and entered again; the table's row depends on the loop."""


def streamed(program: Program) -> Port:
    """The only input that comes in rows."""
    (port,) = program.by_rows
    return port


def number_of(program: Program) -> int:
    """The number of that input."""
    return program.inputs.index(streamed(program))


def row_macro(program: Program) -> str:
    """The beginning of the macros about its rows."""
    return f"{program.name.upper()}_INPUT_{number_of(program)}"


def waiting(indent: str, label: int, arguments: Sequence[str]) -> str:
    """Where the schedule needs rows: the first one, how many, and their place."""
    call = call_lines(indent, "wait_for", ["state", str(label), *arguments], ");")
    return f"{call}{indent}return;\n{indent}case {label}:;\n"
