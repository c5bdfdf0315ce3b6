"""Regions: operators that are split into strips of rows together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.model import Outside
from arenite.model.remembering import Remembering
from arenite.operators.state import has_state
from arenite.rewrite.regions import Members, check_order_is_free, check_results, ends_of, members_of, ruled, where
from arenite.rewrite.strips.rows import Rows
from arenite.rewrite.strips.splittable import rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arenite.model import Graph, Model, Operator, Tensor
    from arenite.rewrite.strips.rules import Cut, Rule


@dataclass(frozen=True, eq=False)
class Region(Members, Remembering):
    """Row-wise operators; built by `region_of`. `rules` say how each operator computes some rows."""

    rules: Mapping[Operator, Rule] = field(repr=False)

    @property
    def from_rows(self) -> frozenset[Tensor]:
        """Results that an operator reads of an input which comes in rows, each row once."""
        return frozenset(
            operator.outputs[0]
            for operator in self.operators
            if any(tensor is not None and tensor.outside is Outside.ROWS for tensor in operator.inputs)
        )

    def cut(self, operator: Operator, rows: Rows, read: dict[Tensor, Rows]) -> Cut:
        """How an operator of the region computes some rows; what it reads for them is added to `read`."""
        cut = self.rules[operator](rows)
        for tensor, needed in zip(operator.inputs, cut.reads, strict=True):
            if needed is not None and tensor is not None and tensor.data is None:
                read[tensor] = needed.hull(read.get(tensor))
        return cut

    def same(self, other: Region) -> bool:
        """Whether another region, perhaps of another model, has the same operators and gives the same results.

        The rules follow from the operators.
        """
        mine, its = ((each.operators, each.inputs, each.outputs, each.inner) for each in (self, other))
        return mine == its

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.operators, self.inputs, self.outputs, self.inner)


def _again(
    operators: tuple[Operator, ...], inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], inner: tuple[Tensor, ...]
) -> Region:
    """A region that was pickled without its rules, which are functions."""
    return Region(operators, inputs, outputs, inner, {operator: rule(operator) for operator in operators})


def region_of(model: Model, operators: Iterable[Operator]) -> Region:
    """The region of these operators of the main graph.

    Raises:
        OptionError: an operator is not in the main graph or cannot be split, or the surrounding operators prevent
            the region from running as one.
    """
    members = members_of(model, operators)
    region = Region(members, *ends_of(model.main, members), ruled(model, members, rule, "split by rows"))
    _check(model, region)
    return region


def surroundings(graph: Graph, region: Region) -> tuple[tuple[Operator, ...], tuple[Operator, ...]]:
    """The graph's other operators: those to run before the region, and those to run after it.

    Operators keep their order, but those that need a result of the region run after it.

    Raises:
        OptionError: an operator of the region needs a result of an operator that must run after it, or two operators
            with state would change their order.
    """
    members, late = set(region.operators), set(region.outputs)
    before: list[Operator] = []
    after: list[Operator] = []
    left = len(members)
    state_after = False
    for operator in graph.operators:
        if operator in members:
            left -= 1
            if any(tensor in late for tensor in operator.inputs if tensor not in region.outputs):
                raise OptionError(f"{where(operator)} needs a result of the region by way of an operator outside of it")
        elif not left or not late.isdisjoint(operator.inputs):
            after.append(operator)
            late.update(operator.outputs)
            state_after = state_after or has_state(operator)
        elif state_after and has_state(operator):
            raise OptionError(f"{where(operator)} would change places with another operator that has state")
        else:
            before.append(operator)
    if left:
        raise OptionError(f"the region has operators that the graph {graph.name!r} does not have")
    if any(tensor in region.inputs for operator in after for tensor in operator.outputs):
        raise OptionError("the region reads what an operator makes that is filed after it")
    return tuple(before), tuple(after)


def _check(model: Model, region: Region) -> None:
    made = {*region.outputs, *region.inner}
    check_results(model, region.outputs, made)
    for operator in region.operators:
        reads = region.rules[operator](Rows(0, operator.outputs[0].shape[1])).reads
        for tensor, rows in zip(operator.inputs, reads, strict=True):
            if rows is None and tensor in made:
                raise OptionError(f"{model.name}: {where(operator)} reads all of what another one of the region makes")
    check_order_is_free(model)
    surroundings(model.main, region)
