"""Text -> HTML. Every text that a page shows outside of its data goes through `plain`."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from arenite.names import printable

if TYPE_CHECKING:
    from collections.abc import Iterable


def plain(text: str) -> str:
    """Text without markup and without invisible characters."""
    return html.escape(printable(text))


def items(texts: Iterable[str]) -> str:
    """The entries of a list."""
    return "\n".join(f"<li>{plain(text)}</li>" for text in texts)


def command(text: str) -> str:
    """A command with a button that copies it."""
    button = '<button type="button" aria-label="Copy this command">Copy</button>'
    return f'<div class="command"><pre>{plain(text)}</pre>{button}</div>'
