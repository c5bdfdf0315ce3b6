"""What is printed below `Next:`, with each command in one line again."""

from __future__ import annotations


def next_lines(printed: str) -> list[str]:
    """The commands, each with what it gives; a command that is broken over lines, or its comment, in its first line."""
    steps = printed.partition("Next:\n")[2]
    return steps.replace(" \\\n      ", " ").replace("\n      # ", "  # ").splitlines()
