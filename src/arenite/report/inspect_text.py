"""An inspection as text: what to declare, what pins the peak, the operators; tensors and constants on request."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from arenite.names import printable, short_names
from arenite.report.arena import arena_table, at_least, declaration, estimate
from arenite.report.columns import Column, Columns, Pieces, Row
from arenite.report.console import Name, figure, label, number, print_report, table
from arenite.report.map_text import map_lines
from arenite.report.refusals import refused
from arenite.report.validity import origin_line, validity_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TextIO

    from rich.console import RenderableType
    from rich.table import Table

    from arenite.search.inspection import InspectedGraph, InspectedOperator, InspectedTensor, Inspection
    from arenite.search.memory_map import MemoryMap

BAR_CELLS = 20
"""Cells of a bar at the peak."""
PARTS = (("█", "blue", "inputs"), ("▓", "dark_orange", "outputs"), ("░", "bright_black", "bystanders"))
PEAK_STYLE = "bold red"
FAINT = "dim"
MOST_PINNING = 10
"""Most tensors that the report names as pinning the peak."""

OPERATOR_COLUMNS = (
    Column("#", right=True),
    Column("operator", names=True),
    Column("working set", right=True),
    Column(" " * BAR_CELLS),
    Column("tensors", right=True),
    Column("MACs", right=True),
)
WHY_COLUMNS = (Column("#", right=True), Column("operator"), Column("why it stays whole", names=True))
TENSOR_COLUMNS = (
    Column("#", right=True),
    Column("tensor", names=True),
    Column("shape"),
    Column("type"),
    Column("bytes", right=True),
    Column("alive"),
)


PIPED_CELLS = 100
"""Width of a report that no terminal shows: what mails, logs and reviews show without wrapping."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What to print beside the figures and the operators.

    tensors: the tensors that are computed; constants: those that the file holds. why: for each operator that cannot be
    executed in strips, the reason.
    """

    tensors: bool = False
    constants: bool = False
    why: bool = False


def print_inspection(inspection: Inspection, drawn: MemoryMap | None, parts: Parts, stream: TextIO) -> None:
    """Print what a model needs, its memory as it is `drawn`, what pins its peak, its operators, and further parts."""
    print_report(_report(inspection, drawn, parts), stream, piped=PIPED_CELLS)


def _report(inspection: Inspection, drawn: MemoryMap | None, parts: Parts) -> Iterator[RenderableType]:
    size = f"{at_least(inspection.arena)}{number(inspection.arena.declare_bytes)} bytes"
    runs = not inspection.refusals
    yield Text(declaration(printable(inspection.model), inspection.target, size, runs=runs), style="bold")
    yield arena_table(inspection.arena, inspection.target)
    yield from map(Text, estimate(inspection.arena))
    yield from refused(inspection.refusals, inspection.target)
    yield from _plan(inspection)
    for note in inspection.notes:
        yield Text(f"Note: {printable(note)}")
    yield ""
    yield _summary(inspection)
    if drawn is not None:
        yield ""
        yield from map_lines(drawn)
    shown = short_names(tensor.name for tensor in inspection.tensors)
    for position, graph in enumerate(inspection.graphs):
        yield ""
        if len(inspection.graphs) > 1:
            yield Text(f"Graph {position}: {printable(graph.name) or '(no name)'}", style="bold")
        yield _operators(graph, inspection.peak_bytes, inspection.peak_operator if position == 0 else None)
        rows = [tensor for tensor in graph.tensors if (parts.constants if tensor.constant else parts.tensors)]
        if rows:
            yield ""
            yield _tensors(graph, rows, shown, inspection.peak_tensors)
    yield ""
    yield _legend(lifetimes=parts.tensors)
    if parts.why:
        yield from _obstacles(inspection.main)


def _obstacles(graph: InspectedGraph) -> Iterator[RenderableType]:
    """Operators that `optimize --split` has to leave whole, and the reasons."""
    yield ""
    whole = [operator for operator in graph.operators if operator.cannot_split is not None]
    count = len(graph.operators)
    if not whole:
        yield Text(f"All {number(count)} operators can be executed in strips", style="bold")
        return
    yield Text(f"{number(len(whole))} of {number(count)} operators cannot be executed in strips", style="bold")
    rows = [Row((str(operator.index), operator.name, operator.cannot_split or "")) for operator in whole]
    yield Columns(WHY_COLUMNS, rows)


def _plan(inspection: Inspection) -> Iterator[Text]:
    """Lines about the file's memory plan."""
    if inspection.plan is not None:
        yield Text(f"{origin_line(inspection.plan)}. {validity_line(inspection.plan)}")
        why = inspection.plan.fault(inspection.target)
        if why is not None:
            yield Text(f"Warning: {why}", style=PEAK_STYLE)


def bar(parts: Iterable[int], peak: int) -> list[int]:
    """Cells for each of `parts` (bytes); the peak fills the bar. Rounds running sums, so that errors do not add up."""
    cells, total, drawn = [], 0, 0
    for part in parts:
        total += part
        end = round(BAR_CELLS * total / peak) if peak else 0
        cells.append(end - drawn)
        drawn = end
    return cells


def lifetime(tensor: InspectedTensor, scopes: Sequence[int]) -> str:
    """Positions of the operators from the producer of the tensor to its last reader, as `3-7`.

    `scopes` are the scopes in which the operators of the tensor's graph run, ascending. `in` stands for scope 0; a
    tensor outside the head has no lifetime, and a tensor without a user is `unused`.
    """
    if tensor.constant:
        return "constant"
    if tensor.variable:
        return "variable"
    if tensor.first is None or tensor.last is None:
        return ""
    if tensor.last < 0:
        return "unused"

    def running(scope: int) -> str:
        position = bisect_right(scopes, scope) - 1
        return "in" if position < 0 else str(position)

    first, last = running(tensor.first), running(tensor.last)
    return first if first == last else f"{first}-{last}"


def _operators(graph: InspectedGraph, peak: int, pinned: int | None) -> Columns:
    rows = [
        Row(
            (
                str(operator.index),
                operator.name,
                number(operator.working_set_bytes),
                _bar(operator, peak),
                str(len(operator.alive)),
                number(operator.macs),
            ),
            PEAK_STYLE if operator.index == pinned else "",
        )
        for operator in graph.operators
    ]
    return Columns(OPERATOR_COLUMNS, rows)


def _bar(operator: InspectedOperator, peak: int) -> Pieces:
    cells = bar((operator.input_bytes, operator.output_bytes, operator.bystander_bytes), peak)
    drawn = tuple((glyph * count, style) for count, (glyph, style, _) in zip(cells, PARTS, strict=True))
    return (*drawn, (" " * (BAR_CELLS - sum(cells)), ""))


def _legend(*, lifetimes: bool) -> Text:
    text = Text("bars: ")
    for glyph, style, name in PARTS:
        text.append(glyph, style=style)
        text.append(f" {name}  ")
    text.append("\ntensors: alive while the operator runs")
    if lifetimes:
        text.append("\nalive: from the first to the last operator; in: before the first one")
    return text


def _tensors(
    graph: InspectedGraph, shown: Sequence[InspectedTensor], names: Mapping[str, str], pinning: tuple[int, ...]
) -> Columns:
    scopes = [operator.scope for operator in graph.operators]
    rows = [
        Row(
            (
                str(tensor.index),
                names[tensor.name],
                shape(tensor),
                tensor.type,
                number(tensor.bytes),
                lifetime(tensor, scopes),
            ),
            PEAK_STYLE if tensor.index in pinning else FAINT if tensor.constant else "",
        )
        for tensor in shown
    ]
    return Columns(TENSOR_COLUMNS, rows)


def shape(tensor: InspectedTensor) -> str:
    """Shape as `1x96x96x3`; `scalar` for rank 0."""
    return "x".join(map(str, tensor.shape)) or "scalar"


def _summary(inspection: Inspection) -> Table:
    rows = table(label(), figure(), "", headed=False)
    names = short_names(tensor.name for tensor in inspection.tensors)
    rows.add_row("Peak", number(inspection.peak_bytes), _peak_at(inspection), style=PEAK_STYLE)
    pinning = sorted((inspection.tensors[i] for i in inspection.peak_tensors), key=lambda t: (-t.bytes, t.index))
    for tensor in pinning[:MOST_PINNING]:
        rows.add_row("", number(tensor.bytes), Name(f"tensor {tensor.index} {names[tensor.name]}"))
    if rest := pinning[MOST_PINNING:]:
        rows.add_row("", number(sum(tensor.bytes for tensor in rest)), f"{len(rest)} more tensors")
    rows.add_row("Lower bound", number(inspection.lower_bound_bytes), _bound(inspection))
    head = at_least(inspection.arena) + number(inspection.head_bytes)
    rows.add_row("Reference", head, "head as stock TFLM plans it, with reference kernels")
    rows.add_row("Weights", number(inspection.weights_bytes), "in flash")
    rows.add_row("MACs", number(inspection.macs), "each inference")
    return rows


def _peak_at(inspection: Inspection) -> str:
    if inspection.peak_operator is None:
        return "before the first operator"
    operator = inspection.main.operators[inspection.peak_operator]
    return f"at operator {operator.index} {printable(operator.name)}"


def _bound(inspection: Inspection) -> str:
    if inspection.lower_bound_bytes > inspection.peak_bytes:
        return "of every order that runs; that of the file does not"
    if inspection.lower_bound_bytes == inspection.peak_bytes:
        return "no order has a smaller peak"
    return "another order may have a smaller peak"
