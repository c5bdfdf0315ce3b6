"""Draws the pictures of docs/memory.md from what Arenite finds, so that they show what it really does.

python docs/images/draw.py      writes them beside this file

                   title
address |  +---------+                 A panel has a column for each scope and a box for each tensor. Pictures
        |  |  label  +-------+         follow the light or dark scheme of the system, on a ground of their own.
        +--+---------+-------+--
          in   0   1   2   3           operators
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import arenite
from arenite.report.console import number
from arenite.report.map_plot import shared_bytes
from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.search.memory_map import MappedBuffer, MemoryMap

WIDTH, HEIGHT, MARGIN, LINE = 340, 190, 16, 16
"""Pixels of the boxes of a panel, around each panel, and of a line of text."""
LETTER = 6.2
"""Pixels of a letter on average, to tell which labels fit into their boxes."""
TALL = 11
"""Pixels of height that a box needs for a label."""

STYLE = """\
.ground{fill:#fff}text{font:11px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}.title{font-weight:600}
.label{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-opacity:.7}
.before{text-anchor:end}.behind{text-anchor:start}
.box{stroke:#fff}.input{fill:#0072b2}.activation{fill:#8fc1e3}.output{fill:#007a5a}.scratch{fill:#e69f00}
.shared{fill:url(#hatch)}path{stroke:#1f2328}.mark{stroke:#c0392b;stroke-dasharray:5 3}
.most{fill:#c0392b;font-weight:600}
@media(prefers-color-scheme:dark){.ground{fill:#161b22}text{fill:#e6edf3}.box{stroke:#161b22}.input{fill:#2f9be0}
.activation{fill:#4d7fa6}.output{fill:#2bb38a}.scratch{fill:#e6a52a}path{stroke:#e6edf3}.mark{stroke:#ff7b72}
.most{fill:#ff7b72}.label{stroke:#161b22}}"""
HATCH = (
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V6"/></pattern>'
)


@dataclass(frozen=True)
class Box:
    """A rectangle over the scopes `first` to `last`, from `low` to `high` in the unit of its panel."""

    first: int
    last: int
    low: float
    high: float
    kind: str
    label: str = ""


@dataclass(frozen=True)
class Panel:
    """Boxes with a title. mark: where a dashed line goes. foot: a second line below the columns; most: red in it."""

    title: str
    scopes: int
    boxes: tuple[Box, ...]
    mark: int | None = None
    foot: tuple[str, ...] = ()
    most: str = ""


def drawn() -> dict[str, str]:
    """The pictures by the names of their files."""
    paper = arenite.zoo.build("paper")
    apart = arenite.optimize(paper, arenite.Options(overlap=False, verify=False))
    plan = arenite.optimize(paper, arenite.Options(target="tflm-reference", verify=False))
    whole = arenite.optimize(pair(), arenite.Options(target="c", verify=False))
    strips = arenite.optimize(pair(), arenite.Options(target="c", split=True, verify=False))
    in_rows = arenite.Options(target="c", split=True, ends=arenite.Ends(inputs="rows"), verify=False)
    held = arenite.optimize(shrinking(), arenite.Options(target="c", split=True, verify=False))
    rows = arenite.optimize(shrinking(), in_rows)
    return {
        "lifetimes.svg": picture([lifetimes(arenite.inspect(paper))]),
        "order.svg": picture([addresses("as filed", apart.maps[0]), addresses("in the best order", apart.maps[1])]),
        "overlap.svg": picture([addresses("apart", apart.maps[1]), addresses("with overlap", plan.maps[1])]),
        "strips.svg": picture([addresses("whole layers", whole.maps[1]), addresses("in strips", strips.maps[1])]),
        "streaming.svg": picture([addresses("image held", held.maps[1]), addresses("in rows", rows.maps[1])]),
    }


def pair() -> arenite.Model:
    """Two convolutions with a large tensor between small ones."""
    net = Builder("pair", seed=0)
    large = net.conv(net.input(16, 16, 2), 16, "large", kernel=3)
    return net.model(net.conv(large, 8, "small", kernel=3, stride=2))


def shrinking() -> arenite.Model:
    """Two convolutions that make an image smaller."""
    net = Builder("shrinking", seed=0)
    smaller = net.conv(net.input(16, 16, 8), 8, "smaller", kernel=3, stride=2)
    return net.model(net.conv(smaller, 8, "small", kernel=3, stride=2))


def lifetimes(seen: arenite.Inspection) -> Panel:
    """A row for each tensor from its producer to its last reader; the working sets are at the foot."""
    alive = [tensor for tensor in seen.tensors if tensor.first is not None and tensor.last is not None]
    rows = sorted(alive, key=lambda tensor: (tensor.first, tensor.last))
    boxes = (
        Box(tensor.first or 0, tensor.last or 0, row, row + 0.9, "activation", f"{tensor.name}: {number(tensor.bytes)}")
        for row, tensor in zip(reversed(range(len(rows))), rows, strict=True)
    )
    sets = [number(operator.working_set_bytes) for operator in seen.main.operators]
    return Panel("bytes alive", len(sets) + 1, tuple(boxes), foot=("", *sets), most=number(seen.peak_bytes))


def addresses(title: str, found: MemoryMap) -> Panel:
    """A box for each buffer at its address, and the bytes that buffers share."""
    shared = tuple(Box(*where, "shared") for where in shared_bytes(found))
    boxes = tuple(map(_box, found.buffers))
    return Panel(f"{title}: {number(found.head_bytes)} bytes", found.scopes, boxes + shared, found.head_bytes)


def _box(buffer: MappedBuffer) -> Box:
    label = buffer.name.rsplit("/", 1)[-1].partition(" of ")[0]  # "strip 3 of 8" is too long for a box
    return Box(buffer.first, buffer.last, buffer.address, buffer.end, buffer.kind, label)


def picture(panels: Sequence[Panel]) -> str:
    """Panels side by side on one scale, as SVG."""
    width = len(panels) * (WIDTH + 2 * MARGIN)
    height = HEIGHT + 2 * MARGIN + (4 if panels[0].foot else 3) * LINE
    top = max(box.high for panel in panels for box in panel.boxes)
    lines = [line for place, panel in enumerate(panels) for line in _panel(panel, place, HEIGHT / top)]
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
            f"<style>\n{STYLE}\n</style><defs>{HATCH}</defs>",
            f'<rect class="ground" width="{width}" height="{height}" rx="6"/>',
            *lines,
            "</svg>\n",
        ]
    )


def _panel(panel: Panel, place: int, scale: float) -> Iterator[str]:
    left, bottom = place * (WIDTH + 2 * MARGIN) + MARGIN, MARGIN + LINE + HEIGHT
    column = WIDTH / panel.scopes
    yield _text(left + WIDTH / 2, MARGIN + 4, panel.title, "title")
    labels = []
    for box in panel.boxes:
        x, wide = left + box.first * column, (box.last - box.first + 1) * column
        y, high = bottom - box.high * scale, (box.high - box.low) * scale
        yield f'<rect class="box {box.kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"/>'
        if box.label and LETTER * len(box.label) < wide and high >= TALL:
            labels.append(_text(x + wide / 2, y + high / 2 + 4, box.label, "label"))
        elif panel.foot:  # each row has one box, so that there is room beside it
            beside = (x - 4, "before") if x > left + WIDTH / 2 else (x + wide + 4, "behind")
            labels.append(_text(beside[0], y + high / 2 + 4, box.label, beside[1]))
    yield from labels
    if panel.mark is not None:
        yield f'<path class="mark" d="M{left} {bottom - panel.mark * scale:.1f}h{WIDTH}"/>'
    yield f'<path d="M{left} {bottom}h{WIDTH}"/>'
    if column >= 2 * LETTER:
        for scope in range(panel.scopes):
            yield _text(left + (scope + 0.5) * column, bottom + LINE, str(scope - 1) if scope else "in")
    for scope, entry in enumerate(panel.foot):
        kind = "most" if entry == panel.most else ""
        yield _text(left + (scope + 0.5) * column, bottom + 2 * LINE, entry, kind)
    yield _text(left + WIDTH / 2, bottom + (3 if panel.foot else 2) * LINE, "operator")


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    styled = f' class="{kind}"' if kind else ""
    return f'<text{styled} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>' if text else ""


if __name__ == "__main__":
    for name, content in drawn().items():
        (Path(__file__).parent / name).write_text(content, encoding="utf-8")
