"""Values of `explore --json` -> the section of the page with the frontier: a chart, and a command for each point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.report.console import number
from arenite.report.page.markup import plain
from arenite.report.point_labels import point_labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Values = Mapping[str, Any]

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, UPPER, LOWER = 84, 24, 24, 40
"""Size of the chart and its margins, in units of its own coordinates."""
LABEL = (56, 16)
"""Width and height of the longest label, `98 to 99` in bold letters of 12 units."""


def frontier(values: Values) -> str:
    """The section, as HTML."""
    rows = "\n".join(_row(place, point, values) for place, point in enumerate(values["points"]))
    heads = "".join(f'<th class="plain{name}" scope="col">{title}</th>' for title, name in _HEADS)
    return (
        '<section aria-labelledby="frontier">\n<h2 id="frontier">Less memory for more work</h2>\n'
        '<p class="hint">Each point is the smallest arena that was found for its work. The command of a point writes '
        "and verifies it.</p>\n"
        f"{_chart(values)}\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Table of the frontier"><table>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>\n</section>"
    )


_HEADS = (
    ("Point", " number"),
    ("Arena", " number"),
    ("Head", " number"),
    ("MACs", " number"),
    ("Command", ""),
)


def _row(place: int, point: Values, values: Values) -> str:
    work = _more(point, values)
    cells = (str(place), number(point["declare_bytes"]), number(point["head_bytes"]), f"{number(point['macs'])} {work}")
    numbers = "".join(f'<td class="number">{plain(cell.strip())}</td>' for cell in cells)
    command = f'<td class="command-cell"><code>{plain(point["command"])}</code></td>'
    return f"<tr>{numbers}{command}</tr>"


def _more(point: Values, values: Values) -> str:
    before = values["before"]["macs"]
    return f"(+{100 * (point['macs'] - before) / before:.1f} %)" if before and point["macs"] != before else ""


def _chart(values: Values) -> str:
    points, before = values["points"], values["before"]
    most: int = max(before["declare_bytes"], *(point["declare_bytes"] for point in points), 1)
    least = min(before["macs"], *(point["macs"] for point in points))
    span = max(max(point["macs"] for point in points) - least, 1)
    share = 100 * span / least if least else 0.0

    def height(size: int) -> float:
        return HEIGHT - LOWER - (HEIGHT - UPPER - LOWER) * size / most

    was, room = height(before["declare_bytes"]), WIDTH - LEFT - RIGHT
    places = [(LEFT + room * (point["macs"] - least) / span, height(point["declare_bytes"])) for point in points]
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places)
    labels = "".join(
        f'<text class="label" x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{label}</text>'
        for (x, y), label in point_labels(places, LABEL)
    )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{plain(_words(points))}">'
        f'<path class="axis" d="M{LEFT} {UPPER}V{HEIGHT - LOWER}H{WIDTH - RIGHT}" fill="none"/>'
        f'<path class="before" d="M{LEFT} {was:.1f}H{WIDTH - RIGHT}"/>'
        f'<text x="{WIDTH - RIGHT}" y="{was - 7:.1f}" text-anchor="end">the file as it is: '
        f"{number(before['declare_bytes'])} bytes</text>"
        f'<path class="steps" d="{_steps(places)}"/>{dots}{labels}'
        f'<text x="{LEFT - 8}" y="{HEIGHT - LOWER}" text-anchor="end">0</text>'
        f'<text x="{LEFT - 8}" y="{UPPER + 4}" text-anchor="end">{number(most)}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 14}">{number(least)} MACs</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 14}" text-anchor="end">+{share:.1f} % MACs</text>'
        "</svg>"
    )


def _steps(places: Sequence[tuple[float, float]]) -> str:
    """A staircase: between two points, the smaller arena takes the work of the second."""
    (x, y), *others = places
    return f"M{x:.1f} {y:.1f}" + "".join(f"H{right:.1f}V{down:.1f}" for right, down in others)


def _words(points: Sequence[Values]) -> str:
    first, last = points[0], points[-1]
    return (
        f"{len(points)} points, from an arena of {number(first['declare_bytes'])} bytes for {number(first['macs'])} "
        f"multiply-accumulates to {number(last['declare_bytes'])} bytes for {number(last['macs'])}"
    )
