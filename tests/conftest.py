"""Fixtures for all tests. Everything essential runs on models of the zoo; `shared` adds real ones where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("arenite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("arenite")

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real models and measurements beside the checkout; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip(f"no folder {SHARED.name!r} of real models beside the checkout")
    return SHARED
