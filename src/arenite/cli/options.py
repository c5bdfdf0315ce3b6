"""Options that several commands share, and the parsing of sizes."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from arenite.cli.failure import USAGE_ERROR
from arenite.errors import OptionError
from arenite.runtimes.run import MOST_ROUNDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.hardware import Device
    from arenite.report.gate.checked import Growth
    from arenite.rewrite.outside import Ends, Place, Where

    Names = Sequence[str] | None


def _targets(incomplete: str) -> list[str]:
    """Names of targets for the completion of a shell."""
    from arenite.backends.target import ALIASES, TARGETS

    return [name for name in (*TARGETS, *ALIASES) if name.startswith(incomplete)]


def _boards(incomplete: str) -> list[str]:
    """Names of boards for the completion of a shell."""
    from arenite import hardware

    return [board.name for board in hardware.boards() if board.name.startswith(incomplete)]


TARGET_HELP = "Runtime and kernels, or a core or chip: tflm-reference, cortex-m4, ...; `arenite targets` lists them."
TargetName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help=TARGET_HELP, show_default="the board's, or tflm: any kernels", autocompletion=_targets
    ),
]


def _board(what: str) -> Any:
    """The option --board of a command, with `what` the command takes from the board."""
    return typer.Option(
        metavar="NAME",
        help=f"A board or chip: {what}; `arenite boards` lists them.",
        show_default=False,
        autocompletion=_boards,
    )


BoardName = Annotated[str | None, _board("its kernels, and the RAM that has to hold the arena")]
KernelsOfBoard = Annotated[str | None, _board("only its kernels count here, not its RAM")]
Reserve = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE", help="RAM of the board kept free for stack, heap and your own data.", show_default="nothing"
    ),
]


def device(
    target: str | None = None, board: str | None = None, reserve: str | None = None, arena: str | None = None
) -> Device:
    """The device that the options --target, --board, --reserve and --arena describe.

    Raises:
        OptionError: a name or a size is not known, or nothing is left beside the reserve.
    """
    from arenite import hardware

    room = None if arena is None else parse_size(arena)
    return hardware.device(target, board, reserve=parse_size(reserve or "0"), arena=room)


class Command(TyperCommand):
    """A command of which some options may be given without a value: `--stream-input` as well as `--stream-input=NAME`.

    The name has to follow the equals sign, so that `--stream-input model.tflite` never takes the model for a name.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; what is given without a value gets an empty one."""
        options = args.index("--") if "--" in args else len(args)
        bare = [word for word in args[:options] if word in _OF_ENDS]
        given = [f"{word}={EVERY}" if word in bare else word for word in args[:options]]
        try:
            return super().parse_args(ctx, [*given, *args[options:]])
        except USAGE_ERROR as error:
            if bare and "extra argument" in str(error):
                message = str(error)[:1].lower() + str(error)[1:]
                raise OptionError(f"{message}; a name follows an equals sign: {bare[0]}=NAME") from error
            raise


EVERY = ""
"""The name of all inputs or outputs together. No user can give it: an empty argument is refused."""
_OF_ENDS = ("--stream-input", "--feed-input", "--stream-output", "--external-input", "--external-output")


def _of_ends(option: str, what: str) -> Any:
    return typer.Option(option, metavar="[=NAME]", help=f"C: {what}", show_default=False)


StreamInput = Annotated[
    list[str] | None,
    _of_ends(_OF_ENDS[0], "the application hands over the rows of inputs when they are needed; all inputs, or NAME."),
]
FeedInput = Annotated[
    list[str] | None,
    _of_ends(_OF_ENDS[1], "the application calls the code with rows of an input; it returns when it needs more."),
]
StreamOutput = Annotated[
    list[str] | None, _of_ends(_OF_ENDS[2], "the application takes rows of outputs as they are computed.")
]
ExternalInput = Annotated[list[str] | None, _of_ends(_OF_ENDS[3], "inputs are where each call says, not in the arena.")]
ExternalOutput = Annotated[
    list[str] | None, _of_ends(_OF_ENDS[4], "outputs go where each call says, not into the arena.")
]


def ends(*, stream: tuple[Names, Names], external: tuple[Names, Names]) -> Ends:
    """Where inputs and outputs are, by the names that these options were given for inputs and for outputs.

    Raises:
        OptionError: an input or output is asked to be in two places, or all and a certain one are asked for.
    """
    from arenite.rewrite.outside import Ends

    both = zip(("input", "output"), stream, external, strict=True)
    return Ends(*(_place(what, by_rows or (), in_memory or ()) for what, by_rows, in_memory in both))


def _place(what: str, by_rows: Sequence[str], in_memory: Sequence[str]) -> Place:
    """The place of all of them, or a place for each of those that are named."""
    names = {*by_rows, *in_memory}
    if EVERY in names and names != {EVERY}:
        raise OptionError(f"a name and all {what}s are asked for; give each option for an {what} a name, or none")
    if set(by_rows) & set(in_memory):
        raise OptionError(f"--stream-{what} and --external-{what} exclude each other; give one of them")
    if EVERY in names:
        return "rows" if by_rows else "memory"
    places: dict[str, Where] = {**dict.fromkeys(by_rows, "rows"), **dict.fromkeys(in_memory, "memory")}
    return places or "arena"


def device_words(
    target: str | None = None, board: str | None = None, reserve: str | None = None, arena: str | None = None
) -> dict[str, str]:
    """The options that describe a device, as they were given, for further commands for the same device.

    An option that says what would be so without it is left out.
    """
    if target is not None and device(target, board).target == device(None, board).target:
        target = None
    if reserve is not None and not parse_size(reserve):
        reserve = None
    given = {"--target": target, "--board": board, "--reserve": reserve, "--arena": arena}
    return {name: value for name, value in given.items() if value is not None}


ROUNDS_HELP = "Rounds of random inputs on which to verify, after one of zeros."

WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
SHARE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) *(%?)")
SIZE = re.compile(r"(0x[0-9a-f]{1,12}|[0-9]{1,12}) *(?:([km])(?:i?b)?|b)?", re.IGNORECASE)
UNITS = {"": 1, "k": 1024, "m": 1024 * 1024}


def seconds(text: str | float) -> float:
    """Parse a time limit in seconds.

    Raises:
        OptionError: the text is not a number of seconds.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value >= 0:
        raise OptionError(f"--time-limit: {str(text)!r} is not a number of seconds; give 0 or more")
    return value


def time_limit_of(what: str) -> Any:
    """The option --time-limit of a command, with the help text `what`."""
    return typer.Option(metavar="SECONDS", parser=seconds, help=what, show_default="none")


Effort = Annotated[Literal["low", "normal", "high"], typer.Option(help="How much work the searches may do.")]
TimeLimit = Annotated[float | None, time_limit_of("Stop searching, and keep the best found so far.")]


def whole(option: str, least: int, most: int | None = None) -> Callable[[str | int], int]:
    """A parser of integers from `least` to `most` for an option; it raises OptionError for other texts."""
    allowed = f"from {least} up" if most is None else f"from {least} to {most:,}"

    def read(text: str | int) -> int:
        digits = WHOLE.fullmatch(str(text).strip())
        if digits is None or not least <= int(digits[0]) <= (int(digits[0]) if most is None else most):
            raise OptionError(f"{option}: {str(text)!r} is not a whole number {allowed}")
        return int(digits[0])

    return read


Dpi = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        parser=whole("--dpi", 20, 1200),
        help="With --plot FILE.png: dots per inch.",
        show_default="150",
    ),
]
PictureTitle = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="With --plot: the title.", show_default="model and sizes")
]


def parse_share(text: str) -> float:
    """Parse a share: 0.15 from `15%` or `0.15`.

    Raises:
        OptionError: the text is not a share.
    """
    found = SHARE.fullmatch(text.strip())
    if found is None:
        raise OptionError(f"{text!r} is not a share; write it as 15% or 0.15")
    return float(found[1]) / (100 if found[2] else 1)


def parse_size(text: str) -> int:
    """Parse a size in bytes: `64K`, `96KB`, `1M`, `65536` or `0x10000`; K is 1024 bytes, M is 1024 K.

    Raises:
        OptionError: the text is not a size.
    """
    found = SIZE.fullmatch(text.strip())
    if found is None:
        raise OptionError(f"{text!r} is not a size; write it as 64K, 1M, 65536 or 0x10000")
    digits, unit = found.groups(default="")
    return int(digits, 0 if digits[:2].lower() == "0x" else 10) * UNITS[unit.lower()]


def growth(text: str) -> Growth:
    """Parse how much an arena may grow: `2%` of what it was, or a size such as `1K`.

    Raises:
        OptionError: the text is neither.
    """
    from arenite.report.gate.checked import Growth

    share = SHARE.fullmatch(text.strip())
    if share is not None and share[2]:
        return Growth(Fraction(share[1]) / 100, 0)
    try:
        return Growth(Fraction(0), parse_size(text))
    except OptionError:
        raise OptionError(f"--max-growth: {text!r} is not a growth; write it as 2% or 1K") from None


Rounds = Annotated[
    int | None,
    typer.Option(
        metavar="N", parser=whole("--rounds", 1, MOST_ROUNDS), help=ROUNDS_HELP, show_default="5, fewer for much work"
    ),
]
