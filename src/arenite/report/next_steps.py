"""What a user may do next: complete commands to paste, each with what it gives.

A figure is shown only where it has been found; a command that has not been tried says so.

    Next:
      arenite optimize net.tflite --split -o net.strips.tflite  # large layers in strips: not tried yet
      arenite explore net.tflite  # every size there is, for how much more work
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from arenite.codegen.obstacles import why_not as why_not_c
from arenite.report.console import number, print_report
from arenite.rewrite.strips import why_not as why_not_strips

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

    from arenite.model import Model
    from arenite.search.exploration import Exploration, Point
    from arenite.search.fitting import Fit
    from arenite.search.options import Options
    from arenite.search.plan import Plan

_MOST = 3
"""Steps shown: more is a manual, not a hint."""
_SUFFIX = ".tflite"


class Step(NamedTuple):
    """A command to paste, and what it gives."""

    command: str
    gives: str


def print_steps(steps: Iterable[Step], stream: TextIO) -> None:
    """Print the steps below the word `Next:`; nothing if there are none."""
    print_report(_lines(steps), stream)


def _lines(steps: Iterable[Step]) -> Iterator[Text]:
    shown = [step for step, _ in zip(steps, range(_MOST), strict=False)]
    if shown:
        yield Text("Next:", style="bold")
    for step in shown:
        # Not wrapped, so that users can copy the line; what the command gives is a comment of the shell.
        yield Text(f"  {step.command}  # {step.gives}", no_wrap=True)


def after_optimize(plan: Plan, model: Path, written: Path, options: Options, device: Sequence[str]) -> Iterator[Step]:
    """Steps after a plan of `model` was written, made with `options`; `device`: its options for the device."""
    if plan.target.generated:
        yield Step(_command("export", written, "--c", _stem(written) + "_c"), "the C files")
    kept = ["--keep-inputs"] * options.keep_inputs
    if not options.split and can_split(plan.source):
        command = _command("optimize", model, *device, *_asked(options), "--split", "-o", _named(model, "strips"))
        yield Step(command, "large layers in strips: not tried yet")
    if options.split:
        command = _command("explore", model, *_without_arena(device), *kept)
        yield Step(command, "every size there is, for how much more work")
    if not plan.target.generated and can_be_c(plan.source):
        strips = ["--split"] * can_split(plan.source)
        planned, folder = _named(model, "c"), _stem(model) + "_c"
        made = _command("optimize", model, "--target", "c", *kept, *strips, "-o", planned)
        yield Step(f"{made} && {_command('export', planned, '--c', folder)}", "C without an interpreter: not tried yet")
    command = _command("report", model, written, *_without_arena(device), "-o", f"{_stem(written)}.html")
    yield Step(command, "a page with every tensor's place")


def after_check(fit: Fit, model: Path, device: Sequence[str]) -> Iterator[Step]:
    """Steps after a check that did not hold; none if no arena is missing."""
    if not fit.missing or not fit.runs:
        return
    for arena in (fit.after, fit.split):
        if arena is not None and fit.holds(arena):
            command = _command("optimize", model, *device, "-o", _named(model, "arenite"))
            least = number(arena.declare_bytes)
            yield Step(command, f"fits: with the least work there is; {least} bytes would be possible")
            return
    yield Step(_command("explore", model, *_without_arena(device)), "every size there is, for how much more work")
    yield Step(_command("fit", model), "which boards hold it")


def after_fit(fits: Sequence[Fit], model: Path) -> Iterator[Step]:
    """Steps after a comparison with boards: the smallest board that holds the model only once it is optimized."""
    gained = [fit for fit in fits if fit.fits_after and not fit.fits and fit.board is not None and fit.after]
    for fit in sorted(gained, key=lambda fit: fit.available)[:1]:
        assert fit.board is not None
        assert fit.after is not None
        command = _command("optimize", model, "--board", fit.board.name, "-o", _named(model, fit.board.name))
        yield Step(command, f"needs {number(fit.after.declare_bytes)} bytes: fits {fit.board.name}")
    yield Step(_command("explore", model), "every size there is, for how much more work")


def after_explore(found: Exploration, model: Path, device: Sequence[str]) -> Iterator[Step]:
    """Steps after the sizes of a model were found: the smallest, and the smallest without extra work."""
    points = list(enumerate(found.points))

    def size(point: Point) -> int:
        return point.head_bytes if found.minimize == "head" else point.arena_bytes

    free = [(place, point) for place, point in points if point.macs <= found.before.macs]
    chosen = {min(group, key=lambda each: size(each[1])) for group in (points, free) if group}
    for place, point in sorted(chosen, key=lambda each: size(each[1])):
        if size(point) >= size(found.before):
            continue
        minimize = ["--minimize", "head"] * (found.minimize == "head")
        command = _command(
            "explore", model, *device, *minimize, "--pick", str(place), "-o", _named(model, f"pick{place}")
        )
        more = point.macs - found.before.macs
        work = f"{100 * more / found.before.macs:+.1f} % MACs" if more > 0 and found.before.macs else "no more MACs"
        yield Step(command, f"{number(point.arena_bytes)} bytes of arena, {work}")


def after_inspect(model: Path, device: Sequence[str]) -> Iterator[Step]:
    """Steps after a look at a model."""
    yield Step(_command("optimize", model, *device), f"writes {_named(model, 'arenite')}")
    yield Step(_command("fit", model), "which boards hold it")
    yield Step(_command("report", model, *device, "-o", f"{_stem(model)}.html"), "a page with every tensor's place")


def can_split(model: Model) -> bool:
    """Whether some operator can be executed in strips of rows."""
    return len(model.graphs) == 1 and any(why_not_strips(operator) is None for operator in model.main.operators)


def can_be_c(model: Model) -> bool:
    """Whether Arenite has C for every operator."""
    return len(model.graphs) == 1 and all(why_not_c(operator) is None for operator in model.main.operators)


def _command(name: str, model: Path | str, *arguments: Path | str) -> str:
    return shlex.join(["arenite", name, str(model), *map(str, arguments)])


def _stem(model: Path) -> str:
    path = str(model)
    return path[: -len(_SUFFIX)] if path.lower().endswith(_SUFFIX) else path


def _named(model: Path, what: str) -> str:
    """A file beside the model: `net.strips.tflite`."""
    return f"{_stem(model)}.{what}{_SUFFIX}"


def _asked(options: Options) -> list[str]:
    """The options that change what a result may do or be, for commands that are to keep to them."""
    flags = {
        "--keep-inputs": options.keep_inputs,
        "--no-reorder": not options.reorder,
        "--unpack-int4": options.unpack_int4,
        "--widen-bias": options.widen_bias,
    }
    return [flag for flag, given in flags.items() if given]


def _without_arena(device: Sequence[str]) -> list[str]:
    """The options of a device without those that limit its memory, for commands that only compare sizes."""
    kept, skip = [], False
    for option in device:
        if skip or option in ("--arena", "--reserve"):
            skip = not skip
            continue
        kept.append(option)
    return kept
