"""Runs commands on files, each file in a fork with limits of its own; a line of JSON for each command.

`python hostile_run.py PART PARTS` runs the models of `hostile_models`, or `python hostile_run.py PART PARTS FOLDER` the
files of a folder. Everything is imported once, before the first fork, and no runtime is started.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hostile_file import File
from typer.main import get_command

from arenite.cli import app
from arenite.runtimes import process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PROCESSOR_SECONDS = 20
"""For each command, so that what hangs is ended: 5 suffice on a quiet machine, and load makes a second do less."""
MEMORY_BYTES = 1 << 30
COMMANDS = {
    "inspect": ("inspect", "--why"),
    "optimize": ("optimize", "-o", "out.tflite", "--force"),
    "export": ("export", "--c", "out", "--force"),
}


@cache
def command() -> Any:
    return get_command(app)


def called(arguments: list[str]) -> tuple[int, str, str]:
    """Exit code and output of a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            command().main(arguments, prog_name="arenite")
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
            code = 99
    return code, out.getvalue(), err.getvalue()


def limited(name: str, content: bytes) -> None:
    """Run all commands on a file, in the fork; what is used already does not count."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("model.tflite").write_bytes(content)
        for command, arguments in COMMANDS.items():
            # The limit counts all that this process has used so far.
            seconds = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + PROCESSOR_SECONDS
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
            print(json.dumps([name, command]), flush=True)
            print(json.dumps(called([arguments[0], "model.tflite", *arguments[1:]])), flush=True)
        os.chdir("/")


def run(files: Iterable[tuple[str, bytes | Callable[[], File]]]) -> None:
    warm_up()
    for name, made in files:
        content = made().content if callable(made) else made
        child = os.fork()
        if not child:
            try:
                limited(name, content)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        print(json.dumps([name, os.waitstatus_to_exitcode(status)]), flush=True)


def warm_up() -> None:
    """Import what the commands import, before the first fork."""
    file = File()
    x, y = file.tensor((1, 4)), file.tensor((1, 4))
    file.operator("RELU", [x], [y])
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "model.tflite")
        model.write_bytes(file.ends([x], [y]).content)
        called(["inspect", str(model), "--why"])
        called(["optimize", str(model), "-o", f"{folder}/out.tflite"])
        called(["export", str(model), "--c", f"{folder}/out"])


def main(part: int, parts: int, folder: str | None = None) -> None:
    # Runtimes have processes and limits of their own.
    process.PACKAGES = dict.fromkeys(process.PACKAGES, ("no_such_module", "no such package"))
    if folder is None:
        from hostile_models import cases

        files: Iterable[tuple[str, bytes | Callable[[], File]]] = cases()
    else:
        files = ((path.name, path.read_bytes()) for path in sorted(Path(folder).iterdir()))
    run(file for number, file in enumerate(files) if number % parts == part)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
