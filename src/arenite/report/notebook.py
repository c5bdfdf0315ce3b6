"""Model, Plan, Inspection, Exploration -> HTML for a notebook: a table each, and small pictures in SVG.

Every text goes through `plain`, and lists are cut, so that no model makes it longer than `MOST_BYTES`. Colors are the
notebook's own (`currentColor`) or readable on white and on black.
"""

from __future__ import annotations

from collections import Counter
from functools import singledispatch
from typing import TYPE_CHECKING

from arenite.model import Model, Tensor
from arenite.names import SHORT_NAME, printable
from arenite.operators.constants import weights_bytes
from arenite.report.console import number
from arenite.report.explore import in_strips
from arenite.report.map_plot import COLOURS
from arenite.report.optimize import arenas, change, costs, proof, strips_line, verified
from arenite.report.page.markup import plain
from arenite.search.exploration import Exploration
from arenite.search.inspection import Inspection
from arenite.search.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arenite.search.memory_map import MappedBuffer, MemoryMap

MOST_BYTES = 20_000
"""Most bytes of the HTML of an object: notebooks keep it in their file with each cell that shows it."""
_LINES = 6
"""Entries of a list that are shown, such as inputs, notes or stretches in strips."""
_LINE_LENGTH = 240
"""Characters of a sentence that are shown; notes may name many operators."""
_POINTS = 24
"""Points of a frontier that are shown; a search lays out fewer."""
_RECTANGLES = 160
"""Buffers of a memory map that are drawn, the largest ones: each takes about 20 bytes of SVG."""
_COLUMNS = 300
"""Bars of a chart of working sets; of more operators, the largest of each group is drawn."""
_WIDTH, _HEIGHT = 300, 120
"""Units of a picture. A notebook scales it to its own width."""


@singledispatch
def html_of(shown: object) -> str:
    """The HTML of an object.

    Raises:
        TypeError: there is none for objects of this kind.
    """
    raise TypeError(f"no HTML is known for {type(shown).__name__}")


@html_of.register(Model)
def _(model: Model) -> str:
    graph = model.main
    kinds = Counter(operator.label for each in model.graphs for operator in each.operators)
    rows = [
        ("inputs", _tensors(graph.inputs)),
        ("outputs", _tensors(graph.outputs)),
        ("operators", _several(f"{number(count)} {_short(kind)}" for kind, count in kinds.most_common())),
        ("tensors", number(sum(len(each.tensors) for each in model.graphs))),
        ("weights", f"{number(weights_bytes(model))} bytes"),
        ("memory plan", "none" if model.plan is None else f"for {_short(model.target or 'a target that is not told')}"),
    ]
    if len(model.graphs) > 1:
        rows.append(("graphs", number(len(model.graphs))))
    return _block(_short(model.name), _table((), rows))


@html_of.register(Plan)
def _(plan: Plan) -> str:
    rows = [arenas(plan), *costs(plan), ("MACs", plan.before.macs, plan.after.macs)]
    cells = [(name, number(before), number(after), change(before, after)) for name, before, after in rows]
    said = [proof(plan), *(strips_line(each, plan.before.macs) for each in plan.strips), *verified(plan), *plan.notes]
    before, after = plan.maps
    pictures = _maps(before, after) if plan.changed else _maps(after)
    return _block(
        f"{_short(plan.source.name)} for target {plan.target.name}",
        _table(("bytes", "before", "after", ""), cells),
        pictures,
        *map(_line, said[:_LINES]),
    )


@html_of.register(Inspection)
def _(found: Inspection) -> str:
    least = "" if found.arena.exact else "at least "
    rows = [
        ("arena to declare", f"{least}{number(found.arena.declare_bytes)} bytes"),
        ("head: activations and scratch", f"{number(found.head_bytes)} bytes"),
        ("peak", f"{number(found.peak_bytes)} bytes; no order has less than {number(found.lower_bound_bytes)}"),
        ("weights", f"{number(found.weights_bytes)} bytes"),
        ("MACs", number(found.macs)),
        ("operators", number(len(found.main.operators))),
    ]
    said = [*_pins(found), *(f"{found.target.name} cannot run {each}" for each in found.refusals), *found.notes]
    bars = _bars([operator.working_set_bytes for operator in found.main.operators])
    title = f"{_short(found.model)} for target {found.target.name}"
    return _block(title, _table((), rows), bars, *map(_line, said[:_LINES]))


@html_of.register(Exploration)
def _(found: Exploration) -> str:
    before = found.before
    rows = [("", number(before.arena_bytes), number(before.head_bytes), number(before.macs), "", "the file as it is")]
    for place, point in enumerate(found.points[:_POINTS]):
        sizes = number(point.arena_bytes), number(point.head_bytes), number(point.macs)
        strips = _short(in_strips(point))
        rows.append((str(place), *sizes, change(before.arena_bytes, point.arena_bytes), strips))
    title = f"{_short(found.source.name)} for target {found.target.name}"
    heads = ("point", "arena", "head", "MACs", "arena", "operators in strips")
    return _block(title, _table(heads, rows), *map(_line, found.notes[:_LINES]))


def _short(name: str, length: int = SHORT_NAME) -> str:
    """A name or a sentence, cut after its invisible characters have become escapes, which are longer."""
    return printable(printable(name), length)


def _several(texts: Iterable[str]) -> str:
    """The first of the texts, and how many more there are."""
    listed = list(texts)
    more = [f"{number(len(listed) - _LINES)} more"] if len(listed) > _LINES else []
    return ", ".join(listed[:_LINES] + more) or "none"


def _tensors(tensors: Sequence[Tensor]) -> str:
    return _several(f"{_short(each.name)} {each.type.name.lower()}{list(each.shape)}" for each in tensors)


def _pins(found: Inspection) -> Iterator[str]:
    """A sentence with the operator that sets the peak, and the tensors alive then."""
    if found.peak_operator is None:
        return
    operator, tensors = found.main.operators[found.peak_operator], found.tensors
    alive = sorted((tensors[index] for index in operator.alive), key=lambda each: -each.bytes)
    held = _several(f"{_short(each.name)} ({number(each.bytes)})" for each in alive)
    yield f"The peak is at operator {operator.index}, {_short(operator.name)}, while these are alive: {held}"


def _block(title: str, *parts: str) -> str:
    return f"<div><strong>{plain(title)}</strong>{''.join(parts)}</div>"


def _line(text: str) -> str:
    return f'<div style="opacity:.8">{plain(_short(text, _LINE_LENGTH))}</div>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names the rows; figures, which are in all but the last, are at the right."""
    head = "".join(f'<th scope="col">{plain(each)}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def _cells(row: Sequence[str]) -> Iterator[str]:
    first, *others = row
    yield f'<th scope="row" style="text-align:left">{plain(first)}</th>'
    side = "left" if len(row) == 2 else "right"
    yield from (f'<td style="text-align:{side}">{plain(each)}</td>' for each in others)


def _maps(*maps: MemoryMap) -> str:
    """Memory maps on one scale, side by side where there is room, and what the colors mean."""
    height = max(1, *(found.head_bytes for found in maps))
    names = ("before", "after") if len(maps) > 1 else ("as it is",)
    drawn = "".join(_map(found, name, height) for found, name in zip(maps, names, strict=True))
    kinds = {buffer.kind for found in maps for buffer in found.buffers if buffer.size}
    colors = [(kind, color) for kind, color in COLOURS.items() if kind in kinds]
    legend = " ".join(f'<span style="color:{color}">&#9632;</span> {kind}' for kind, color in colors)
    return f"{drawn}<div>{legend}</div>"


def _map(found: MemoryMap, name: str, height: int) -> str:
    """The addresses of the largest buffers over time: a path for each kind of buffer."""
    alive = [each for each in found.buffers if each.size and each.last >= 0]
    drawn = sorted(alive, key=lambda each: -each.size * (each.last - each.first + 1))[:_RECTANGLES]
    across, up = _WIDTH / max(found.scopes, 1), _HEIGHT / height
    paths = "".join(
        f'<path d="{"".join(_rectangle(each, across, up) for each in drawn if each.kind == kind)}" fill="{color}"/>'
        for kind, color in COLOURS.items()
        if any(each.kind == kind for each in drawn)
    )
    top = round(_HEIGHT - found.head_bytes * up)
    limit = f'<path d="M0 {top}h{_WIDTH}" stroke="currentColor" stroke-dasharray="4"/>'
    part = "" if len(drawn) == len(alive) else f", the largest {number(len(drawn))} of {number(len(alive))} buffers"
    label = f"Addresses over time, {name}: {number(found.head_bytes)} bytes{part}"
    return _picture(label, f'<g fill-opacity=".75" stroke="currentColor" stroke-width=".3">{paths}</g>{limit}')


def _rectangle(each: MappedBuffer, across: float, up: float) -> str:
    left, right = round(each.first * across), round((each.last + 1) * across)
    top, bottom = round(_HEIGHT - each.end * up), round(_HEIGHT - each.address * up)
    width, height = max(1, right - left), max(1, bottom - top)
    return f"M{left} {top}h{width}v{height}h-{width}z"


def _bars(sizes: Sequence[int]) -> str:
    """The working sets of operators in their order."""
    if not sizes:
        return ""
    each = -(-len(sizes) // _COLUMNS)
    tops = [max(sizes[place : place + each]) for place in range(0, len(sizes), each)]
    width, most = _WIDTH / len(tops), max(1, *tops)
    path = "".join(f"V{_HEIGHT - round(_HEIGHT * top / most)}h{width:.3g}" for top in tops)
    label = f"Working sets of {number(len(sizes))} operators, at most {number(max(sizes))} bytes"
    return _picture(label, f'<path d="M0 {_HEIGHT}{path}V{_HEIGHT}z" fill="{COLOURS["activation"]}"/>')


def _picture(label: str, content: str) -> str:
    return (
        f'<figure style="display:inline-block;margin:4px 8px 4px 0"><svg role="img" aria-label="{plain(label)}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">{content}</svg>'
        f"<figcaption>{plain(label)}</figcaption></figure>"
    )
