"""The passes that make of a source what is planned, in their order, and what a person is told of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.operators.packed import packed_weights
from arenite.rewrite.dilate import dilate
from arenite.rewrite.fold import fold
from arenite.rewrite.prune import prune
from arenite.rewrite.shapes import fold_shapes
from arenite.rewrite.unpack_int4 import unpack_int4
from arenite.rewrite.widen_bias import misread_bias, widen_bias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arenite.model import Model, Operator


@dataclass(frozen=True)
class Pass:
    """A pass from a model to a model, and a sentence about a model before and after it.

    The sentence is empty where there is nothing to say.
    """

    run: Callable[[Model], Model]
    sentence: Callable[[Model, Model], str]


def rewritten(model: Model, passes: Iterable[Pass]) -> tuple[Model, tuple[str, ...]]:
    """The model after all passes, and what to say of those that changed it; the same object where none did."""
    sentences = []
    for each in passes:
        result = each.run(model)
        if result is not model:
            sentences.append(each.sentence(model, result))
        model = result
    return model, tuple(filter(None, sentences))


def _gone(before: Model, after: Model) -> int:
    return len(before.main.operators) - len(after.main.operators)


def _count(model: Model, holds: Callable[[Operator], object]) -> int:
    return sum(1 for graph in model.graphs for operator in graph.operators if holds(operator))


def _number(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {many}"


def _of_shapes(before: Model, after: Model) -> str:
    gone = _number(_gone(before, after), "operator is", "operators are")
    return f"{gone} left out that computed shapes: those of the file are known"


def _of_dilation(before: Model, after: Model) -> str:
    def split(operator: Operator) -> bool:
        return operator.code == "SPACE_TO_BATCH_ND"

    count = _number(_count(before, split) - _count(after, split), "convolution is", "convolutions are")
    return f"{count} dilated in place of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND around"


def _of_unpacking(before: Model, after: Model) -> str:
    count = _count(before, packed_weights) - _count(after, packed_weights)
    which = _number(count, "operator are", "operators are")
    return f"the int4 weights of {which} int8 now, for {flash(before, after):,} bytes of flash"


def flash(before: Model, after: Model) -> int:
    """Bytes by which the contents of constants grow."""
    one, other = (
        sum(
            len(data)
            for data in {tensor.data for graph in model.graphs for tensor in graph.tensors}
            if data is not None
        )
        for model in (before, after)
    )
    return other - one


def _of_widening(before: Model, after: Model) -> str:
    count = _number(_count(before, misread_bias) - _count(after, misread_bias), "bias is", "biases are")
    return f"{count} widened to int64, as which TFLM read the int32; what was compared is the source so repaired"


def _of_tidying(before: Model, after: Model) -> str:
    gone = _gone(before, after)
    if not gone:
        return ""
    return f"{gone} operators are left out: nobody needs them, they only copy, or convolutions pad by themselves"


def _tidied(model: Model) -> Model:
    return prune(fold(model))


SHAPES = Pass(fold_shapes, _of_shapes)
DILATION = Pass(dilate, _of_dilation)
UNPACKING = Pass(unpack_int4, _of_unpacking)
WIDENING = Pass(widen_bias, _of_widening)
TIDYING = Pass(_tidied, _of_tidying)
