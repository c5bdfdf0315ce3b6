"""JSON for programs: always the same keys, documented in docs/json.md."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from arenite.hardware import Board
    from arenite.search.memory_map import MemoryMap


def write_json(values: Mapping[str, Any], stream: TextIO) -> None:
    """Write `values` as ASCII JSON, one key per line, with a final newline. NaN and infinities raise an error."""
    stream.write(json.dumps(values, indent=2, allow_nan=False) + "\n")


def fields_as_json(found: Board | MemoryMap) -> dict[str, Any]:
    """The fields of a dataclass, and of those within it, as JSON values under their names."""
    return asdict(found, dict_factory=_with_lists)


def _with_lists(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in items}
