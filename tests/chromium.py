"""How tests and benchmarks start Debian's chromium."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(running: Playwright) -> Browser:
    """The browser, without a window."""
    return running.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
