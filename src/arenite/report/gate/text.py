"""Checks -> text for people: for each model a table, what failed, the change against the base, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from arenite.names import printable
from arenite.report.console import number, print_report
from arenite.report.fit import BAD, print_check
from arenite.report.gate.checked import Base, Checked, summary
from arenite.report.next_steps import after_check, print_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from arenite.search.fitting import Fit


def print_one(each: Checked, stream: TextIO, *, hints: bool) -> None:
    """Print the check of a model by the name of its file; why it failed is left to the error that follows."""
    if each.fit is not None:
        _print_figures(each, each.fit, each.path.name, stream)
        _print_hints(each, each.fit, stream, hints=hints)


def print_many(checks: Sequence[Checked], stream: TextIO, *, shown: Sequence[Checked], hints: bool) -> None:
    """Print the `shown` ones of the checks by their paths, each with why it failed, and how many of all hold."""
    for each in shown:
        name = each.path.as_posix()
        if each.fit is None:
            print_report([Text(printable(name), style="bold")], stream)
        else:
            _print_figures(each, each.fit, name, stream)
        print_report((Text(f"Fails: {printable(why.message)}", style=BAD) for why in each.failures), stream)
        if each.fit is not None:
            _print_hints(each, each.fit, stream, hints=hints)
        print_report([""], stream)
    if shown:
        print_report([Text(summary(checks)[:1].upper() + summary(checks)[1:], style="bold")], stream)


def _print_figures(each: Checked, found: Fit, name: str, stream: TextIO) -> None:
    print_check(name, found, stream)
    print_report(_change(found, each.base), stream)


def _print_hints(each: Checked, found: Fit, stream: TextIO, *, hints: bool) -> None:
    if hints:
        print_steps(after_check(found, each.path, each.device), stream)


def _change(found: Fit, base: Base | None) -> Iterator[Text]:
    if base is not None and base.arena is None:
        yield Text("New: the base has no such file")
    elif base is not None and base.arena is not None:
        before = number(base.arena.declare_bytes)
        yield Text(f"Base: {before} bytes of arena; change: {change_words(found, base)}")


def change_words(found: Fit, base: Base) -> str:
    """The change of the arena against the base: `+1,024 (+2.1 %)`, `new`, or `not known`."""
    if base.arena is None:
        return "new"
    change = base.change(found.before)
    if change is None:
        return "not known"
    share = f" ({100 * change / base.arena.declare_bytes:+.1f} %)" if change and base.arena.declare_bytes else ""
    return f"{change:+,}{share}" if change else "0"
