"""Model, choice -> model with the chosen stretches in parts, in an order of operators that frees memory early."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.operators.rows_outside import ROWS
from arenite.rewrite.channels import ChannelPlan, SplitChannels, channel_region_of
from arenite.rewrite.strips import SplitRows, is_copy, region_of, strips_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

    from arenite.model import Model, Operator, Tensor
    from arenite.rewrite.strips import StripPlan
    from arenite.search.partial.choose import Choice


def realize(model: Model, choice: Choice) -> tuple[Model, dict[tuple[Tensor, ...], Operator | None]]:
    """The model with the segments of a choice executed in parts; the same object if all segments are whole.

    Also maps a new operator's outputs to the original operator it implements part of; None for SLICE, PAD and
    CONCATENATION added by splitting.
    """
    sources: dict[tuple[Tensor, ...], Operator | None] = {}
    for segment in choice.segments:
        if segment.plan is not None:
            plan = within(model, segment.plan)
            before = set(model.main.operators)
            model = in_parts(model, plan)
            sources.update(_sources(plan, (operator for operator in model.main.operators if operator not in before)))
    return model, sources


def within(model: Model, plan: StripPlan | ChannelPlan) -> StripPlan | ChannelPlan:
    """The plan applied to another model that contains the same operators, such as the one a stretch was taken from."""
    if isinstance(plan, ChannelPlan):
        return replace(plan, region=channel_region_of(model, plan.region.operators))
    region = region_of(model, plan.region.operators)
    return plan if region.same(plan.region) else replace(plan, region=region)


def in_parts(model: Model, plan: StripPlan | ChannelPlan) -> Model:
    """The model with the plan's region in channel groups, or in strips.

    For strips, all slices of the region's inputs are taken before the first strip. A slice of whole rows is a view of
    the input and costs nothing. After the last slice the input has no reader left, and each slice ends with its strip.
    So the region's output may overwrite input rows that have been read. Slices of an input outside of the arena are
    copies, and stay in their strips.
    """
    if isinstance(plan, ChannelPlan):
        return SplitChannels(plan).run(model)
    return _sliced_first(SplitRows(plan).run(model), plan, frozenset(model.main.operators))


def _sliced_first(model: Model, plan: StripPlan, before: Set[Operator]) -> Model:
    """Move the new slices of the region's inputs in front of the other new operators.

    The operators in `before` do not move: the slices of other regions, perhaps of the same tensors, are among them.
    """
    operators = model.main.operators
    views = {tensor for tensor in plan.region.inputs if tensor.outside is None}
    slices = (operator for operator in operators if operator.code == "SLICE" and operator not in before)
    first = dict.fromkeys(operator for operator in slices if operator.inputs[0] in views)
    if not first:
        return model
    at = next(place for place, operator in enumerate(operators) if operator not in before)
    rest = (operator for operator in operators[at:] if operator not in first)
    graph = replace(model.main, operators=(*operators[:at], *first, *rest))
    return replace(model, graphs=(graph, *model.graphs[1:]))


def _sources(plan: StripPlan | ChannelPlan, new: Iterable[Operator]) -> dict[tuple[Tensor, ...], Operator | None]:
    """Match new operators with those of the region by comparing kinds, in the order of execution of both.

    An added PAD precedes a convolution, where the region has no PAD. An added CONCATENATION joins along an axis along
    which no operator of the region does.
    """
    if isinstance(plan, ChannelPlan):
        expected = [operator for _ in plan.groups for operator in plan.region.operators]
    else:
        operators = [each for each in plan.region.operators if not is_copy(each)]
        expected = [each for strip in strips_of(plan) for each in operators if each in strip.cuts]
    found: dict[tuple[Tensor, ...], Operator | None] = {}
    for operator in new:
        computes = (
            expected and operator.code == expected[0].code and not _joins(operator, plan) and not is_copy(operator)
        )
        found[operator.outputs] = expected.pop(0) if computes else None
    return found


def _joins(operator: Operator, plan: StripPlan | ChannelPlan) -> bool:
    """Whether a CONCATENATION was added to join the parts of a result."""
    axis = len(operator.outputs[0].shape) - 1 if isinstance(plan, ChannelPlan) else ROWS
    return operator.code == "CONCATENATION" and operator.options.get("axis") == axis
