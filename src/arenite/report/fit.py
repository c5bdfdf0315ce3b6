"""Fit of a model to a limit or a board, and to every board."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from arenite.names import printable
from arenite.report.arena import arena_as_json, at_least, estimate
from arenite.report.boards import kib
from arenite.report.console import figure, label, number, print_report, table, word
from arenite.report.optimize import outside_line
from arenite.report.refusals import refusals_as_json, refused
from arenite.report.validity import validity_as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from rich.console import RenderableType
    from rich.table import Table

    from arenite.backends.tflm.arena import Arena
    from arenite.search.fitting import Fit

GOOD, BAD = "green", "red"


def check_as_json(model: str, fit: Fit) -> dict[str, Any]:
    """A check as JSON values; docs/json.md documents the keys."""
    return {
        "model": model,
        "target": fit.target.name,
        "board": fit.board.name if fit.board else None,
        "fits": fit.fits,
        "valid": fit.valid,
        "plan": None if fit.plan is None else validity_as_json(fit.plan),
        "arena": arena_as_json(fit.before),
        "available_bytes": fit.available,
        "missing_bytes": fit.missing,
        "file_bytes": fit.file_bytes,
        "flash_bytes": fit.flash,
        "missing_flash_bytes": fit.missing_flash,
        "cannot_run": refusals_as_json(fit.refusals),
        "outside": [asdict(end) for end in fit.outside],
        "optimized": _smaller(fit, fit.after),
        "split": _smaller(fit, fit.split),
        "timed_out": fit.timed_out,
    }


def _smaller(fit: Fit, arena: Arena | None) -> dict[str, Any] | None:
    """The check's result for another arena; None if that arena is unknown."""
    if arena is None:
        return None
    missing = max(0, arena.declare_bytes - fit.available)
    return {
        "arena": arena_as_json(arena),
        "saved_bytes": fit.before.declare_bytes - arena.declare_bytes,
        "missing_bytes": missing,
        "fits": fit.holds(arena),
    }


def print_check(model: str, fit: Fit, stream: TextIO) -> None:
    """Print needed and available bytes, and what `optimize` would save if the arena does not fit."""
    print_report(_check(model, fit), stream)


def _check(model: str, fit: Fit) -> Iterator[RenderableType]:
    place = f" on {fit.board.name}" if fit.board else ""
    sizes = table(label("bytes"), *map(figure, ("needed", "available", "")))
    needed = at_least(fit.before) + number(fit.before.declare_bytes)
    arena_left = _left(fit.before.declare_bytes, fit.available, certain=fit.certain)
    sizes.add_row("Arena", needed, number(fit.available), arena_left)
    if fit.flash is not None:
        cells = (number(fit.file_bytes), number(fit.flash), _left(fit.file_bytes, fit.flash))
        sizes.add_row("Flash, file only", *cells)
    yield Text(f"{printable(model)} for target {fit.target.name}{place}", style="bold")
    yield sizes
    yield from map(Text, map(outside_line, fit.outside))
    yield from map(Text, faults([fit]))
    yield from refused(fit.refusals, fit.target)
    if fit.after is not None:
        yield Text(savings(fit))
    if fit.split is not None:
        yield Text(saved_by_strips(fit, fit.split))
    yield from map(Text, estimate(fit.before))


def faults(fits: Sequence[Fit]) -> tuple[str, ...]:
    """A sentence with the targets for which the file's memory plan is invalid; empty if there are none."""
    plan = next((fit.plan for fit in fits), None)
    why = plan.fault(*{fit.target.name: fit.target for fit in fits}.values()) if plan else None
    return (f"Warning: {why}",) if why else ()


def lacking(missing: int, *, certain: bool = True) -> Text:
    """Missing bytes; `fits` if none are missing, or `cannot say` if the figures are not certain."""
    if missing:
        return Text(f"{number(missing)} missing", style=BAD)
    return Text("fits", style=GOOD) if certain else Text("cannot say", style=BAD)


def _left(needed: int, available: int, *, certain: bool = True) -> Text:
    """`fits` with the bytes that are left, or what `lacking` says where it does not fit or nobody can say."""
    if needed > available or not certain:
        return lacking(max(0, needed - available), certain=certain)
    return Text(f"fits, {number(available - needed)} left", style=GOOD)


def savings(fit: Fit) -> str:
    """A sentence about the effect of `optimize` on the arena; call only if that effect is known."""
    if not fit.valid and fit.after is not None:
        outcome = _fitting(fit.after, "it fits")
        if fit.missing_after:
            outcome = f"{number(fit.missing_after)} are missing"
        return (
            f"`arenite optimize` would make a valid plan with an arena of {number(fit.after.declare_bytes)}: {outcome}"
        )
    if not fit.saved or fit.saved < 0:
        return f"`arenite optimize` {_in_time(fit, 'would save nothing', 'found nothing to save')}"
    outcome = _fitting(fit.after or fit.before, "then the arena fits")
    if fit.missing_after:
        outcome = _still_missing(fit, fit.missing_after)
    saves = f"save {number(fit.saved)} bytes of arena"
    return f"`arenite optimize` {_in_time(fit, f'would {saves}', f'found how to {saves}')}: {outcome}"


def _still_missing(fit: Fit, missing: int) -> str:
    """Bytes that the search did not save; after a time limit nobody can say that they are missing."""
    return f"{number(missing)} {'more were not found' if fit.timed_out else 'still missing'}"


def _in_time(fit: Fit, certain: str, found: str) -> str:
    """The certain words, or what was found until the time limit ended the searches."""
    return certain if fit.ended_after is None else f"{found} in {fit.ended_after:g} s"


def _fitting(arena: Arena, words: str) -> str:
    """Words that say that an arena fits, if that is certain."""
    return words if arena.exact else "whether the arena fits then, nobody can say"


def saved_by_strips(fit: Fit, split: Arena) -> str:
    """A sentence about the effect of `optimize --split` on the arena."""
    if fit.after is None or split.declare_bytes >= fit.after.declare_bytes:
        return f"`arenite optimize --split` {_in_time(fit, 'would save no more', 'found nothing more')}"
    missing = max(0, split.declare_bytes - fit.available)
    outcome = _still_missing(fit, missing) if missing else _fitting(split, "then the arena fits")
    saves = f"save {number(fit.before.declare_bytes - split.declare_bytes)}"
    return f"`arenite optimize --split` {_in_time(fit, f'would {saves}', f'found how to {saves}')}: {outcome}"


def fits_as_json(model: str, fits: Sequence[Fit]) -> dict[str, Any]:
    """A model against boards as JSON values; docs/json.md documents the keys."""
    return {
        "model": model,
        "file_bytes": fits[0].file_bytes,
        "boards": [_board(fit) for fit in fits],
        "timed_out": any(fit.timed_out for fit in fits),
    }


def _board(fit: Fit) -> dict[str, Any]:
    return {
        "name": fit.board.name if fit.board else None,
        "target": fit.target.name,
        "available_bytes": fit.available,
        "flash_bytes": fit.flash,
        "declare_bytes": fit.before.declare_bytes,
        "declare_bytes_after": fit.after.declare_bytes if fit.after else None,
        "exact": fit.before.exact,
        "valid": fit.valid,
        "runs": fit.runs,
        "fits": fit.fits,
        "fits_after": fit.fits_after,
    }


def print_fits(model: str, fits: Sequence[Fit], stream: TextIO) -> None:
    """Print a row per target, a row per board by increasing memory, and the number of boards that hold the model."""
    print_report(_fits(model, fits), stream)


def _fits(model: str, fits: Sequence[Fit]) -> Iterator[RenderableType]:
    yield Text(f"{printable(model)}: arena to declare, bytes", style="bold")
    yield _needs(fits)
    yield ""
    boards = table(label("board"), figure("arena"), figure("flash"), word("before"), word("after optimize"))
    for fit in sorted(fits, key=lambda fit: (fit.available, fit.flash or 0, fit.board.name if fit.board else "")):
        name = fit.board.name if fit.board else ""
        before = _cell(fit, fit.before) if fit.valid else Text("plan not valid", style=BAD)
        cells = (before, _cell(fit, fit.after or fit.before))
        if not fit.runs:
            cells = (Text("cannot run", style=BAD), Text("cannot run", style=BAD))
        boards.add_row(name, kib(fit.available), kib(fit.flash or 0), *cells)
    yield boards
    yield ""
    held, after = sum(fit.fits for fit in fits), sum(bool(fit.fits_after) for fit in fits)
    kept = f", without the {number(fits[0].reserve)} bytes to keep free" if fits[0].reserve else ""
    yield Text(f"Memory in KiB{kept}. Fits {held} of {len(fits)} boards, {after} after optimize", style="bold")
    yield from map(Text, faults(fits))
    for target, refusals in {fit.target: fit.refusals for fit in fits}.items():
        yield from refused(refusals, target)
    unknown = {label for fit in fits for label in fit.before.unknown}
    if unknown:
        names = ", ".join(map(printable, sorted(unknown)))
        yield Text(f"Note: with *, the arena is at least that; not known is what these allocate: {names}.")


def _needs(fits: Sequence[Fit]) -> Table:
    needs = table(label("target"), figure("before"), figure("after"))
    for _, fit in sorted({fit.target.name: fit for fit in fits}.items()):
        mark = "" if fit.before.exact else " *"
        after = number(fit.after.declare_bytes) if fit.after else ""
        needs.add_row(fit.target.name + mark, number(fit.before.declare_bytes), after)
    return needs


def _cell(fit: Fit, arena: Arena) -> Text:
    """What is left of a board's memory beside an arena, or what is missing."""
    if fit.missing_flash and arena.declare_bytes <= fit.available:
        return Text("no flash for it", style=BAD)
    left = fit.available - arena.declare_bytes
    if left >= 0 and fit.certain:
        return Text(f"{number(left)} left", style=GOOD)
    return lacking(max(0, -left), certain=fit.certain)
