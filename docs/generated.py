"""The text of a page -> the text with what the program itself says about commands, Python names and changes.

mkdocs calls `on_page_markdown` for every page (`hooks` in mkdocs.yml). So these pages cannot fall behind the program.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import arenite


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """The page as it is written, followed by what is made for it."""
    made = _MADE.get(page.file.src_uri)
    return markdown if made is None else f"{markdown}\n{made()}"


def commands() -> str:
    """Every command and option, by typer's own generator, without the title."""
    generator = [sys.executable, "-m", "typer", "arenite.cli.app", "utils", "docs", "--name", "arenite"]
    made = subprocess.run(generator, capture_output=True, text=True, check=True).stdout
    return made.partition("\n")[2]


def names() -> str:
    """An entry of mkdocstrings for each public name."""
    return "\n\n".join(f"::: arenite.{name}" for name in arenite.__all__)


def changes() -> str:
    """All versions of the changelog."""
    text = (Path(__file__).parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    return text[text.index("\n## ") :]


_MADE = {"reference/cli.md": commands, "reference/api.md": names, "changelog.md": changes}
