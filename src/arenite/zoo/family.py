"""A family of models: the function that builds them, its parameters and the ranges of their values."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Model

Value = int | float
SEEDS = (0, 2**63 - 1)
"""Least and largest seed of every family."""


@dataclass(frozen=True)
class Family:
    """A family of models.

    function: builds a model from keyword arguments, all of which have defaults.
    description: one line for the user.
    limits: parameter -> least and largest value; not needed for `seed`.
    """

    function: Callable[..., Model]
    description: str
    limits: Mapping[str, tuple[Value, Value]]

    @property
    def parameters(self) -> dict[str, Value]:
        """Every parameter with its default, in the order of the function's signature."""
        return {name: parameter.default for name, parameter in inspect.signature(self.function).parameters.items()}

    def build(self, name: str, given: Mapping[str, Value | str]) -> Model:
        """Build a model with the given parameters; strings become numbers, and messages call the family `name`.

        Raises:
            OptionError: a parameter is unknown, or a value is out of range or no number.
        """
        return self.function(**{key: self._value(name, key, value) for key, value in given.items()})

    def _value(self, name: str, key: str, given: Value | str) -> Value:
        defaults = self.parameters
        if key not in defaults:
            raise OptionError(f"{name}: no parameter {key!r}; choose from {', '.join(defaults)}")
        kind = type(defaults[key])
        least, largest = SEEDS if key == "seed" else self.limits[key]
        try:
            value = kind(given)
        except (TypeError, ValueError, OverflowError):
            value = None
        rounded = isinstance(given, float) and value != given
        if value is None or rounded or not least <= value <= largest:
            noun = "a whole number" if kind is int else "a number"
            raise OptionError(f"{name}: {key} must be {noun} from {least} to {largest}, not {given!r}")
        return value
