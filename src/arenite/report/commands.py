"""Plans and points of a frontier -> the commands that make them again. OUT stands for the file to write."""

from __future__ import annotations

import shlex
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from arenite.rewrite.outside import Ends, Place
from arenite.search.options import DEFAULTS, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from arenite.hardware import Device
    from arenite.model import Model


def optimize_command(model: Model, options: Options) -> str:
    """The command that makes a plan: the same bytes on any machine, unless there is a time limit."""
    return _command("optimize", model, ["-o", "OUT"], options, tuple(field.name for field in fields(options)))


def explore_command(model: Model, options: Options, number: int) -> str:
    """The command that writes point `number` of a frontier."""
    given = ("target", "minimize", "max_extra_macs", "keep_inputs", "ends", "effort", "time_limit", "rounds", "verify")
    return _command("explore", model, ["--pick", str(number), "-o", "OUT"], options, given)


def report_command(files: Iterable[Path], options: Options, more: Iterable[str]) -> str:
    """The command that makes the page of two files, with `more` that is no option of a search."""
    asked = option_words(options, (field.name for field in fields(options)))
    return shlex.join(["arenite", "report", *(file_word(str(file)) for file in files), "-o", "OUT", *asked, *more])


def _command(name: str, model: Model, output: list[str], options: Options, given: tuple[str, ...]) -> str:
    return shlex.join(["arenite", name, file_word(model.name), *output, *option_words(options, given)])


def option_words(options: Options, given: Iterable[str]) -> list[str]:
    """The arguments for those of the options in `given` that differ from their defaults."""
    words: list[str] = []
    for option in given:
        value = getattr(options, option)
        if value != getattr(DEFAULTS, option):
            words += [_FLAGS[option]] if option in _FLAGS else _worded(option, value)
    return words


def file_word(name: str) -> str:
    """The name of a file as an argument that is never taken for an option."""
    return f"./{name}" if name.startswith("-") else name


def board_words(on: Device) -> list[str]:
    """The options that name a device's board, and what stays free of its RAM; none without a board."""
    named = ["--board", on.board.name] if on.board else []
    return [*named, *(["--reserve", str(on.reserve)] if on.reserve else [])]


def ends_words(ends: Ends) -> list[str]:
    """The options that keep inputs and outputs out of the arena."""
    return [*_end_words("input", ends.inputs), *_end_words("output", ends.outputs)]


def _end_words(what: str, place: Place) -> list[str]:
    if isinstance(place, str):
        return [] if place == "arena" else [_ENDS[place].format(what)]
    return [option_of(what, where, name) for name, where in place.items() if where != "arena"]


def option_of(what: str, where: str, name: str) -> str:
    """The option that keeps one input or output out of the arena."""
    return f"{_ENDS[where].format(what)}={name}"


_FLAGS: Mapping[str, str] = {
    "reorder": "--no-reorder",
    "layout": "--no-layout",
    "overlap": "--no-overlap",
    "verify": "--no-verify",
    "keep_inputs": "--keep-inputs",
    "split": "--split",
    "unpack_int4": "--unpack-int4",
    "widen_bias": "--widen-bias",
}
"""Options that are given by a word alone where they differ from their default."""

_TEXTS: Mapping[str, Callable[[Any], str]] = {
    "target": lambda target: target if isinstance(target, str) else target.name,
    "max_extra_macs": lambda share: f"{100 * share:.6g}%",
    "time_limit": lambda seconds: f"{seconds:g}",
}


_ENDS: Mapping[str, str] = {"rows": "--stream-{}", "memory": "--external-{}"}
"""The options for inputs and outputs outside of the arena."""


def _worded(option: str, value: object) -> list[str]:
    if isinstance(value, Ends):
        return ends_words(value)
    text, default = _TEXTS.get(option, str), getattr(DEFAULTS, option)
    if default is not None and text(value) == text(default):
        return []
    return [f"--{option.replace('_', '-')}", text(value)]
