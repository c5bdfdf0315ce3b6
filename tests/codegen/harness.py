"""Compiles what several models were exported to into one program under sanitizers, and runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from compiled_objects import compiled, headers, included

import arenite.codegen
from arenite.backends import Backend, Overlap
from arenite.backends.target import C
from arenite.codegen import write_files
from arenite.codegen.kernel_files import kernel_files
from arenite.codegen.kernel_templates import KERNELS
from arenite.codegen.text import Provenance, printed
from arenite.runtimes.inputs import DTYPES
from arenite.search.c_export import program

KERNEL_FOLDER = Path(arenite.codegen.__file__).parent / "kernels"
STRICT = ["-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror"]
SANITIZED = ["-std=c99", *STRICT, "-O1", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
UNSANITIZED = ["-std=c99", *STRICT, "-O0", "-fno-builtin"]
"""For `main.c`, which this compiles in a tenth of the time. It touches the memory of models only through functions of
the C library, whose calls AddressSanitizer checks; -fno-builtin keeps GCC from replacing them by code of its own."""

MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define FAILED 4
{includes}
/* The arena is exactly as large as asked for, so that the sanitizer sees every byte beyond it; in each inference it
 * begins with other rubbish, but for variables after the first. */
static uint8_t *arena_of(size_t size, size_t alignment) {{
  void *place;
  if (posix_memalign(&place, alignment, size) != 0) exit(3);
  return (uint8_t *)place;
}}
static void get(void *to, size_t size) {{
  if (fread(to, 1, size, stdin) != size) exit(2);
}}
int main(void) {{
{runs}  return 0;
}}
"""

RUN = """
  {{
    uint8_t *arena = arena_of({macro}_ARENA_SIZE, {macro}_ARENA_ALIGNMENT < 8 ? 8 : {macro}_ARENA_ALIGNMENT);
    for (int round = 0; round < {rounds}; round++) {{
      memset(arena, 0x55 + round, round ? {rubbish} : {macro}_ARENA_SIZE);
{reset}{inputs}      {call};
{outputs}    }}
    free(arena);
  }}
"""


def sources(model, name, target=C, **options):
    """The files of a model, without a self-test and build files."""
    return printed(program(model, name, target, **options), Provenance(model.name, "0" * 64))


def own_kernels():
    """Name and text of the files of all kernels, but those that call CMSIS-NN."""
    names = [each.stem for each in KERNEL_FOLDER.glob("arenite_*")]
    return kernel_files({*KERNELS, *(name.removeprefix("arenite_") for name in names)})


@cache
def folder_of_headers():
    """A folder with the headers of all kernels as they are exported, for C that tests write."""
    return headers({name: text for name, text in own_kernels().items() if name.endswith(".h")})


def arena_size(files):
    """Bytes of the arena that exported files declare."""
    return _declared(files, "ARENA_SIZE")


def moved_bytes(files):
    """Bytes that an inference of exported files moves within the arena."""
    return _declared(files, "MOVED_BYTES")


def _declared(files, macro):
    found = (re.search(rf"_{macro} (\d+)$", text, re.MULTILINE) for name, text in files.items() if ".h" in name)
    return next((int(match[1]) for match in found if match), 0)


def compiler(name="gcc"):
    """A compiler on this machine; without it a test is skipped, but not in CI."""
    found = shutil.which(name)
    if found is None:
        message = f"{name} is not installed; it compiles the generated C"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def run_c(models, rounds, folder, *, target=C, also=(), change=None):
    """Outputs [model][round][output] of the generated C, as arrays; `rounds[model][round]` are the inputs.

    `also` are further options and files for the compiler, `change` is done to each text; a status that is not 0 is
    the program's exit code.
    """
    files, runs, includes = {}, [], []
    for number, (model, inputs) in enumerate(zip(models, rounds, strict=True)):
        name = f"m{number}"
        exported = sources(model, name, target)
        for file, text in exported.items():
            assert files.setdefault(file, text) == text
        includes.append(f'#include "{name}.h"')
        macro = name.upper()
        runs.append(
            RUN.format(
                name=name,
                call=f"if ({name}_invoke_in(arena) != 0) exit(FAILED)" if target.core else f"{name}_invoke_in(arena)",
                macro=macro,
                rounds=len(inputs),
                rubbish=f"{macro}_{'KEPT_OFFSET' if 'KEPT_OFFSET' in exported[f'{name}.h'] else 'ARENA_SIZE'}",
                reset=f"      if (!round) {name}_reset_in(arena);\n" if "_reset_in" in exported[f"{name}.h"] else "",
                inputs=_each(model.main.inputs, "get({macro}_INPUT_{i}_IN(arena), {bytes});", macro),
                outputs=_each(model.main.outputs, "fwrite({macro}_OUTPUT_{i}_IN(arena), 1, {bytes}, stdout);", macro),
            )
        )
    files["main.c"] = "#define _POSIX_C_SOURCE 200112L\n" + MAIN.format(
        includes="\n".join(includes), runs="".join(runs)
    )
    for file in files:
        if file.endswith(".c") and not file.startswith(("arenite_", "main.")):
            _needs_nothing_else(file, files)
    written = {file: change(text) for file, text in files.items()} if change else files
    program = linked_program(written, Path(folder), also)
    fed = b"".join(array.tobytes() for model in rounds for inputs in model for array in inputs)
    done = subprocess.run([program], input=fed, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return _read(models, rounds, done.stdout)


NEEDED = {
    "<string.h>": r"\bmem(?:cpy|set|move)\b",
    "<stddef.h>": r"\b(?:size_t|NULL)\b",
    "<stdint.h>": r"\bu?int\d+_t\b",
}
"""What of the standard headers generated C uses."""


def _needs_nothing_else(file, files):
    """The file includes what it uses: all files of models are compiled as one, so the compiler would not tell."""
    seen = included(file, files)
    there = "".join(files.get(name, name) for name in seen if name != file)
    used = set(re.findall(r"\barenite_\w+", re.sub(r"/\*.*?\*/|#include .*?\n", "", files[file], flags=re.DOTALL)))
    assert used <= set(re.findall(r"\barenite_\w+", there)), (file, used)
    for header, use in NEEDED.items():
        assert header in seen or not re.search(use, files[file]), (file, header)


def linked_program(files, folder, also=()):
    """The program that `run_c` or `run_outside` makes of the files of models, of kernels and a `main.c`.

    `also`: options for the compiler, and further C files and archives.
    """
    for file, text in files.items():
        (folder / file).write_text(text)
    own = sorted(file for file in files if file.endswith(".c") and not file.startswith(("arenite_", "main.")))
    (folder / "models.c").write_text("".join(f'#include "{file}"\n' for file in own))
    archives = [each for each in also if each.endswith(".a")]
    options = [each for each in also if not each.endswith((".c", ".a"))]
    kernels = [folder / file for file in files if file.endswith(".c") and file.startswith("arenite_")]
    kernels += [Path(each) for each in also if each.endswith(".c")]
    no_arena = [f"-D{Path(file).stem.upper()}_NO_ARENA" for file in own]
    sanitized = [compiler(), *SANITIZED, *options]
    objects = [
        *compiled([compiler(), *UNSANITIZED, *options, *no_arena], [folder / "main.c"], files),
        *compiled([*sanitized, *no_arena], [folder / "models.c"], files),
        *compiled(sanitized, kernels, files),
    ]
    subprocess.run([*sanitized, *objects, *archives, "-o", "program"], check=True, cwd=folder)
    return folder / "program"


def self_tested(files, folder):
    """The outcome of the self-test of exported files, all built with sanitizers."""
    write_files(files, folder, force=True)
    command = [compiler(), *SANITIZED]
    objects = compiled(command, [folder / file for file in sorted(files) if file.endswith(".c")], files)
    subprocess.run([*command, *objects, "-o", "test"], check=True, cwd=folder)
    return subprocess.run([folder / "test"], capture_output=True, text=True, check=False)


def place_nearer(monkeypatch, forget_rules, too_near):
    """Let outputs lie nearer to their inputs than the rules allow, by `too_near(input)` bytes; models must be new."""
    rule = Backend.overlap

    def too_generous(backend, operator, source, target):
        found = rule(backend, operator, source, target)
        return found if found.distance is None else Overlap(found.distance - too_near(source))

    forget_rules()
    monkeypatch.setattr(Backend, "overlap", too_generous)


def _each(tensors, template, macro):
    lines = (template.format(macro=macro, i=i, bytes=tensor.bytes) for i, tensor in enumerate(tensors))
    return "".join(f"      {line}\n" for line in lines)


def _read(models, rounds, content):
    results, place = [], 0
    for model, inputs in zip(models, rounds, strict=True):
        results.append([])
        for _ in inputs:
            arrays = []
            for tensor in model.main.outputs:
                part = content[place : place + tensor.bytes]
                arrays.append(np.frombuffer(part, DTYPES[tensor.type]).reshape(tensor.shape))
                place += tensor.bytes
            results[-1].append(arrays)
    assert place == len(content)
    return results
