"""Memory maps as a picture: before and after side by side on one scale, a rectangle for each buffer.

KiB |                      |
 72 |   +--+               |
    |   |  |               |  +--+        Addresses are upward, operators to the right. Bytes that two buffers
    |+--+  |               |  |  |        share while both are alive are hatched.
  0 ++--+--+--------       +--+--+-----
        before                 after
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.names import printable
from arenite.report.console import number, shorten
from arenite.report.picture import PictureFile, picture

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from arenite.search.memory_map import Kind, MemoryMap

INCHES = (9.6, 4.2)
COLOURS: dict[Kind, str] = {
    "input": "#0072b2",
    "activation": "#8fc1e3",
    "output": "#007a5a",
    "scratch": "#e69f00",
    "variable": "#cc79a7",
    "unused": "#b5b5b5",
}
"""Colors of kinds of buffers, as in the light theme of the page (`page.css`)."""
EDGE, PEAK = "#333333", "#bb2233"
_HEAD_LINE: dict[str, Any] = {"color": PEAK, "linewidth": 1, "linestyle": "--"}
HATCH = "////"
MOST_EDGES = 400
"""Buffers up to which each has an edge; with more, edges would cover the colors."""
TITLE_LENGTH = 60
"""Most characters of the model's name in the title."""
LEAST_KIB = 4
"""Size in KiB from which on an axis counts KiB, not bytes."""
_LEFT = 1.5
"""Scope s is drawn from s - 1.5 to s - 0.5, so that operator i, which runs in scope i + 1, is centered at i."""
_UNUSED_SHARE = 1 / 40
"""Share of the width for tensors that no operator uses. They are alive in no scope, yet TFLM reserves bytes for them.
So they are drawn left of the first scope."""


def unit_of(size: int) -> tuple[str, int]:
    """Name and bytes of the unit of an axis that reaches up to `size` bytes."""
    return ("KiB", 1024) if size >= LEAST_KIB * 1024 else ("bytes", 1)


def draw(before: MemoryMap, after: MemoryMap, file: PictureFile) -> bytes:
    """Both maps as the content of a file; equal maps give equal bytes."""
    title = f"{shorten(printable(before.model), TITLE_LENGTH)} for target {before.target}"
    return picture(INCHES, lambda figure: _paint(figure, before, after, file.or_title(title)), file)


def _paint(figure: Figure, before: MemoryMap, after: MemoryMap, title: str) -> None:
    left, right = figure.subplots(1, 2, sharey=True)
    height = max(before.head_bytes, after.head_bytes, 1)
    name_of_unit, unit = unit_of(height)
    for axes, found, name in ((left, before, "before"), (right, after, "after")):
        paint_map(axes, found, unit)
        axes.set_title(f"{name}: tensors and scratch in {number(found.head_bytes)} bytes", fontsize=9)
        axes.set_xlabel("operator")
        axes.set_ylim(0, 1.04 * height / unit)
    left.set_ylabel(f"address, {name_of_unit}")
    figure.suptitle(title, fontsize=10, parse_math=False)
    handles = legend_of(before, after)
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles) or 1, frameon=False)


def paint_map(axes: Axes, found: MemoryMap, unit: int) -> None:
    """Draw a map: addresses upward in units of so many bytes, a column for each scope, operator i at i."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle
    from matplotlib.ticker import MaxNLocator

    edge = EDGE if len(found.buffers) <= MOST_EDGES else "none"
    scopes = max(found.scopes, 1)
    unused = any(each.kind == "unused" and each.size for each in found.buffers)
    margin = max(1.0, scopes * _UNUSED_SHARE) if unused else 0.0
    for kind, colour in COLOURS.items():
        patches = []
        for each in found.buffers:
            if each.kind == kind and each.size:
                left, width = (-margin, margin) if kind == "unused" else (each.first, each.last - each.first + 1)
                patches.append(Rectangle((left - _LEFT, each.address / unit), width, each.size / unit))
        axes.add_collection(PatchCollection(patches, facecolor=colour, edgecolor=edge, linewidth=0.4))
    axes.add_collection(
        PatchCollection(
            [
                Rectangle((first - _LEFT, low / unit), last - first + 1, (high - low) / unit)
                for first, last, low, high in shared_bytes(found)
            ],
            facecolor="none",
            edgecolor=EDGE,
            hatch=HATCH,
            linewidth=0,
        )
    )
    axes.axhline(found.head_bytes / unit, **_HEAD_LINE)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(lambda at, _: f"{at:.0f}" if at >= 0 else "")  # scope 0 is before any operator
    axes.set_xlim(-_LEFT - margin, scopes - _LEFT)
    axes.spines[["top", "right"]].set_visible(False)


def shared_bytes(found: MemoryMap) -> list[tuple[int, int, int, int]]:
    """Bytes that two buffers share while both are alive: first and last scope, lowest address and end."""
    result = []
    for place, buffer in enumerate(found.buffers):
        for other in (found.buffers[each.buffer] for each in buffer.shares if each.buffer > place):
            first, last = max(buffer.first, other.first), min(buffer.last, other.last)
            result.append((first, last, max(buffer.address, other.address), min(buffer.end, other.end)))
    return result


def legend_of(*maps: MemoryMap) -> list[Artist]:
    """A key to the colors, the hatching and the line in these maps."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = {buffer.kind for found in maps for buffer in found.buffers if buffer.size}
    handles: list[Artist] = [
        Patch(facecolor=colour, edgecolor=EDGE, label=kind) for kind, colour in COLOURS.items() if kind in shown
    ]
    if any(map(shared_bytes, maps)):
        handles.append(Patch(facecolor="white", edgecolor=EDGE, hatch=HATCH, label="shared"))
    handles.append(Line2D([], [], label="head", **_HEAD_LINE))
    return handles
