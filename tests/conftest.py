"""Fixtures for all tests. Everything essential runs on models of the zoo; `shared` adds real ones where they are."""

from __future__ import annotations

import gc
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import compiled_objects
import pytest
from chromium import launch
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from playwright.sync_api import sync_playwright
from typer import testing
from warm_runtimes import forked_or_started

from arenite.model.operator import _signature
from arenite.runtimes import process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

settings.register_profile("arenite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("arenite")
# Hypothesis mixes constants of all modules loaded so far into its examples. Without this line, examples, and so what
# a test finds, would depend on which tests ran before in the same process.
providers._get_local_constants = lambda: providers._local_constants

# At the thresholds that Python begins with, looking for garbage takes a tenth of the time of these tests.
gc.set_threshold(50_000, 20, 50)
# `CliRunner` makes all commands anew each time that it runs one, which takes longer than most commands run.
testing._get_command = cache(testing._get_command)

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"


if sys.platform == "linux":  # whose processes fork safely
    process._started = forked_or_started


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # workers share the folder of the process that starts them
        folder = compiled_objects.make_folder()
        config.add_cleanup(lambda: compiled_objects.remove_folder(folder))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Exclude the modules and tests, which stay to the end, from what is searched for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real models and measurements beside the checkout; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip(f"no folder {SHARED.name!r} of real models beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that all tests of a process share: Playwright takes only one at a time."""
    with sync_playwright() as running:
        browser = launch(running)
        yield browser
        browser.close()


@pytest.fixture
def forget_rules() -> Iterator[Callable[[], None]]:
    """Call it to forget what rules said, so that operators made later ask again; it is forgotten after the test too."""
    yield _signature.cache_clear
    _signature.cache_clear()
