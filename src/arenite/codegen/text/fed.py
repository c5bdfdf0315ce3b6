"""An inference that is fed: the application calls it with rows of the input, and it returns until it needs more.

The schedule is the body of a `switch`. Where it needs rows it stores a label and returns; the call that completes the
rows jumps back to the label. The counter of a loop that waits is in the structure too, because a jump into the loop
must find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.text.lines import call_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Port, Program

SOURCE = """
static void {name}_wait_for(struct {name}_state *state, int32_t at, int32_t first, int32_t count,
                            {kind} *destination) {{
  state->at = at;
  state->passed_over = first - state->next_row;
  state->wanted = count;
  state->destination = destination;
}}

static void {name}_go_on(struct {name}_state *state) {{
  uint8_t *const arena = (uint8_t *)state->arena;

  state->passed_over = 0;
  state->wanted = -1;

  switch (state->at) {{
  case 0:;
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
  {name}_go_on(state);
  return state->passed_over + state->wanted;
}}

int32_t {name}_feed_in(struct {name}_state *state, const {kind} *rows, int32_t count) {{
  if (state->arena == NULL || state->wanted < 0) return -1;
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
    if (state->wanted == 0) {name}_go_on(state);
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
  int32_t at, repetition, next_row, passed_over;
  volatile int32_t wanted; /* rows; -1 while the inference is computing */
}};

#ifndef {macro}_NO_ARENA
extern uint8_t {name}_arena[{macro}_ARENA_SIZE];

/* Begins an inference in {name}_arena. Returns the number of rows of input {number} that it needs to go on. */
int32_t {name}_begin(void);

/* Takes the next `count` rows of input {number}, and computes what they make possible. Returns the number of rows
 * that it needs to go on; 0: the outputs are there, and further rows are ignored; -1: nothing was taken, since no
 * inference has begun or a call that this one interrupts is computing. */
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
  if (wanted != 0) {{
#if {macro}_TEST_PRINTS
    printf("the inference still needs %ld rows\\n", (long)wanted);
#endif
    return {outputs};
  }}
"""

STORED_REPETITION = "state->repetition"
"""The counter of a loop that waits, which is in the state."""


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


class Labels:
    """The places where the schedule of a program waits, numbered in the order of the text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.last = 0

    def waiting(self, indent: str, arguments: Sequence[str]) -> str:
        """Lines for the next place, which needs rows: the first one, how many, and where they go."""
        self.last += 1
        call = call_lines(indent, f"{self.name}_wait_for", ["state", str(self.last), *arguments], ");")
        return f"{call}{indent}return;\n{indent}case {self.last}:;\n"
