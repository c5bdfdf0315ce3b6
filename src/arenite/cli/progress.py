"""A progress display on a terminal, for work that takes longer than a second."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DELAY_SECONDS = 1.0
"""Seconds before the display appears, so that short work shows nothing."""
BESIDE_TEXT = 12  # cells of the spinner, the time, and the gaps


@contextmanager
def progress(doing: str) -> Iterator[Callable[[str], None]]:
    """Show `doing` and the elapsed seconds on stderr, after the first second, and only if stderr is a terminal.

    Yields a function that sets a text to show beside `doing`.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from arenite.names import printable
    from arenite.report.console import shorten

    console = Console(stderr=True)
    line = Progress(
        SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"), console=console, transient=True
    )

    def fitting(text: str) -> str:
        return escape(shorten(printable(text), console.width - BESIDE_TEXT))

    task = line.add_task(fitting(doing), total=None)
    finished = threading.Event()

    def show() -> None:
        if not finished.wait(DELAY_SECONDS):
            with line:
                finished.wait()

    def update(news: str) -> None:
        line.update(task, description=fitting(f"{doing}: {news}"))

    display = threading.Thread(target=show, daemon=True)
    display.start()
    try:
        yield update
    finally:
        finished.set()
        display.join()
