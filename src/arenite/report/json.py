"""JSON for programs: the same keys every time, documented in docs/json.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO


def write_json(values: Mapping[str, Any], stream: TextIO) -> None:
    """Write `values` as JSON in ASCII, one key a line, with a line end. NaN and infinities are refused."""
    stream.write(json.dumps(values, indent=2, allow_nan=False) + "\n")
