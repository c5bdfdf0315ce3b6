"""A benchmark's result: rows of plain values, as text for people and as data for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Value = str | int | float | bool | None


@dataclass
class Table:
    """Rows with the same keys, in the order of `columns`; `details` holds runs that a row sums up."""

    title: str
    columns: tuple[str, ...]
    rows: list[dict[str, Value]] = field(default_factory=list)
    details: list[dict[str, Value]] = field(default_factory=list)

    def add(self, row: dict[str, Value]) -> None:
        """Append a row and show it at once: some take a minute."""
        if not self.rows:
            print(f"\n{self.title}\n", flush=True)
            print(self._line({column: column for column in self.columns}), flush=True)
        self.rows.append(row)
        print(self._line(row), flush=True)

    def data(self) -> dict[str, Any]:
        """The table for JSON."""
        return {"title": self.title, "rows": self.rows, "details": self.details}

    def _line(self, row: dict[str, Value]) -> str:
        cells = []
        for place, column in enumerate(self.columns):
            text = as_text(row.get(column))
            width = max(len(column), 44 if place == 0 else 10)
            cells.append(text.ljust(width) if place == 0 else text.rjust(width))
        return "  ".join(cells).rstrip()


def as_text(value: Value) -> str:
    """A value as a table shows it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:.3f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else value
