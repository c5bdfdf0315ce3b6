"""The passes that a source goes through before planning, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.rewrite.dilate import Dilate
from arenite.rewrite.fold_constants import FoldConstants
from arenite.rewrite.interface import Rewritten
from arenite.rewrite.shapes import FoldShapes
from arenite.rewrite.tidy import Tidy
from arenite.rewrite.transposes import Transposes
from arenite.rewrite.unpack_int4 import UnpackInt4
from arenite.rewrite.widen_bias import WidenBias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arenite.model import Model, Operator
    from arenite.rewrite.interface import Pass

ORDER: tuple[Pass, ...] = (FoldShapes(), FoldConstants(), WidenBias(), UnpackInt4(), Dilate(), Transposes(), Tidy())
"""All passes, each before the passes that use its results.

FoldShapes turns computed shapes and paddings into constants, which the other passes need. Dilate adds PADs, and
Transposes brings PADs next to convolutions, into which Tidy folds them. Tidy is last, since it removes constants that
no operator reads any more.
"""


def passes(*, widen_bias: bool, unpack_int4: bool) -> tuple[Pass, ...]:
    """The passes for a source in order: the exact ones, and the repairs that were asked for."""
    asked = {WidenBias(): widen_bias, UnpackInt4(): unpack_int4}
    return tuple(each for each in ORDER if asked.get(each, True))


def rewritten(model: Model, through: Iterable[Pass]) -> Rewritten:
    """The model after these passes, with the messages of those that had an effect."""
    sentences: list[str] = []
    stands_for: dict[Operator, Operator] = {}
    for rewrite in through:
        result = rewrite.run(model)
        if result is not model:
            sentences.append(rewrite.sentence(model, result))
            stands_for.update(rewrite.stands_for(model, result))
        model = result
    return Rewritten(model, tuple(filter(None, sentences)), stands_for)
