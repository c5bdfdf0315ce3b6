"""Compiles C files into objects, each once in a run of the tests: hundreds of programs have most of theirs in common.

All processes of pytest share one folder of objects, whose names are hashes of everything that an object is made of.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VARIABLE = "ARENITE_TEST_OBJECTS"
"""Environment variable with the folder of objects, which the workers of pytest inherit."""


def begin() -> None:
    """Make the folder, in the process that starts the workers."""
    os.environ[VARIABLE] = mkdtemp(prefix="arenite-objects-")


def end() -> None:
    """Remove the folder, in the process that made it."""
    shutil.rmtree(os.environ.pop(VARIABLE))


def compiled(command: Sequence[str], sources: Sequence[Path], texts: Mapping[str, str]) -> list[Path]:
    """The objects of C files, made by a compiler's command.

    `texts`: the text of each file that a source may include, by its name; other files that it includes stay as they
    are. Raises `subprocess.CalledProcessError` for a source that does not compile; the compiler prints why.
    """
    folder = Path(os.environ[VARIABLE])
    found = {}
    for source in sources:
        known = {**texts, source.name: source.read_text()}
        made_of = [known.get(name, name) for name in included(source.name, known)]
        key = sha256(repr([*command, *made_of]).encode()).hexdigest()
        found[source] = folder / f"{source.stem}-{key}.o"
    missing = [source for source, made in found.items() if not made.exists()]
    if missing:
        # Another process may compile the same one, so that objects come to the folder when they are whole.
        with TemporaryDirectory(dir=folder) as place:
            subprocess.run([*command, "-c", *missing], check=True, cwd=place)
            for source in missing:
                (Path(place) / f"{source.stem}.o").rename(found[source])
    return list(found.values())


def included(name: str, texts: Mapping[str, str]) -> list[str]:
    """The names of a file and of all files that it includes, one through the other; those of the system in <>."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += re.findall(r'^#include "?(<[\w.]+>|[\w.]+)', texts.get(name, ""), re.MULTILINE)
    return list(found)
