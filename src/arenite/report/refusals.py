"""Operators that a target cannot run, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from arenite.names import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from arenite.backends.target import Target
    from arenite.search.runnable import Refusal


def refusals_as_json(refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    """The refusals as JSON values; docs/json.md documents the keys."""
    return [
        {
            "name": refusal.name,
            "reason": refusal.reason,
            "operators": [{"graph": graph, "index": index} for graph, index in refusal.operators],
        }
        for refusal in refusals
    ]


def refused(refusals: Iterable[Refusal], target: Target) -> Iterator[Text]:
    """A line per operator kind and reason."""
    for each in refusals:
        yield Text(f"Warning: {target.name} cannot run {printable(str(each))}", style="red")
