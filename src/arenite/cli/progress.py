"""A sign of life on a terminal, for what takes longer than a second."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DELAY_SECONDS = 1.0


@contextmanager
def progress(doing: str) -> Iterator[Callable[[str], None]]:
    """Show `doing` and the seconds it has taken on stderr, after a second, and only where stderr is a terminal.

    Gives a function that takes news to show beside it.
    """
    if not sys.stderr.isatty():
        yield _ignore
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    line = Progress(*columns, console=Console(stderr=True), transient=True)
    task = line.add_task(escape(doing), total=None)
    finished = threading.Event()

    def show() -> None:
        if not finished.wait(DELAY_SECONDS):
            with line:
                finished.wait()

    def update(news: str) -> None:
        line.update(task, description=escape(f"{doing}: {news}"))

    display = threading.Thread(target=show, daemon=True)
    display.start()
    try:
        yield update
    finally:
        finished.set()
        display.join()


def _ignore(_: str) -> None:
    pass
