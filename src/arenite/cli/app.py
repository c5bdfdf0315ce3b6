"""All commands as one application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from arenite.cli.boards import boards_command
from arenite.cli.check import check_command
from arenite.cli.explore import explore_command
from arenite.cli.export import export_command
from arenite.cli.failure import one_line_errors
from arenite.cli.fit import fit_command
from arenite.cli.inspect import inspect_command
from arenite.cli.layout import layout_command
from arenite.cli.optimize import optimize_command
from arenite.cli.options import Command
from arenite.cli.report import report_command
from arenite.cli.sweep import sweep_command
from arenite.cli.targets import targets_command
from arenite.cli.verify import verify_command
from arenite.cli.zoo import zoo_command
from arenite.errors import AreniteError, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CONTEXT = {"help_option_names": ["-h", "--help"]}


class Commands(TyperGroup):
    """Commands that report each error as one line on stderr, never as a traceback."""

    def make_context(self, *args: Any, **keywords: Any) -> Any:
        """Parse the arguments of the program itself."""
        with one_line_errors():
            return super().make_context(*args, **keywords)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse arguments that no command accepts; without arguments show the help."""
        if not args:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(AreniteError.exit_code)
        for before, argument in zip(["arenite", *args], args, strict=False):
            # An empty Path would mean the current folder.
            name, sign, value = argument.partition("=")
            if not argument or (name.startswith("--") and sign and not value):
                raise OptionError(f"the argument after {(argument or before)!r} is empty; give a path or a value")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        with one_line_errors():
            return super().invoke(ctx)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from arenite.solve.core.choice import core

        typer.echo(f"arenite {version('arenite')} ({core().name})")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Fits TensorFlow Lite models into the RAM of a microcontroller."""


class Entry(NamedTuple):
    """A command; `summary` appears in the list of commands, `example` at the end of the command's help."""

    run: Callable[..., None]
    summary: str
    example: str


COMMANDS = {
    "inspect": Entry(
        inspect_command,
        "What a model costs as it is, and what pins its peak.",
        "arenite inspect model.tflite --plot model.png",
    ),
    "optimize": Entry(
        optimize_command,
        "Write an equal model that needs less memory.",
        "arenite optimize model.tflite -o smaller.tflite",
    ),
    "explore": Entry(
        explore_command,
        "How small a model gets for how much more work.",
        "arenite explore model.tflite --plot frontier.png",
    ),
    "report": Entry(
        report_command,
        "A page: where each tensor lies and when.",
        "arenite report model.tflite -o report.html --board nucleo-f767zi",
    ),
    "check": Entry(
        check_command,
        "Whether a model fits an arena or a board; for CI.",
        "arenite check model.tflite --board nucleo-f767zi",
    ),
    "fit": Entry(
        fit_command,
        "Which boards hold a model, before and after optimize.",
        "arenite fit model.tflite",
    ),
    "boards": Entry(
        boards_command,
        "The boards that are known, and their memory.",
        "arenite boards nucleo-f767zi",
    ),
    "targets": Entry(
        targets_command,
        "The runtimes and kernels to plan for.",
        "arenite targets",
    ),
    "layout": Entry(
        layout_command,
        "Place buffers of a CSV file, without a model.",
        "arenite layout buffers.csv -o placed.csv",
    ),
    "sweep": Entry(
        sweep_command,
        "What each model of a folder costs, as a table.",
        "arenite sweep models --csv costs.csv",
    ),
    "verify": Entry(
        verify_command,
        "Compare the outputs of two models bit for bit.",
        "arenite verify model.tflite smaller.tflite --rounds 10",
    ),
    "export": Entry(
        export_command,
        "Write a model as C, or as a bundle for TFLM.",
        "arenite export model.tflite --c model_c",
    ),
    "zoo": Entry(
        zoo_command,
        "Models that the program builds itself.",
        "arenite zoo mobilenet-v2 -o model.tflite --set width=0.5 --set resolution=128",
    ),
}
"""The commands by their names, in the order of the help."""


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The program with these commands. Typer reads the annotations of each, which takes two milliseconds a command."""
    made = typer.Typer(
        cls=Commands,
        name="arenite",
        epilog="Exit codes: 0 done, 1 a check did not hold (nothing is written), 2 bad input or usage.",
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings=CONTEXT,
    )
    made.callback()(_root)
    for name in names:
        run, summary, example = COMMANDS[name]
        made.command(name, cls=Command, short_help=summary, epilog=f"Example: {example}", context_settings=CONTEXT)(run)
    return made


app = application()
