"""Compiles exported programs whose inputs and outputs are outside of the arena into one program, and runs it.

The program around them is hostile: memory of the caller's is exactly as large as declared, rows must come once and in
their order, inputs must stay as they are, and an application's function that fails must be the last one that is called.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from arenite.backends.generated_c.memory_places import in_memory
from arenite.backends.target import C
from arenite.model import Outside
from arenite.rewrite.outside import with_ends

from .harness import _read, linked_program, sources

MAIN = """
#define _POSIX_C_SOURCE 200112L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
{includes}
#define MOST 8
static void check(int holds, const char *condition) {{
  if (!holds) {{
    fprintf(stderr, "not so: %s\\n", condition);
    exit(5);
  }}
}}
#define CHECK(condition) check((condition) != 0, #condition)
/* The context that every call of the application's functions must be given: what is stored, and which row is next. */
struct calls {{
  unsigned magic;
  unsigned char *stored[2][MOST];
  int32_t next[2][MOST];
  int calls;
  int fails_at;
  int failed;
}};
static unsigned char *bytes(size_t size) {{
  unsigned char *place = (unsigned char *)malloc(size);
  if (place == NULL) exit(3);
  return place;
}}
static void get(void *to, size_t size) {{
  if (fread(to, 1, size, stdin) != size) exit(2);
}}
/* Whether this call fails. */
int fails(struct calls *calls);
int fails(struct calls *calls) {{
  CHECK(calls->magic == 0xA5A5F00Du);
  CHECK(!calls->failed);
  calls->failed = calls->calls++ == calls->fails_at;
  return calls->failed;
}}
{functions}
int main(void) {{
{runs}  return 0;
}}
"""

FUNCTION = """
{declared} {{
  struct calls *calls = (struct calls *)context;
  const size_t row = (size_t){macro}_ROW_LENGTH * sizeof *{pointer};
  unsigned char *place = calls->stored[{side}][{number}] + (size_t)first * row;
  if (fails(calls)) return 7;
  CHECK(first {order} calls->next[{side}][{number}] && count > 0 && first + count <= {macro}_ROWS);
  calls->next[{side}][{number}] = first + count;
  {copy};
  return 0;
}}
"""

RUN = """
  {{
    void *arena;
    struct calls calls = {{0xA5A5F00Du, {{{{NULL}}}}, {{{{0}}}}, 0, -1, 0}};
    unsigned char *kept[MOST];
    if (posix_memalign(&arena, {macro}_ARENA_ALIGNMENT < 8 ? 8 : {macro}_ARENA_ALIGNMENT, {macro}_ARENA_SIZE)) exit(3);
    for (int round = 0; round < {rounds}; round++) {{
      memset(arena, 0x55 + round, round ? {rubbish} : {macro}_ARENA_SIZE);
{reset}      memset(calls.next, 0, sizeof calls.next);
      calls.calls = 0;
{before}      {call}
{after}    }}
{failing}    free(arena);
    (void)kept;
    (void)calls;
  }}
"""

FAILING = """
    for (int each = 0; each < {calls}; each++) {{
      struct calls failing = calls;
      memset(failing.next, 0, sizeof failing.next);
      failing.calls = failing.failed = 0;
      failing.fails_at = each;
{inside}      CHECK({name}_invoke_in({arguments}) == 7);
      CHECK(failing.calls == each + 1);
    }}
"""


def outside(model, ends):
    """The model that is exported with these ends."""
    return in_memory(with_ends(model, ends).model)


def run_outside(models, rounds, folder, *, target=C, calls=2, also=(), **options):
    """As `run_c`, of models whose ends are outside of the arena (`outside`).

    The first `calls` calls of an application's function are made to fail, one by one. `options` are those of `sources`.
    """
    files, includes, functions, runs = {}, [], [], []
    for number, (model, inputs) in enumerate(zip(models, rounds, strict=True)):
        name = f"m{number}"
        exported = sources(model, name, target, **options)
        for file, text in exported.items():
            assert files.setdefault(file, text) == text
        includes.append(f'#include "{name}.h"')
        functions += _functions(model, name, exported[f"{name}.h"])
        runs.append(_run(model, name, exported, len(inputs), calls))
    files["main.c"] = MAIN.format(includes="\n".join(includes), functions="".join(functions), runs="".join(runs))
    program = linked_program(files, Path(folder), also)
    fed = b"".join(array.tobytes() for model in rounds for inputs in model for array in inputs)
    done = subprocess.run([program], input=fed, capture_output=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr.decode())
    return _read(models, rounds, done.stdout)


def _functions(model, name, header):
    """The application's functions that a header declares."""
    for verb, number in re.findall(rf"\bint {name}_(read|write)_rows(?:_(\d+))?\(", header):
        (declared,) = re.findall(rf"\bint {name}_{verb}_rows{'_' + number if number else ''}\([^;]*", header)
        ends = model.main.inputs if verb == "read" else model.main.outputs
        (position,) = [
            place for place, tensor in enumerate(ends) if tensor.outside is Outside.ROWS and number in ("", str(place))
        ]
        reads = verb == "read"
        kind, pointer = ("INPUT", "destination") if reads else ("OUTPUT", "source")
        size = "(size_t)count * row"
        yield FUNCTION.format(
            declared=" ".join(declared.split()),
            pointer=pointer,
            macro=f"{name.upper()}_{kind}_{position}",
            side=0 if reads else 1,
            number=position,
            order=">=" if reads else "==",
            copy=f"memcpy(destination, place, {size})" if reads else f"memcpy(place, source, {size})",
        )


def _run(model, name, exported, rounds, calls):
    macro, header = name.upper(), exported[f"{name}.h"]
    before, after, inside, arguments = [], [], [], ["arena"]
    rows = False
    for i, tensor in enumerate(model.main.inputs):
        place = f"calls.stored[0][{i}]"
        before += [f"{place} = bytes({tensor.bytes});", f"get({place}, {tensor.bytes});"]
        if tensor.outside is None:
            copied = f"memcpy({macro}_INPUT_{i}_IN(arena), {place}, {tensor.bytes});"
            before.append(copied)
            inside.append(copied)
        elif tensor.outside is Outside.MEMORY:
            before += [f"kept[{i}] = bytes({tensor.bytes});", f"memcpy(kept[{i}], {place}, {tensor.bytes});"]
            after += [f"CHECK(memcmp(kept[{i}], {place}, {tensor.bytes}) == 0);", f"free(kept[{i}]);"]
            arguments.append(f"(const void *){place}")
        rows = rows or tensor.outside is Outside.ROWS
    for i, tensor in enumerate(model.main.outputs):
        place = f"calls.stored[1][{i}]"
        before += [f"{place} = bytes({tensor.bytes});", f"memset({place}, 0x33 + round, {tensor.bytes});"]
        if tensor.outside is None:
            after.append(f"memcpy({place}, {macro}_OUTPUT_{i}_IN(arena), {tensor.bytes});")
        elif tensor.outside is Outside.MEMORY:
            arguments.append(f"(void *){place}")
        else:
            after.append(f"CHECK(calls.next[1][{i}] == {macro}_OUTPUT_{i}_ROWS);")
            rows = True
        after.append(f"fwrite({place}, 1, {tensor.bytes}, stdout);")
    given = ", ".join(arguments)
    call = f"{name}_invoke_in({given}, &calls)" if rows else f"{name}_invoke_in({given})"
    has_status = f"int {name}_invoke_in(" in header
    ending = [
        f"if (round + 1 < {rounds}) free(calls.stored[{side}][{i}]);"
        for side, ends in enumerate((model.main.inputs, model.main.outputs))
        for i, _ in enumerate(ends)
    ]
    freed = [each.split(") ", 1)[1] for each in ending]
    failing = ""
    if rows and "_reset_in" not in header:
        made = f"(calls.calls < {calls} ? calls.calls : {calls})"
        failing = FAILING.format(calls=made, name=name, arguments=f"{given}, &failing", inside=_lines(inside))
    return RUN.format(
        macro=macro,
        rounds=rounds,
        rubbish=f"{macro}_{'KEPT_OFFSET' if 'KEPT_OFFSET' in header else 'ARENA_SIZE'}",
        reset=f"      if (!round) {name}_reset_in(arena);\n" if "_reset_in" in header else "",
        before=_lines(before),
        call=f"CHECK({call} == 0);" if has_status else f"{call};",
        after=_lines([*after, *ending]),
        failing=failing + _lines(freed),
    )


def _lines(lines):
    return "".join(f"      {line}\n" for line in lines)
