"""What a user may do next: complete commands to paste, each with what it gives.

A figure is shown only where it has been found; a command that has not been tried says so.

    Next:
      arenite optimize net.tflite --split -o net.strips.tflite  # large layers in strips: not tried yet
      arenite explore net.tflite  # sizes that can be had for more work
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from arenite.codegen.obstacles import why_not as why_not_c
from arenite.errors import OptionError
from arenite.model import ElementType, Model
from arenite.report.commands import ends_words, option_words
from arenite.report.console import number, print_report
from arenite.report.shell import THEN, quoted, to_paste
from arenite.rewrite.integer_ends import with_integer_ends
from arenite.rewrite.strips import why_not as why_not_strips
from arenite.search.runnable import refusals
from arenite.tflite.files import beside, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TextIO

    from arenite.search.exploration import Exploration, Point
    from arenite.search.fitting import Fit
    from arenite.search.plan import Plan

    DeviceOptions = Mapping[str, str]
    """The options that name a device, as given on the command line: `--board`, `--target`, `--reserve`, `--arena`."""

_MOST = 3
"""Steps shown: more is a manual, not a hint."""
_SIZES = "sizes that can be had for more work"
"""What `explore` gives: sizes that were found, not every size there is."""
_KEPT = ("keep_inputs", "reorder", "unpack_int4", "widen_bias", "io", "stream", "ends")
"""Options that change what a result may do or be; a command that goes further keeps to them."""


class Step(NamedTuple):
    """A command to paste as words that are quoted for a shell, and what it gives."""

    words: tuple[str, ...]
    gives: str

    @property
    def command(self) -> str:
        """The command in one line."""
        return " ".join(self.words)


def print_steps(steps: Iterable[Step], stream: TextIO) -> None:
    """Print the steps below the word `Next:`; nothing if there are none."""
    print_report(_lines(steps), stream)


def _lines(steps: Iterable[Step]) -> Iterator[Text]:
    shown = [step for step, _ in zip(steps, range(_MOST), strict=False)]
    if shown:
        yield Text("Next:", style="bold")
    for step in shown:
        # Not wrapped, so that users can copy the lines; what the command gives is a comment of the shell.
        yield from (Text(line, no_wrap=True) for line in to_paste(*step))


def after_optimize(plan: Plan, model: Path, written: Path, device: DeviceOptions) -> Iterator[Step]:
    """Steps after a plan of `model` was written; their files lie beside it."""
    options = plan.options
    kept, outside = option_words(options, ("keep_inputs",)), option_words(options, ("ends",))
    if plan.target.generated:
        yield Step(_command("export", written, "--c", _folder(written, "c"), *outside), "the C files")
    elif device and not refusals(plan.model, plan.target):
        command = _command("export", written, *_words(_kernels(device)), "--tflm", _folder(written, "tflm"))
        yield Step(command, "the files to compile with TFLM")
    strips, integers = (_near(written, beside(model, what)) for what in ("strips", "int8"))
    if plan.fits_without_strips and can_split(plan.source):
        asked = option_words(options, (*_KEPT, "split"))
        command = _command("optimize", model, *_words(_without_room(device)), *asked, "-o", strips)
        yield Step(command, "strips, which were not needed to fit: not tried yet")
    if not options.split and can_split(plan.source):
        asked = option_words(options, _KEPT)
        command = _command("optimize", model, *_words(device), *asked, "--split", "-o", strips)
        yield Step(command, "large layers in strips: not tried yet")
    if options.io is None and _begins_with_floats(plan.source):
        implied = "--board" in device or "--arena" in device
        asked = option_words(options, (*_KEPT, *([] if implied else ["split"])))
        command = _command("optimize", model, *_words(device), *asked, "--io", "int8", "-o", integers)
        yield Step(command, "int8 inputs and outputs in place of floats: not tried yet")
    if options.split and options.stream is None and _has_other_sizes(plan):
        command = _command("explore", model, *_words(_kernels(device)), *kept, *outside)
        yield Step(command, _SIZES)
    if not plan.target.generated and can_be_c(plan.source):
        yield _as_c(model, written, plan.source, option_words(options, ("keep_inputs", "stream")))
    asked = [*_words(_only(device, "--target", "--board", "--reserve")), *outside]
    command = _command("report", model, written, *asked, "-o", _page(written))
    yield Step(command, "a page with every tensor's place")


def after_export(
    source: Model, model: Path, folder: Path, outside: Sequence[str], given: Sequence[str], *, tested: bool
) -> Iterator[Step]:
    """Steps after C without an interpreter was written to a folder; their files lie beside it.

    Args:
        outside: the options that keep inputs and outputs out of the arena.
        given: the options of inputs and outputs as they were given to `export`.
        tested: with a test that any computer can run.
    """
    if tested:
        yield Step(_quoted("make", "-C", folder, "test"), "compares the C with the runtimes' outputs")
    if source.target is None:
        yield _as_c(model, folder, source, [], outside=outside, given=given)
    command = _command("report", model, "--target", "c", *outside, "-o", _near(folder, _page(model)))
    yield Step(command, "a page with every tensor's place")


def after_bundle(source: Model, model: Path, folder: Path, device: DeviceOptions) -> Iterator[Step]:
    """Steps after a bundle for TFLM was written to a folder; their files lie beside it."""
    if source.plan is None:
        default = beside(model, "arenite")
        planned = _near(folder, default)
        output = () if planned == default else ("-o", planned)
        command = _command("optimize", model, *_words(device), *output)
        yield Step(command, "the bundle is of a file without a plan: a smaller arena was not looked for")
    if "--board" in device:
        yield Step(_command("check", model, *_words(device)), "whether the board holds it")
    else:
        yield Step(_command("fit", model), "which boards hold it")


def after_check(fit: Fit, model: Path, device: DeviceOptions) -> Iterator[Step]:
    """Steps after a check that did not hold; none if no arena is missing."""
    if not fit.missing or not fit.runs:
        return
    outside = ends_words(fit.ends)
    fitted = _command("optimize", model, *_words(device), *outside)
    for arena in (fit.after, fit.split):
        if arena is not None and fit.holds(arena):
            least = number(arena.declare_bytes)
            yield Step(fitted, f"fits, with the least work that is found; {least} bytes would be possible")
            return
    if fit.timed_out:
        yield Step(fitted, "searches for longer: not tried yet")
    yield Step(_command("explore", model, *_words(_kernels(device)), *outside), _SIZES)
    if not outside:
        yield Step(_command("fit", model, *_words(_only(device, "--reserve"))), "which boards hold it")


def after_fit(fits: Sequence[Fit], model: Path, device: DeviceOptions) -> Iterator[Step]:
    """Steps after a comparison with boards: the smallest board that holds the model only once it is optimized.

    `device`: `--reserve`, if it was given.
    """
    gained = [fit for fit in fits if fit.fits_after and not fit.fits and fit.board is not None and fit.after]
    for fit in sorted(gained, key=lambda fit: fit.available)[:1]:
        assert fit.board is not None
        assert fit.after is not None
        command = _command(
            "optimize", model, "--board", fit.board.name, *_words(device), "-o", beside(model, fit.board.name)
        )
        yield Step(command, f"needs {number(fit.after.declare_bytes)} bytes: fits {fit.board.name}")
    yield Step(_command("explore", model), _SIZES)


def after_explore(
    found: Exploration, model: Path, device: DeviceOptions, outside: Sequence[str] = ()
) -> Iterator[Step]:
    """Steps after the sizes of a model were found: the smallest, and the smallest without extra work.

    `outside`: the options that keep inputs and outputs out of the arena.
    """
    points = list(enumerate(found.points))

    def size(point: Point) -> int:
        return point.head_bytes if found.minimize == "head" else point.arena_bytes

    free = [(place, point) for place, point in points if point.macs <= found.before.macs]
    chosen = {min(group, key=lambda each: size(each[1])) for group in (points, free) if group}
    for place, point in sorted(chosen, key=lambda each: size(each[1])):
        if size(point) >= size(found.before):
            continue
        minimize = ["--minimize", "head"] * (found.minimize == "head")
        picked = "--pick", str(place), "-o", beside(model, f"pick{place}")
        command = _command("explore", model, *_words(device), *outside, *minimize, *picked)
        more = point.macs - found.before.macs
        work = f"{100 * more / found.before.macs:+.1f} % MACs" if more > 0 and found.before.macs else "no more MACs"
        yield Step(command, f"{number(point.arena_bytes)} bytes of arena, {work}")


def after_inspect(model: Path, device: DeviceOptions) -> Iterator[Step]:
    """Steps after a look at a model."""
    yield Step(_command("optimize", model, *_words(device)), f"writes {quoted(beside(model, 'arenite'))}")
    yield Step(_command("fit", model), "which boards hold it")
    yield Step(_command("report", model, *_words(device), "-o", _page(model)), "a page with every tensor's place")


def _as_c(
    model: Path,
    written: Path,
    source: Model,
    kept: Sequence[str],
    *,
    outside: Sequence[str] = (),
    given: Sequence[str] = (),
) -> Step:
    """Plan a model for generated C, and write that, both beside what was written."""
    strips = ["--split"] * can_split(source)
    planned, folder = _near(written, beside(model, "c")), _near(written, _folder(model, "c"))
    made = _command("optimize", model, "--target", "c", *kept, *strips, *outside, "-o", planned)
    exported = _command("export", planned, "--c", folder, *given)
    return Step((*made, THEN, *exported), "C without an interpreter: not tried yet")


def _has_other_sizes(plan: Plan) -> bool:
    """Whether strips may give the model another size than this plan has."""
    return bool(plan.strips) or (can_split(plan.source) and (plan.fits_without_strips or not plan.optimal))


def can_split(model: Model) -> bool:
    """Whether some operator can be executed in strips of rows."""
    return any(why_not_strips(operator) is None for operator in model.main.operators)


def can_be_c(model: Model) -> bool:
    """Whether Arenite has C for every operator; asked once for all operators that kernels see alike."""
    alike = {operator.signature: operator for graph in model.graphs for operator in graph.operators}
    return all(why_not_c(operator) is None for operator in alike.values())


def _begins_with_floats(model: Model) -> bool:
    """Whether an input of floats, which take four times the bytes, can become int8."""
    if not any(operator.code == "QUANTIZE" for operator in model.main.operators):
        return False
    try:
        ends = with_integer_ends(model.with_plan(None), "int8")
    except OptionError:
        return False
    pairs = zip(model.main.inputs, ends.model.main.inputs, strict=True)
    return any(before.type is ElementType.FLOAT32 and after.type is ElementType.INT8 for before, after in pairs)


def _command(name: str, *arguments: Path | str) -> tuple[str, ...]:
    return _quoted("arenite", name, *arguments)


def _quoted(*words: Path | str) -> tuple[str, ...]:
    return tuple(map(quoted, words))


def _near(written: Path, made: Path) -> Path:
    """A path with the name of `made` in the folder of what was just written, but not that path."""
    found = written.parent / made.name
    return found if found != written else found.with_name(f"new-{made.name}")


def _page(model: Path) -> Path:
    """The page of a model, in its folder."""
    return Path(f"{stem(model)}.html")


def _folder(model: Path, what: str) -> Path:
    """The folder of what is exported of a model, beside it."""
    return Path(f"{stem(model)}_{what}")


def _words(device: DeviceOptions) -> list[str]:
    return [word for option in device.items() for word in option]


def _kernels(device: DeviceOptions) -> DeviceOptions:
    """The options of a device that name its kernels, for commands for which its memory is no limit."""
    return _only(device, "--target", "--board")


def _without_room(device: DeviceOptions) -> DeviceOptions:
    """The target of a device, by the name of the board if there is no other, without its memory as a limit."""
    named = device.get("--target", device.get("--board"))
    return {} if named is None else {"--target": named}


def _only(device: DeviceOptions, *names: str) -> DeviceOptions:
    return {name: value for name, value in device.items() if name in names}
