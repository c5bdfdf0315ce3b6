"""What passes count of a change, and the words for counts in the sentences that say what a pass did."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model, Operator


def gone(before: Model, after: Model) -> int:
    """Number of operators that a pass removed from the main graph."""
    return len(before.main.operators) - len(after.main.operators)


def fewer(before: Model, after: Model, holds: Callable[[Operator], object]) -> int:
    """Number of operators for which `holds` is true that a pass removed, over all graphs."""
    one, other = (
        sum(1 for graph in model.graphs for operator in graph.operators if holds(operator)) for model in (before, after)
    )
    return one - other


def number(count: int, one: str, many: str) -> str:
    """A count with the words for one thing or for several: "1 bias is", "2 biases are"."""
    return f"1 {one}" if count == 1 else f"{count} {many}"


def flash(before: Model, after: Model) -> int:
    """Bytes by which the contents of constants grow."""
    old, new = (
        sum(
            len(data)
            for data in {tensor.data for graph in model.graphs for tensor in graph.tensors}
            if data is not None
        )
        for model in (before, after)
    )
    return new - old
