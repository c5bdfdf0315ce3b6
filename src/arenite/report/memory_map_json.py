"""A memory map as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arenite.search.memory_map import MemoryMap


def map_as_json(found: MemoryMap) -> dict[str, Any]:
    """The map as JSON values; docs/json.md documents the keys."""
    return asdict(found, dict_factory=_plain)


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in items}
