"""Memory maps as a picture: before and after side by side on one scale, a rectangle for each buffer.

KiB |                      |
 72 |   +--+               |
    |   |  |               |  +--+        Addresses are upward, operators to the right. Bytes that two buffers
    |+--+  |               |  |  |        share while both are alive are hatched.
  0 ++--+--+--------       +--+--+-----
        before                 after
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.names import printable
from arenite.report.console import number, shorten
from arenite.report.picture import PictureFile, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    from arenite.search.memory_map import Kind, MemoryMap

INCHES = (9.6, 4.2)
COLOURS: dict[Kind, str] = {
    "input": "#4477aa",
    "activation": "#66aa88",
    "output": "#ee9944",
    "scratch": "#bbbbbb",
    "variable": "#aa6688",
    "unused": "#dddddd",
}
EDGE, PEAK = "#333333", "#bb2233"
HATCH = "////"
MOST_EDGES = 400
"""Buffers up to which each has an edge; with more, edges would cover the colors."""
TITLE_LENGTH = 60
"""Most characters of the model's name in the title."""
KIB = 1024
_LEFT = 1.5
"""Scope minus the left edge of its column: operator i runs in scope i + 1, and columns are centered on operators."""


def draw(before: MemoryMap, after: MemoryMap, file: PictureFile) -> bytes:
    """Both maps as the content of a file; equal maps give equal bytes."""
    title = f"{shorten(printable(before.model), TITLE_LENGTH)} for target {before.target}"
    return picture(INCHES, lambda figure: _paint(figure, before, after, file.or_title(title)), file)


def _paint(figure: Figure, before: MemoryMap, after: MemoryMap, title: str) -> None:
    left, right = figure.subplots(1, 2, sharey=True)
    height = max(before.head_bytes, after.head_bytes, 1) / KIB
    for axes, found, name in ((left, before, "before"), (right, after, "after")):
        paint_map(axes, found)
        axes.set_title(f"{name}: tensors and scratch in {number(found.head_bytes)} bytes", fontsize=9)
        axes.set_xlabel("operator")
        axes.set_ylim(0, 1.04 * height)
    left.set_ylabel("address, KiB")
    figure.suptitle(title, fontsize=10, parse_math=False)
    handles = legend_of(before, after)
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles) or 1, frameon=False)


def paint_map(axes: Axes, found: MemoryMap) -> None:
    """Draw a map: addresses in KiB upward, to the right one column for each scope, operator i at i."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    edge = EDGE if len(found.buffers) <= MOST_EDGES else "none"
    for kind, colour in COLOURS.items():
        patches = [
            Rectangle((each.first - _LEFT, each.address / KIB), each.last - each.first + 1, each.size / KIB)
            for each in found.buffers
            if each.kind == kind and each.size and each.last >= 0
        ]
        axes.add_collection(PatchCollection(patches, facecolor=colour, edgecolor=edge, linewidth=0.4))
    axes.add_collection(
        PatchCollection(
            [
                Rectangle((first - _LEFT, low / KIB), last - first + 1, (high - low) / KIB)
                for first, last, low, high in shared_bytes(found)
            ],
            facecolor="none",
            edgecolor=EDGE,
            hatch=HATCH,
            linewidth=0,
        )
    )
    axes.axhline(found.head_bytes / KIB, color=PEAK, linewidth=1, linestyle="--")
    axes.set_xlim(-_LEFT, max(found.scopes, 1) - _LEFT)
    axes.spines[["top", "right"]].set_visible(False)


def shared_bytes(found: MemoryMap) -> list[tuple[int, int, int, int]]:
    """Bytes that two buffers share while both are alive: first and last scope, lowest address and end."""
    result = []
    for place, buffer in enumerate(found.buffers):
        for other in (found.buffers[each.buffer] for each in buffer.shares if each.buffer > place):
            first, last = max(buffer.first, other.first), min(buffer.last, other.last)
            result.append((first, last, max(buffer.address, other.address), min(buffer.end, other.end)))
    return result


def legend_of(*maps: MemoryMap) -> list[Patch]:
    """A key to the colors and the hatching in these maps."""
    from matplotlib.patches import Patch

    shown = {buffer.kind for found in maps for buffer in found.buffers if buffer.size and buffer.last >= 0}
    handles = [Patch(facecolor=colour, edgecolor=EDGE, label=kind) for kind, colour in COLOURS.items() if kind in shown]
    if any(map(shared_bytes, maps)):
        handles.append(Patch(facecolor="white", edgecolor=EDGE, hatch=HATCH, label="shared"))
    return handles
