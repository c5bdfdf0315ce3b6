"""Inputs or outputs as users name them -> the tensors.

A name is that of the tensor, the one that a signature of the model gives it, or a number: 0 is the first one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.names import did_you_mean, printable
from arenite.tflite.signatures import signature_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from arenite.model import Model, Tensor


def named_ends(model: Model, what: str, tensors: Sequence[Tensor], names: Iterable[str]) -> dict[Tensor, str]:
    """The tensors that the names mean, each with its name. `what` is input or output.

    Raises:
        OptionError: a name is that of no tensor or of several, or two names are of one tensor.
    """
    known = _known(model, tensors)
    found: dict[Tensor, str] = {}
    for name in names:
        meant = [tensor for tensor, its_names in known.items() if name in its_names]
        if len(meant) != 1:
            raise OptionError(f"{model.name}: {_unclear(what, name, meant, known)}")
        if meant[0] in found:
            raise OptionError(f"{model.name}: {found[meant[0]]!r} and {name!r} are the same {what}; name it once")
        found[meant[0]] = name
    return found


def _known(model: Model, tensors: Sequence[Tensor]) -> dict[Tensor, list[str]]:
    """The names of each tensor: its own, those in signatures, and its number if no tensor has that for a name."""
    aliases = signature_names(model)
    known = {each: [*dict.fromkeys(filter(None, (each.name, *sorted(aliases.get(each, ())))))] for each in tensors}
    taken = {"", *(name for names in known.values() for name in names)}
    for number, tensor in enumerate(tensors):
        known[tensor] += {str(number)} - taken
    return known


def _unclear(what: str, name: str, meant: Sequence[Tensor], known: Mapping[Tensor, Sequence[str]]) -> str:
    if meant:
        numbers = ", ".join(known[tensor][-1] for tensor in meant)
        return f"{len(meant)} {what}s are called {name!r}; give a number: {numbers}"
    if not known:
        return f"no {what} is called {name!r}: it has none"
    called = ", ".join(" or ".join(map(printable, names)) for names in known.values())
    every = [each for names in known.values() for each in names]
    return f"no {what} is called {name!r}, only {called}; {did_you_mean(name, every, 'give one of these')}"
