"""The `console` blocks of a page: a command after each `$`, and below it what it prints. Tests run and compare them.

python tests/console_sessions.py docs/board.md      puts into pages what the commands print now
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

SECONDS = re.compile(r"\d+\.\d+ s\)")
ELLIPSIS = "..."
"""The line of a page that stands for any lines."""


class Session(NamedTuple):
    """A command and the lines that the page shows under it."""

    command: str
    shown: list[str]


def sessions(page: Path) -> list[Session]:
    """The commands of a page, in their order."""
    found: list[Session] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Session(line[2:], []))
            else:
                found[-1].shown.append(line)
    return found


def printed(command: str, folder: Path) -> list[str]:
    """What a shell prints for a command in a folder, on 80 columns. The command has to succeed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "80"}
    shell = ["bash", "-c", command]
    done = subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return [line.rstrip() for line in done.stdout.splitlines()]


def matches(shown: list[str], lines: list[str]) -> bool:
    """Whether a page shows these lines, whatever the seconds in them."""
    wanted = "\n".join(".*" if line == ELLIPSIS else re.escape(SECONDS.sub("s)", line)) for line in shown)
    return re.fullmatch(wanted, SECONDS.sub("s)", "\n".join(lines)), re.DOTALL) is not None


def prepare(page: Path, folder: Path) -> None:
    """Give a folder what a page works with: the checkout as `arenite`, and the models beside the page."""
    (folder / "arenite").symlink_to(Path(__file__).resolve().parent.parent)
    for model in page.parent.glob("*.tflite"):
        shutil.copy(model, folder)


def rewrite(page: Path, folder: Path) -> None:
    """Put what is printed now under each command of a page whose shown lines do not match it."""
    text = page.read_text(encoding="utf-8")
    for session in sessions(page):
        lines = printed(session.command, folder)
        if not matches(session.shown, lines):
            before, after = ("\n".join([f"$ {session.command}", *each, ""]) for each in (session.shown, lines))
            text = text.replace(before, after, 1)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as made:
            prepare(Path(name), Path(made))
            rewrite(Path(name), Path(made))
