"""JSON for programs: always the same keys, documented in docs/json.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO


def write_json(values: Mapping[str, Any], stream: TextIO) -> None:
    """Write `values` as ASCII JSON, one key per line, with a final newline. NaN and infinities raise an error."""
    stream.write(json.dumps(values, indent=2, allow_nan=False) + "\n")
