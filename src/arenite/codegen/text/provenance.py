"""Origin of generated files, for the comment at the start of each file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING

from arenite.codegen.text.lines import comment_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

version = cache(metadata.version)
"""The version of an installed package, which takes a millisecond to read; an export of C names it in every file."""


@dataclass(frozen=True)
class Provenance:
    """Name of the model's file, SHA-256 of its bytes, and command line; "" if no command was typed."""

    model: str
    sha256: str
    command: str = ""


def top(file: str, provenance: Provenance, *more: str) -> str:
    """The comment at the start of a file; `more` are further paragraphs."""
    command = [f"  {provenance.command}"] if provenance.command else []
    lines = [
        f"{file}: made by Arenite {version('arenite')}; whatever is changed here is lost with the next export.",
        "",
        *command,
        f"  {provenance.model}: SHA-256 {provenance.sha256}",
        "",
        "The kernels are Apache-2.0; the model's constants belong to the model.",
    ]
    return comment_lines("\n".join([*lines, *_paragraphs(more)]))


def _paragraphs(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in ("", text)]
