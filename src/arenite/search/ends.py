"""Model, target, ends -> the model as generated C holds it, with inputs and outputs that are outside of its arena."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.generated_c.memory_places import in_memory
from arenite.errors import OptionError
from arenite.rewrite.outside import read_in_rows, with_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.backends.target import Target
    from arenite.model import Model
    from arenite.rewrite.outside import Ends


def check_ends(target: Target, ends: Ends) -> None:
    """Check that a target can have its inputs and outputs there.

    Raises:
        OptionError: the target is a runtime, which has all of them in its arena.
    """
    if ends and not target.generated:
        raise OptionError(
            f"{target.name} has all inputs and outputs in its arena; outside of it they need the target c"
        )


def as_held(model: Model, target: Target, ends: Ends) -> Model:
    """The model whose arena is that of the C; the same object if all its inputs and outputs are in the arena.

    Raises:
        OptionError: the target or the model cannot have its inputs and outputs there.
    """
    check_ends(target, ends)
    return in_memory(with_ends(model, ends).model)


def rows_notes(model: Model, target: Target) -> Iterator[str]:
    """A note on each input of which C could hold less than figures count that have it in the arena."""
    counted = (tensor for tensor in read_in_rows(model) if target.generated and tensor.outside is None)
    for tensor in counted:
        yield f"input {tensor.name!r} is read in rows, but counted as a whole here; --stream-input holds less of it"
