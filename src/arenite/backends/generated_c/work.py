"""What reports say of operators as generated C runs them: also of those that stand for several of the file."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.backends.generated_c.bottlenecks import INVERTED_BOTTLENECK, parts
from arenite.backends.generated_c.sums import ADD_PRODUCTS
from arenite.operators.macs import macs

if TYPE_CHECKING:
    from arenite.model import Operator


def of_file(operator: Operator) -> Operator:
    """An operator of the file that can be split as this one can: of an inverted bottleneck the one in the middle."""
    return parts(operator).depthwise if operator.code == INVERTED_BOTTLENECK else operator


def macs_as_run(operator: Operator) -> int:
    """Multiply-accumulates of an operator of `Backend.as_run`; the sum over a model is that of its file."""
    if operator.code == INVERTED_BOTTLENECK:
        found = parts(operator)
        return sum(map(macs, (found.expansion, found.depthwise, found.projection)))
    if operator.code == ADD_PRODUCTS:
        return prod(operator.input(0).shape) * operator.input(1).shape[0]
    return macs(operator)
