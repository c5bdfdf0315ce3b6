"""A layout of buffers without a model, in sentences and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.problems.placement import Layout
    from arenite.search.buffer_list import BufferList


def layout_sentences(buffers: BufferList, layout: Layout, capacity: int | None, *, timed_out: bool) -> Iterator[str]:
    """What a person reads: bytes, whether fewer are possible, and whether the capacity is kept to."""
    count = len(buffers.rows)
    yield f"{buffers.name}: {layout.height:,} bytes for {count:,} buffer{'' if count == 1 else 's'}"
    if layout.optimal:
        yield "Optimal: no layout takes less"
    else:
        gap = 100 * (layout.height - layout.lower_bound) / layout.height
        yield f"At least {layout.lower_bound:,} bytes are needed; at most {gap:.2f} % could be saved"
    if capacity is not None and layout.height > capacity:
        reason = "cannot be reached" if layout.lower_bound > capacity else "was not reached"
        yield f"A capacity of {capacity:,} bytes {reason}"
    if timed_out:
        yield "The time limit ended the search; another run may find something else"


def layout_as_json(buffers: BufferList, layout: Layout, *, fits: bool, timed_out: bool) -> dict[str, Any]:
    """The same as JSON values; the keys are documented in docs/json.md."""
    return {
        "buffers": len(buffers.rows),
        "height_bytes": layout.height,
        "lower_bound_bytes": layout.lower_bound,
        "optimal": layout.optimal,
        "fits": fits,
        "timed_out": timed_out,
        "offsets": list(layout.offsets),
    }
