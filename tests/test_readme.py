"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
SECONDS = re.compile(r"\d+\.\d+ s\)")


def sessions() -> list[tuple[str, list[str]]]:
    """The commands of the README's console blocks with the lines shown under each."""
    shown: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                shown.append((line[2:], []))
            else:
                shown[-1][1].append(line)
    return shown


def test_shown_output_is_what_the_commands_print(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert len(sessions()) >= 4
    for command, expected in sessions():
        arguments = [sys.executable, "-m", *shlex.split(command)]
        done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=True)
        printed = [SECONDS.sub("s)", line.rstrip()) for line in done.stdout.splitlines()]
        wanted = [SECONDS.sub("s)", line) for line in expected]
        if wanted[-1] == "...":
            wanted.pop()
            printed = printed[: len(wanted)]
        assert printed == wanted, command


def test_the_two_commands_are_on_the_first_screen():
    first_screen = "\n".join(README.read_text(encoding="utf-8").splitlines()[:25])
    assert "pip install '.[tflm,plot]' && arenite zoo" in first_screen
    assert "./check" in first_screen
