"""A plan as text: before, after, the bound that proves it, and what was verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from arenite.checkers.validity import Validity
from arenite.names import escaped, printable
from arenite.report.arena import arena_as_json, at_least, declaration, estimate
from arenite.report.commands import optimize_command
from arenite.report.console import RUNTIMES, figure, label, number, print_report, table
from arenite.report.json import fields_as_json
from arenite.report.map_text import map_lines
from arenite.report.validity import validity_line
from arenite.report.verify import agreement_lines, rounds_words
from arenite.search.plan import NOT_ASKED_FOR, Frames, IntegerEnd, OutsideEnd, Plan, Strips
from arenite.search.runnable import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from rich.console import RenderableType
    from rich.table import Table


GOOD = "bold green"
FITS_WITHOUT_STRIPS = "Fits without strips, so none were looked for; no other order or layout"
"""Beginning of what is proven where an arena was asked for that is reached without strips."""


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values, with its target's arenas, its command and its addresses; docs/json.md has the keys."""
    values = plan.to_json()
    maps = dict(zip(("before", "after"), map(fields_as_json, plan.maps), strict=True))
    before, after = (arena_as_json(arena) for arena in plan.arenas)
    added = {"before": {**values["before"], "arena": before}, "after": {**values["after"], "arena": after}}
    command = optimize_command(plan.source, plan.options)
    return {**values, **added, "arena": after, "command": command, "memory": maps}


def print_plan(plan: Plan, written: Path, stream: TextIO) -> None:
    """Print what came out: the arena to declare, how sure it is, and whether outputs are equal. Terminals get a map."""
    print_report(_summary(plan, written, drawn=stream.isatty()), stream)


def print_details(plan: Plan, written: Path, stream: TextIO) -> None:
    """Print all that is known of `plan`, which was written to `written`, with its peak, head, bound and strips."""
    print_report(_details(plan, written), stream)


def _summary(plan: Plan, written: Path, *, drawn: bool) -> Iterator[RenderableType]:
    yield from _beginning(plan, [arenas(plan)])
    if drawn:
        yield from map_lines(plan.maps[1])
    if not plan.strips:
        yield Text(proof_in_short(plan), style=GOOD if plan.optimal else "")
    validity = Validity(plan.shared_pairs, plan.valid_with, model=plan.model)
    if plan.shared_pairs and not validity.everywhere:
        yield Text(f"Only for {plan.target.name}: other kernels may compute wrong results with this file")
    yield from map(Text, verified(plan))
    yield from _ending(plan, written)


def sentence(plan: Plan) -> str:
    """What to do with the result: the size of the arena to declare, and what it was; or that it cannot be run."""
    _, before, after = arenas(plan)
    least = at_least(plan.arenas[1])
    size = f"{least}{number(after)} bytes" + (f" instead of {number(before)}" if _saved(plan) else ", as before")
    return declaration(printable(plan.source.name), plan.target, size, runs=not refusals(plan.model, plan.target))


def _saved(plan: Plan) -> int:
    _, before, after = arenas(plan)
    return before - after


def proof_in_short(plan: Plan) -> str:
    """What is known about smaller plans, without the words of layouts."""
    if plan.optimal and plan.fits_without_strips:
        return f"{FITS_WITHOUT_STRIPS} takes less memory for tensors"
    if plan.optimal:
        return "Optimal: what was asked for cannot take less memory for tensors"
    if plan.unknown_scratch or not plan.lower_bound:
        return "Not proven: what was asked for may take less"
    return f"Not proven: the tensors may take up to {100 * plan.gap:.1f} % less"


def arenas(plan: Plan) -> tuple[str, int, int]:
    """The row of the arena: its name, and bytes before and after."""
    before, after = plan.arenas
    if plan.exported is not None:
        return "Arena", before.declare_bytes, plan.exported.arena_bytes
    return f"Arena{', at least' if at_least(after) else ''}", before.declare_bytes, after.declare_bytes


def _table(plan: Plan, rows: list[tuple[str, int, int]]) -> Table:
    """Sizes before and after; with the work of a run, if strips add some or a stream saves some."""
    sizes = table(label("bytes"), *map(figure, ("before", "after", "")))
    work = [("MACs", plan.before.macs, plan.after.macs)] if plan.strips or plan.frames else []
    for name, before, after in (*rows, *work):
        sizes.add_row(name, number(before), number(after), change(before, after))
    return sizes


def _details(plan: Plan, written: Path) -> Iterator[RenderableType]:
    yield from _beginning(plan, [*costs(plan), arenas(plan), *measured(plan)])
    for strips in plan.strips:
        yield Text(strips_line(strips, plan.before.macs))
    yield Text(proof(plan), style=GOOD if plan.optimal else "")
    yield Text(validity_line(Validity(plan.shared_pairs, plan.valid_with, model=plan.model)))
    yield from map(Text, verified(plan))
    yield from map(Text, agreement_lines(plan.agreement))
    yield from _ending(plan, written)


def _beginning(plan: Plan, rows: list[tuple[str, int, int]]) -> Iterator[RenderableType]:
    yield Text(sentence(plan), style=GOOD if _saved(plan) > 0 else "bold")
    yield _table(plan, rows)
    yield from map(Text, map(end_line, plan.ends))
    yield from map(Text, map(outside_line, plan.outside))
    yield from map(Text, frames_lines(plan.frames))


def _ending(plan: Plan, written: Path) -> Iterator[Text]:
    for note in plan.notes:
        yield Text(f"Note: {printable(note)}")
    yield from map(Text, estimate(plan.arenas[1]))
    # The path is not wrapped, so that users can copy it.
    yield Text(f"Wrote {escaped(str(written))} ({moved(plan)}; {plan.seconds:.1f} s)", no_wrap=True)


def costs(plan: Plan) -> Iterator[tuple[str, int, int]]:
    """Rows of the table: (name, bytes before, bytes after)."""
    yield "Peak", plan.before.peak, plan.after.peak
    yield f"Head{', at least' if plan.unknown_scratch else ''}", plan.before.head, plan.after.head


def measured(plan: Plan) -> Iterator[tuple[str, int, int]]:
    """A row with TFLM's report on this machine, if TFLM ran both models and the target may run the same kernels.

    TFLM on this machine runs reference kernels on x86-64. Other kernels request other scratch and keep other bytes, so
    readers would take the figure for that of their device.
    """
    if plan.target.runs_reference and plan.before.arena is not None and plan.after.arena is not None:
        yield "TFLM here", plan.before.arena, plan.after.arena


def change(before: int, after: int) -> str:
    """Difference of `after` to `before` in percent; `same` if there is none."""
    if before == after:
        return "same"
    return f"{100 * (after - before) / before:+.1f} %" if before else f"+{number(after)}"


def proof(plan: Plan) -> str:
    """What is known about plans with a smaller head."""
    if plan.optimal and plan.fits_without_strips:
        return f"{FITS_WITHOUT_STRIPS} has a head below {number(plan.lower_bound)} bytes"
    if plan.optimal:
        return f"Optimal: no plan of what was asked for has a head below {number(plan.lower_bound)} bytes"
    if plan.unknown_scratch:
        return f"Lower bound {number(plan.lower_bound)} bytes, as far as scratch is known"
    if not plan.lower_bound:
        return "Nothing was searched, so nothing is proven"
    return f"Lower bound {number(plan.lower_bound)} bytes: not proven, {100 * plan.gap:.1f} % may be left"


def verified(plan: Plan) -> Iterator[str]:
    """Verdicts of the runtimes on source and result, a line each."""
    if set(plan.verified.values()) == {f"unavailable: {NOT_ASKED_FOR}"}:
        yield f"Not verified: {NOT_ASKED_FOR}"
        return
    if not plan.changed:
        yield "The result is the source, byte for byte, so nothing was compared"
    for runtime, status in plan.verified.items():
        outcome, _, reason = status.partition(": ")
        if outcome == "unavailable":
            yield f"Not verified in {RUNTIMES[runtime]}: {printable(reason)}"
        elif plan.changed:
            rounds = plan.rounds.get(runtime, 0)
            compared = f" in {rounds_words(rounds)}" if rounds else ""
            yield f"Verified in {RUNTIMES[runtime]}: outputs {outcome}{compared}"
            if runtime == "tflm" and not plan.target.runs_reference:
                yield "TFLM here runs reference kernels, with which the plan is right as well"


def outside_line(end: OutsideEnd) -> str:
    """An input or output that is outside of the arena, and how."""
    name = f"{end.what.capitalize()} {printable(end.name)}"
    if end.where == "memory":
        return f"{name} is where each call says, not in the arena"
    if end.what == "output":
        return f"{name} goes to the application in rows, {end.rows} in all"
    return f"{name} comes in rows: at most {end.held} of {end.rows} are in the arena at a time"


def end_line(end: IntegerEnd) -> str:
    """What an application has to know of an input or output that has another type now."""
    name = f"{end.what.capitalize()} {printable(end.name)!r}"
    if end.was != "float32":
        return f"{name} is {end.type}: what was {end.was}, {'plus' if end.type == 'uint8' else 'minus'} 128"
    zero = end.zero_point
    shifted = f"({end.type} {'-' if zero > 0 else '+'} {abs(zero)})" if zero else end.type
    return f"{name} is {end.type}: {end.scale:.9g} x {shifted} is what was float32"


def frames_lines(frames: Frames | None) -> Iterator[str]:
    """What an application has to know of a model that takes new frames; nothing if it takes whole windows."""
    if frames is None:
        return
    new = f"{number(frames.new)} new frame{'s' * (frames.new > 1)}"
    yield f"Each run takes {new} along axis {frames.axis}; {number(frames.kept_bytes)} bytes are kept between runs"
    yield f"From run {number(frames.first_run)} on outputs are those of the window of {number(frames.window)} frames"


def strips_line(strips: Strips, macs: int) -> str:
    """The operators that are split into strips or channel groups, and the cost of the split."""
    operators = strips.operators
    first, last = operators[0], operators[-1]
    which = f"operators {first} to {last}" if len(operators) > 1 else f"operator {first}"
    if len(operators) != last - first + 1:
        which = f"{len(operators)} of the operators {first} to {last}"
    if strips.kind == "channels":
        constants = f"constants grow by {number(strips.constant_bytes)} bytes" if strips.constant_bytes else ""
        return f"In {strips.number} groups of channels: {which}; {constants or 'nothing is computed twice'}"
    if strips.halo == "keep":
        halo = "rows that two of them need are kept"
    elif strips.extra_macs:
        kept = f" but for {len(strips.kept)} tensor{'s' * (len(strips.kept) > 1)}" if strips.kept else ""
        halo = f"rows that two of them need are computed twice{kept}, {100 * strips.extra_macs / macs:+.1f} % MACs"
    else:
        halo = "none needs rows of another"
    return f"In {strips.number} strips: {which}; {halo}"


def moved(plan: Plan) -> str:
    """How much of the order changed."""
    if not plan.changed:
        return "as it was"
    before, after = len(plan.source.main.operators), len(plan.order)
    became = "" if before == after else f"{number(before)} operators became {number(after)}"
    if plan.strips:
        return became or f"still {number(after)} operators"
    count = sum(position != place for position, place in zip(plan.order, sorted(plan.order), strict=True))  # type: ignore[type-var]
    return f"{became}; {number(count)} moved" if became else f"{number(count)} of {number(after)} operators moved"
