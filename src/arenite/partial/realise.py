"""Regions in strips, in the order of operators that lets memory go soonest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.rewrite.strips import region_of, split

if TYPE_CHECKING:
    from arenite.model import Model
    from arenite.partial.choose import Choice
    from arenite.rewrite.strips import StripPlan


def realise(model: Model, choice: Choice) -> Model:
    """The model with the pieces of a choice executed in strips; the same object where none of them is."""
    for piece in choice.pieces:
        if piece.plan is not None:
            region = region_of(model, piece.plan.region.operators)
            model = in_strips(model, replace(piece.plan, region=region))
    return model


def in_strips(model: Model, plan: StripPlan) -> Model:
    """The model with a region in strips, all rows of the region's inputs sliced before the first strip.

    Slices lie on their whole and cost nothing. Once all are taken, the whole is no longer needed, and the rows of a
    slice are free as soon as its strip is done: the region's output may be written over rows that have been read.
    """
    model = split(model, plan)
    operators = model.main.operators
    first = [each for each in operators if each.code == "SLICE" and each.inputs[0] in plan.region.inputs]
    if not first:
        return model
    at = operators.index(first[0])
    rest = [each for each in operators[at:] if each not in first]
    graph = replace(model.main, operators=(*operators[:at], *first, *rest))
    return replace(model, graphs=(graph, *model.graphs[1:]))
