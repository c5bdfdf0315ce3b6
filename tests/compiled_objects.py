"""Compiles C files into objects, each once in a run of the tests: hundreds of programs have most of theirs in common.

All workers of pytest share one folder of objects. An object's name is a hash of the compiler's command and of the text
of its source and of the headers that the test knows. Other headers count by their names only: they do not change during
a run.
"""

from __future__ import annotations

import contextlib
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

FOLDER_VARIABLE = "ARENITE_TEST_OBJECTS"
"""Environment variable with the folder of objects, which the workers of pytest inherit."""


def make_folder() -> Path:
    """Make the folder, in the process that starts the workers."""
    folder = mkdtemp(prefix="arenite-objects-")
    os.environ[FOLDER_VARIABLE] = folder
    return Path(folder)


def remove_folder(folder: Path) -> None:
    """Remove the folder; what is left of a run that was interrupted may still write into it."""
    shutil.rmtree(folder, ignore_errors=True)


def headers(texts: Mapping[str, str]) -> Path:
    """A folder with these headers, which are the same in all workers, for C that tests write."""
    place = _folder() / "headers"
    if not place.exists():
        with TemporaryDirectory(dir=_folder()) as workspace:
            made = Path(workspace) / "headers"
            made.mkdir()
            for name, text in texts.items():
                (made / name).write_text(text)
            with contextlib.suppress(OSError):  # another worker was quicker
                made.rename(place)
    return place


def _folder() -> Path:
    return Path(os.environ[FOLDER_VARIABLE])


def compiled(command: Sequence[str], sources: Sequence[Path], texts: Mapping[str, str]) -> list[Path]:
    """The objects of C files, made by a compiler's command.

    `texts`: the text of each file that a source may include, by its name; other files that it includes stay as they
    are. Raises `subprocess.CalledProcessError` for a source that does not compile; the compiler prints why.
    """
    found = {}
    for source in sources:
        known = {**texts, source.name: source.read_text()}
        made_of = [known.get(name, name) for name in included(source.name, known)]
        key = sha256(repr([*command, *made_of]).encode()).hexdigest()
        found[source] = _folder() / f"{source.stem}-{key}.o"
    missing = [source for source, made in found.items() if not made.exists()]
    if missing:
        # Another worker may compile the same source, so objects are made elsewhere and come here when complete.
        with TemporaryDirectory(dir=_folder()) as workspace:
            subprocess.run([*command, "-c", *missing], check=True, cwd=workspace)
            for source in missing:
                (Path(workspace) / f"{source.stem}.o").rename(found[source])
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
