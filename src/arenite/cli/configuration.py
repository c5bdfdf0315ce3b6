"""`arenite.toml` or `[tool.arenite]` of `pyproject.toml` -> the options of a device for each model."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from arenite.errors import OptionError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OWN_FILE = "arenite.toml"
SHARED_FILE = "pyproject.toml"
KEYS = ("board", "target", "arena", "reserve")
"""Names of the options that a file may give; sizes may be numbers of bytes."""
_SIZES = frozenset({"arena", "reserve"})
_MODELS = "models"


@dataclass(frozen=True)
class Configuration:
    """Options of a device. models: patterns of names with the options that replace `options` where a name matches."""

    options: Mapping[str, str]
    models: Mapping[str, Mapping[str, str]]

    def of(self, name: Path) -> dict[str, str]:
        """The options for the model of this name; of several patterns that match, the last one decides."""
        merged = dict(self.options)
        for pattern, options in self.models.items():
            if fnmatchcase(name.as_posix(), pattern):
                merged.update(options)
        return merged


def configuration(folder: Path) -> Configuration:
    """What the files of a folder say; nothing if they do not speak of Arenite.

    Raises:
        OptionError: a file is no TOML, both files speak of Arenite, or a key or its value is not known.
    """
    own, shared = folder / OWN_FILE, folder / SHARED_FILE
    tools = _table(_read(shared), "tool", SHARED_FILE)
    if own.exists() and "arenite" in tools:
        raise OptionError(f"{OWN_FILE} and [tool.arenite] of {SHARED_FILE} both have options; keep one of them")
    if own.exists():
        return _parsed(_read(own), OWN_FILE)
    return _parsed(_table(tools, "arenite", SHARED_FILE), f"[tool.arenite] of {SHARED_FILE}")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OptionError(f"{path.name}: is not TOML: {error}") from None


def _parsed(values: dict[str, Any], where: str) -> Configuration:
    models = _table(values, _MODELS, where)
    own = {key: value for key, value in values.items() if key != _MODELS}
    return Configuration(
        _options(own, where, (*KEYS, _MODELS)),
        {
            pattern: _options(_table(models, pattern, where), f'{where}, {_MODELS}."{pattern}"', KEYS)
            for pattern in models
        },
    )


def _table(values: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    found = values.get(key, {})
    if not isinstance(found, dict):
        raise OptionError(f"{where}: {key!r} is not a table")
    return found


def _options(values: dict[str, Any], where: str, known: tuple[str, ...]) -> dict[str, str]:
    return {key: _option(key, value, where, known) for key, value in values.items()}


def _option(key: str, value: object, where: str, known: tuple[str, ...]) -> str:
    if key not in known:
        raise OptionError(f"{where}: unknown key {key!r}; known are {', '.join(known)}")
    if isinstance(value, str) or (key in _SIZES and type(value) is int):
        return str(value)
    raise OptionError(f"{where}: {key!r} is not a {'size' if key in _SIZES else 'name'}: {value!r}")
