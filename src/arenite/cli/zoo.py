"""`arenite zoo`: models that Arenite builds itself."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import TYPE_CHECKING, Annotated

import typer

from arenite.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable


def _families(incomplete: str) -> list[str]:
    """Names of families for the completion of a shell."""
    from arenite.zoo import MODELS

    return [name for name in MODELS if name.startswith(incomplete)]


def zoo_command(
    name: Annotated[
        str | None,
        typer.Argument(help="Family to build; without it: list them.", show_default=False, autocompletion=_families),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The .tflite file to write.", show_default=False),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PARAMETER=VALUE", help="A parameter; may be repeated.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """List the families of models that the program brings along, or build one of them."""
    if name is None:
        if output or settings:
            raise OptionError("which model? give a family's name; `arenite zoo` lists them")
        _list(json=json)
    elif output is None:
        from arenite.zoo import find_family

        find_family(name)
        raise OptionError(f"where to? give the file to write: arenite zoo {name} -o {name}.tflite")
    else:
        _build(name, output, parse_settings(settings or ()), force=force, json=json)


def parse_settings(settings: Iterable[str]) -> dict[str, str]:
    """Parse `PARAMETER=VALUE` texts. Raises OptionError for other texts and for repeated parameters."""
    parameters: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        key = key.strip()
        if not key or not equals:
            raise OptionError(f"--set {setting}: write it as PARAMETER=VALUE, such as resolution=96")
        if key in parameters:
            raise OptionError(f"--set {setting}: {key} is set already")
        parameters[key] = value.strip()
    return parameters


def _list(*, json: bool) -> None:
    from arenite.report.json import write_json
    from arenite.report.zoo import as_json, print_families
    from arenite.zoo import MODELS

    if json:
        write_json(as_json(MODELS), sys.stdout)
    else:
        print_families(MODELS, sys.stdout)


def _build(name: str, output: Path, parameters: dict[str, str], *, force: bool, json: bool) -> None:
    from arenite.cli.files import say
    from arenite.cli.progress import progress
    from arenite.report.json import write_json
    from arenite.tflite.files import check_writable, replace_file
    from arenite.tflite.write import write_bytes
    from arenite.zoo import build

    check_writable(output, force=force)
    with progress(f"building {name}"):
        model = build(name, **parameters)
        content = write_bytes(model)
        replace_file(output, content, force=force)
    if json:
        written = {"family": name, "path": str(output), "bytes": len(content), "operators": len(model.main.operators)}
        write_json(written, sys.stdout)
    else:
        say(f"Wrote {output}: {name}, {len(model.main.operators):,} operators, {len(content):,} bytes")
