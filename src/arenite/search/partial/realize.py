"""Regions in parts, in the order of operators that lets memory go soonest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.rewrite.channels import ChannelPlan, SplitChannels, channel_region_of
from arenite.rewrite.strips import SplitRows, region_of, strips_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from arenite.model import Model, Operator, Tensor
    from arenite.rewrite.strips import StripPlan
    from arenite.search.partial.choose import Choice

ROWS = 1
"""The axis along which strips are joined."""


@dataclass(frozen=True, eq=False)
class Realized:
    """A model with regions in parts, and which operator each new operator does a part of, by its outputs.

    That is None for operators that cut, pad or join.
    """

    model: Model
    sources: Mapping[tuple[Tensor, ...], Operator | None]


def realize(model: Model, choice: Choice) -> Realized:
    """The model with the segments of a choice executed in parts; the same object where none of them is."""
    sources: dict[tuple[Tensor, ...], Operator | None] = {}
    for segment in choice.segments:
        if segment.plan is not None:
            plan = within(model, segment.plan)
            before = set(model.main.operators)
            model = in_parts(model, plan)
            sources.update(_sources(plan, (each for each in model.main.operators if each not in before)))
    return Realized(model, sources)


def within(model: Model, plan: StripPlan | ChannelPlan) -> StripPlan | ChannelPlan:
    """The same plan for the same operators of another model, such as the whole of which a stretch is a part."""
    if isinstance(plan, ChannelPlan):
        return replace(plan, region=channel_region_of(model, plan.region.operators))
    return replace(plan, region=region_of(model, plan.region.operators))


def in_parts(model: Model, plan: StripPlan | ChannelPlan) -> Model:
    """The model with a region in groups of channels, or in strips.

    Of strips, all rows of the region's inputs are sliced before the first strip. Slices lie on their whole and cost
    nothing. Once all are taken, the whole is no longer needed, and the rows of a slice are free as soon as its strip is
    done: the region's output may be written over rows that have been read.
    """
    if isinstance(plan, ChannelPlan):
        return SplitChannels(plan).run(model)
    return _sliced_first(SplitRows(plan).run(model), plan, frozenset(model.main.operators))


def _sliced_first(model: Model, plan: StripPlan, before: Set[Operator]) -> Model:
    """The operators of `before` stay where they are: other regions may slice the same tensors."""
    operators = model.main.operators
    slices = (each for each in operators if each.code == "SLICE" and each not in before)
    first = dict.fromkeys(each for each in slices if each.inputs[0] in plan.region.inputs)
    if not first:
        return model
    at = next(place for place, each in enumerate(operators) if each not in before)
    rest = (each for each in operators[at:] if each not in first)
    graph = replace(model.main, operators=(*operators[:at], *first, *rest))
    return replace(model, graphs=(graph, *model.graphs[1:]))


def _sources(plan: StripPlan | ChannelPlan, new: Iterable[Operator]) -> dict[tuple[Tensor, ...], Operator | None]:
    """For each new operator that of the region of which it does a part, in the order of both.

    A PAD that was added stands before a convolution, where none of the region is expected; joins that were added are
    along an axis along which no operator of the region joins.
    """
    if isinstance(plan, ChannelPlan):
        expected = [operator for _ in plan.groups for operator in plan.region.operators]
    else:
        expected = [each for strip in strips_of(plan) for each in plan.region.operators if each in strip.cuts]
    found: dict[tuple[Tensor, ...], Operator | None] = {}
    for operator in new:
        computes = expected and operator.code == expected[0].code and not _joins(operator, plan)
        found[operator.outputs] = expected.pop(0) if computes else None
    return found


def _joins(operator: Operator, plan: StripPlan | ChannelPlan) -> bool:
    """Whether an operator was added to join the parts of a result."""
    axis = len(operator.outputs[0].shape) - 1 if isinstance(plan, ChannelPlan) else ROWS
    return operator.code == "CONCATENATION" and operator.options.get("axis") == axis
