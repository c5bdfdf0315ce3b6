"""Regions: operators that are split into groups of channels together, and those for which that can pay."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.rewrite.channels.rules import slices, why_not_channels
from arenite.rewrite.regions import Members, check_order_is_free, check_results, ends_of, members_of, ruled, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arenite.model import Graph, Model, Operator, Tensor
    from arenite.rewrite.channels.rules import Slices

_LONGEST = 8
"""Most operators of a region. Longer regions are rare: a convolution that sums over all channels ends most sooner."""


@dataclass(frozen=True, eq=False)
class ChannelRegion(Members):
    """Operators that work channel by channel; built by `channel_region_of`.

    Attributes:
        pieces: number of equal pieces into which the channels of every result divide; the largest number of groups.
        parts: (tensor, axis) of inputs and constants of which each group reads a part.
        duplicated_bytes: bytes of constants that stay in the file beside their parts, since others read them too.
        slices: how each operator computes some channels.
    """

    pieces: int
    parts: tuple[tuple[Tensor, int], ...]
    duplicated_bytes: int
    slices: Mapping[Operator, Slices] = field(repr=False)


def channel_region_of(model: Model, operators: Iterable[Operator]) -> ChannelRegion:
    """The region of these operators of the main graph.

    Raises:
        OptionError: an operator is not in the main graph or cannot be split by channels, or the surrounding operators
            prevent the region from running as one.
    """
    members = members_of(model, operators)
    results = {tensor for operator in members for tensor in operator.outputs}
    how = ruled(model, members, slices, "executed by channels")
    parts = dict.fromkeys(
        (tensor, axis)
        for operator in members
        for tensor, axis in zip(operator.inputs, how[operator].axes, strict=True)
        if tensor is not None and axis is not None and tensor not in results
    )
    region = ChannelRegion(
        members,
        *ends_of(model.main, members),
        pieces=gcd(*(operator.outputs[0].shape[-1] // how[operator].unit for operator in members)),
        parts=tuple(parts),
        duplicated_bytes=_duplicated(model, members, tuple(parts)),
        slices=how,
    )
    _check(model, region)
    return region


def surrounding(graph: Graph, region: ChannelRegion) -> tuple[tuple[Operator, ...], tuple[Operator, ...]]:
    """The graph's other operators, in order: those before the region's last operator, and those after it.

    Raises:
        OptionError: an operator before the region's last one needs a result of the region.
    """
    members = set(region.operators)
    last = max((place for place, operator in enumerate(graph.operators) if operator in members), default=-1)
    before = tuple(operator for operator in graph.operators[: last + 1] if operator not in members)
    if last + 1 - len(before) != len(members):
        raise OptionError(f"the region has operators that the graph {graph.name!r} does not have")
    for operator in before:
        if any(tensor in region.outputs for tensor in operator.inputs):
            raise OptionError(f"{where(operator)} needs a result of the region, but is filed before its last operator")
    return before, graph.operators[last + 1 :]


def _duplicated(model: Model, members: tuple[Operator, ...], parts: Sequence[tuple[Tensor, int]]) -> int:
    """Bytes by which the parts of constants exceed the constants that are no longer needed."""
    new = [(tensor, tensor.data) for tensor, _ in parts if tensor.data is not None]
    cut = {tensor for tensor, _ in new}
    whole = {
        tensor
        for operator in members
        for tensor, axis in zip(operator.inputs, slices(operator).axes, strict=True)
        if axis is None
    }
    whole.update(tensor for operator in model.main.operators if operator not in members for tensor in operator.inputs)
    stay = {tensor.data for graph in model.graphs for tensor in graph.tensors if tensor not in cut or tensor in whole}
    return sum(len(data) for _, data in new) - sum(len(data) for data in {data for _, data in new} - stay)


def _check(model: Model, region: ChannelRegion) -> None:
    made = {*region.outputs, *region.inner}
    check_results(model, region.outputs, made)
    for operator in region.operators:
        for tensor, axis in zip(operator.inputs, region.slices[operator].axes, strict=True):
            if axis is None and tensor in made:
                raise OptionError(
                    f"{model.name}: {where(operator)} adds up all channels of {tensor.name!r}, made in the region; "
                    "sums of groups would be rounded once for each"
                )
    check_order_is_free(model)
    surrounding(model.main, region)


def wide_regions(model: Model) -> Iterator[ChannelRegion]:
    """Regions of consecutive operators with an inner tensor larger than all their outputs together.

    A region ends at an operator that cannot be split by channels. Regions may be nested.
    """
    operators = model.main.operators
    for first in range(len(operators)):
        for end in range(first + 1, min(len(operators), first + _LONGEST) + 1):
            if why_not_channels(operators[end - 1]):
                break
            try:
                region = channel_region_of(model, operators[first:end])
            except OptionError:
                continue  # one more operator can make it possible: the result is then read inside the region only
            widest = max((tensor.bytes for tensor in region.inner), default=0)
            if region.pieces > 1 and widest > sum(tensor.bytes for tensor in region.outputs):
                yield region
