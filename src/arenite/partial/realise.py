"""Regions in strips, in the order of operators that lets memory go soonest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.rewrite.strips import region_of, split, strips_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arenite.model import Model, Operator, Tensor
    from arenite.partial.choose import Choice
    from arenite.rewrite.strips import StripPlan

ROWS = 1
"""The axis along which parts are joined."""


@dataclass(frozen=True, eq=False)
class Realised:
    """A model with regions in strips, and which operator each new operator does a part of, by its outputs.

    That is None for operators that cut, pad or join rows.
    """

    model: Model
    sources: Mapping[tuple[Tensor, ...], Operator | None]


def realise(model: Model, choice: Choice) -> Realised:
    """The model with the pieces of a choice executed in strips; the same object where none of them is."""
    sources: dict[tuple[Tensor, ...], Operator | None] = {}
    for piece in choice.pieces:
        if piece.plan is not None:
            region = region_of(model, piece.plan.region.operators)
            plan = replace(piece.plan, region=region)
            before = set(model.main.operators)
            model = split(model, plan)
            sources.update(_sources(plan, (each for each in model.main.operators if each not in before)))
            model = _sliced_first(model, plan)
    return Realised(model, sources)


def in_strips(model: Model, plan: StripPlan) -> Model:
    """The model with a region in strips, all rows of the region's inputs sliced before the first strip.

    Slices lie on their whole and cost nothing. Once all are taken, the whole is no longer needed, and the rows of a
    slice are free as soon as its strip is done: the region's output may be written over rows that have been read.
    """
    return _sliced_first(split(model, plan), plan)


def _sliced_first(model: Model, plan: StripPlan) -> Model:
    operators = model.main.operators
    first = [each for each in operators if each.code == "SLICE" and each.inputs[0] in plan.region.inputs]
    if not first:
        return model
    at = operators.index(first[0])
    rest = [each for each in operators[at:] if each not in first]
    graph = replace(model.main, operators=(*operators[:at], *first, *rest))
    return replace(model, graphs=(graph, *model.graphs[1:]))


def _sources(plan: StripPlan, new: Iterable[Operator]) -> dict[tuple[Tensor, ...], Operator | None]:
    """For each new operator that of the region of which it does a part, in the order of both.

    A PAD that was added stands before a convolution, where none of the region is expected; joins that were added are
    along rows, of which the region has none.
    """
    expected = [operator for strip in strips_of(plan) for operator in plan.region.operators if operator in strip.cuts]
    found: dict[tuple[Tensor, ...], Operator | None] = {}
    for operator in new:
        joins = operator.code == "CONCATENATION" and operator.options.get("axis") == ROWS
        computes = expected and operator.code == expected[0].code and not joins
        found[operator.outputs] = expected.pop(0) if computes else None
    return found
