"""A model as a picture: its memory map, and below it every operator's working set in three parts, with the peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.names import printable
from arenite.report.console import number, shorten
from arenite.report.map_plot import COLOURS as MAP_COLOURS
from arenite.report.map_plot import legend_of, paint_map, unit_of
from arenite.report.picture import PictureFile, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from arenite.search.inspection import Inspection
    from arenite.search.memory_map import MemoryMap

COLOURS = {"inputs": MAP_COLOURS["input"], "outputs": MAP_COLOURS["output"], "bystanders": "#dddddd"}
PEAK_COLOUR = "#bb2233"
MOST_NAMES = 48
"""Most operators whose labels show names; with more operators labels are positions."""
LABEL_LENGTH = 26
"""Most characters of an operator's name in a label or title."""
TITLE_LENGTH = 60
"""Most characters of the model's name in the title."""
INCHES = {"least": 6.4, "most": 14.0, "margin": 2.0, "operator": 0.26, "height": 8.0}
"""Least and greatest width, width of the margins, width per operator, and the height."""
NARROW_BARS = 150
"""Operators above which bars have no gaps between them."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Data of the chart. `parts` are bytes per operator, from the bottom of the stack up.

    `ticks` are the positions of operators with a label, `labels` their labels; `pinned` is the position of the first
    operator at the peak.
    """

    title: str
    parts: dict[str, tuple[int, ...]]
    peak: int
    pinned: int | None
    ticks: tuple[int, ...]
    labels: tuple[str, ...]

    @property
    def operators(self) -> int:
        """Number of operators."""
        return len(self.parts["inputs"])

    @property
    def named(self) -> bool:
        """Whether labels are names of operators, not positions."""
        return len(self.ticks) == self.operators


def chart(inspection: Inspection) -> Chart:
    """The chart of the inspection's main graph. With many operators only every n-th one gets a label."""
    operators = inspection.main.operators
    count = len(operators)
    if count <= MOST_NAMES:
        ticks = tuple(range(count))
        labels = tuple(f"{shorten(printable(entry.name), LABEL_LENGTH)}  {entry.index}" for entry in operators)
    else:
        step = next(
            step for power in range(9) for step in (10**power, 2 * 10**power, 5 * 10**power) if count / step <= 25
        )
        ticks = tuple(range(0, count, step))
        labels = tuple(map(number, ticks))
    return Chart(
        title=_title(inspection),
        parts={
            "inputs": tuple(entry.input_bytes for entry in operators),
            "outputs": tuple(entry.output_bytes for entry in operators),
            "bystanders": tuple(entry.bystander_bytes for entry in operators),
        },
        peak=inspection.peak_bytes,
        pinned=inspection.peak_operator,
        ticks=ticks,
        labels=labels,
    )


def _title(inspection: Inspection) -> str:
    title = f"{shorten(printable(inspection.model), TITLE_LENGTH)}\npeak {number(inspection.peak_bytes)} bytes"
    if inspection.peak_operator is None:
        return title
    pinning = inspection.main.operators[inspection.peak_operator]
    return f"{title} at operator {pinning.index} {shorten(printable(pinning.name), LABEL_LENGTH)}"


def draw(chart: Chart, found: MemoryMap, file: PictureFile) -> bytes:
    """The map above the chart as the content of a file; equal drawings give equal bytes."""
    width = INCHES["margin"] + INCHES["operator"] * chart.operators
    return picture(
        (min(INCHES["most"], max(INCHES["least"], width)), INCHES["height"]),
        lambda figure: _paint(figure, chart, found, file.or_title(chart.title)),
        file,
    )


def _paint(figure: Figure, chart: Chart, found: MemoryMap, title: str) -> None:
    above, below = figure.subplots(2, 1)
    above.set_title(title, parse_math=False)
    name, unit = unit_of(found.head_bytes)
    paint_map(above, found, unit)
    above.set_ylim(0, max(found.head_bytes / unit * 1.06, 1))
    above.set_ylabel(f"address, {name}")
    if found.scopes == chart.operators + 1:
        above.set_xticks(chart.ticks, map(number, chart.ticks))
    else:
        above.set_xlabel("step: graphs that control flow runs have some of their own")
    above.legend(handles=legend_of(found), loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    _draw_parts(below, chart)
    _draw_peak(below, chart)
    _label(below, chart)
    below.set_xlim(above.get_xlim()[0], max(chart.operators, 1) - 0.5)  # as in the map without control flow


def _draw_parts(axes: Axes, chart: Chart) -> None:
    _, unit = unit_of(chart.peak)
    positions = range(chart.operators)
    base = [0.0] * chart.operators
    gap = 0.85 if chart.operators <= NARROW_BARS else 1.0
    for name, part in chart.parts.items():
        heights = [size / unit for size in part]
        if gap < 1.0:
            axes.bar(positions, heights, gap, bottom=base, color=COLOURS[name], label=name)
        else:
            tops = [low + height for low, height in zip(base, heights, strict=True)]
            edges = [position - 0.5 for position in range(chart.operators + 1)]
            axes.stairs(tops, edges, baseline=base, fill=True, color=COLOURS[name], label=name)
        base = [low + height for low, height in zip(base, heights, strict=True)]


def _draw_peak(axes: Axes, chart: Chart) -> None:
    _, unit = unit_of(chart.peak)
    axes.axhline(chart.peak / unit, color=PEAK_COLOUR, linewidth=1.0, linestyle="--", label="peak")
    if chart.pinned is not None:
        axes.plot([chart.pinned], [chart.peak / unit], marker="v", color=PEAK_COLOUR, clip_on=False)


def _label(axes: Axes, chart: Chart) -> None:
    name, unit = unit_of(chart.peak)
    axes.set_ylabel(f"working set, {name}")
    axes.set_xlabel("operator")
    axes.set_ylim(0, max(chart.peak / unit * 1.06, 1))
    axes.set_xticks(chart.ticks, chart.labels, rotation=90 if chart.named else 0, parse_math=False)
    axes.grid(axis="y", linewidth=0.4, color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    handles, names = axes.get_legend_handles_labels()
    by_name = dict(zip(names, handles, strict=True))
    in_order = {name: by_name[name] for name in (*chart.parts, "peak")}
    axes.legend(in_order.values(), in_order, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
