"""The frontier of memory against work as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.names import printable
from arenite.report.console import number, shorten
from arenite.report.picture import PictureFile, picture
from arenite.report.point_labels import point_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from arenite.search.exploration import Exploration, Point

INCHES = (7.2, 4.8)
COLOURS = {"arena": "#4477aa", "head": "#ee9944", "before": "#bb2233"}
TITLE_LENGTH = 60
KIB = 1024
LABEL_SHARE = (0.08, 0.04)
"""Width and height of the longest label, `98 to 99` in 7 points, as shares of the axes."""


def draw(found: Exploration, file: PictureFile) -> bytes:
    """The frontier as the content of a file; equal frontiers give equal bytes."""
    return picture(INCHES, lambda figure: _paint(figure.add_subplot(), found, file.or_title(_title(found))), file)


def _title(found: Exploration) -> str:
    before = found.before.head_bytes if found.minimize == "head" else found.before.arena_bytes
    least = round(min(_sizes(found.points, found.minimize), default=before / KIB) * KIB)
    return (
        f"{shorten(printable(found.source.name), TITLE_LENGTH)} for target {found.target.name}\n"
        f"{_NAMES[found.minimize]} from {number(before)} to {number(least)} bytes"
    )


def _paint(axes: Axes, found: Exploration, title: str) -> None:
    sizes = {which: _sizes(found.points, which) for which in _NAMES}
    if any(point.macs > found.before.macs for point in found.points):
        _steps(axes, found, sizes)
    else:
        _bars(axes, sizes)
    for style, size in (("--", found.before.arena_bytes), (":", found.before.head_bytes)):
        name = "arena" if style == "--" else "head"
        axes.axhline(size / KIB, color=COLOURS["before"], linewidth=1, linestyle=style, label=f"{name} of the file")
    axes.set_title(title, parse_math=False)
    axes.set_ylabel("KiB")
    axes.set_ylim(bottom=0)
    axes.grid(linewidth=0.4, color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.figure.legend(loc="outside lower center", ncols=4, frameon=False)


def _steps(axes: Axes, found: Exploration, sizes: dict[str, list[float]]) -> None:
    """Sizes over work: each size holds until the work for the next one is allowed."""
    work = found.before.macs or 1
    across = [100 * (point.macs / work - 1) for point in found.points]
    for name, heights in sizes.items():
        axes.step(across, heights, "o-", where="post", markersize=4, color=COLOURS[name], label=_NAMES[name])
    places = list(zip(across, sizes[found.minimize], strict=True))
    width, height = max(across) - min(0.0, *across), max(found.before.arena_bytes / KIB, *map(max, sizes.values()))
    for at, label in point_labels(places, (LABEL_SHARE[0] * width, LABEL_SHARE[1] * height)):
        axes.annotate(label, at, xytext=(3, 5), textcoords="offset points", fontsize=7)
    axes.set_xlabel("multiply-accumulates added, percent")
    axes.set_xlim(left=min(0.0, *across))


def _bars(axes: Axes, sizes: dict[str, list[float]]) -> None:
    """Sizes by point, where none takes more work."""
    width = 0.8 / len(sizes)
    for shift, (name, heights) in enumerate(sizes.items()):
        places = [place + (shift - 0.5) * width for place in range(len(heights))]
        axes.bar(places, heights, width, color=COLOURS[name], label=_NAMES[name])
    axes.set_xticks(range(len(next(iter(sizes.values())))))
    axes.set_xlabel("point; none adds multiply-accumulates")


_NAMES = {"arena": "arena to declare", "head": "head"}


def _sizes(points: tuple[Point, ...], which: str) -> list[float]:
    return [getattr(point, f"{which}_bytes") / KIB for point in points]
