"""The passes that a source goes through before anything is planned, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.rewrite.dilate import Dilate
from arenite.rewrite.shapes import FoldShapes
from arenite.rewrite.tidy import Tidy
from arenite.rewrite.unpack_int4 import UnpackInt4
from arenite.rewrite.widen_bias import WidenBias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arenite.model import Model
    from arenite.rewrite.interface import Pass

ORDER: tuple[Pass, ...] = (FoldShapes(), WidenBias(), UnpackInt4(), Dilate(), Tidy())
"""All passes, each before those that work on what it makes.

FoldShapes makes constants of computed shapes and paddings, which the others then know. Dilate makes PADs, which Tidy
lets convolutions do. Tidy is the last, since it takes out the constants that no operator reads any more.
"""


def passes(*, widen_bias: bool, unpack_int4: bool) -> tuple[Pass, ...]:
    """The passes for a source in their order: those that are exact, and those that were asked for."""
    asked = {WidenBias(): widen_bias, UnpackInt4(): unpack_int4}
    return tuple(each for each in ORDER if asked.get(each, True))


def rewritten(model: Model, through: Iterable[Pass]) -> tuple[Model, tuple[str, ...]]:
    """The model after these passes, and what to say of those that changed it; the same object where none did."""
    sentences = []
    for each in through:
        result = each.run(model)
        if result is not model:
            sentences.append(each.sentence(model, result))
        model = result
    return model, tuple(filter(None, sentences))
