"""PAD and PADV2 in a region: the padding rows belong to the first and last strips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.operators.constants import integers
from arenite.rewrite.regions import CannotSplitError
from arenite.rewrite.strips.cut import Cut, Rule
from arenite.rewrite.strips.rows import Rows

if TYPE_CHECKING:
    from arenite.model import Operator


def pad_rule(operator: Operator) -> Rule:
    """PAD, PADV2. A strip of padding alone still reads the nearest input row, whose copy is trimmed."""
    source, target = operator.input(0), operator.outputs[0]
    values = integers(operator.inputs[1])
    if values is None or len(values) != 8:
        raise CannotSplitError("is told its padding at run time")
    if any(values[:2]) or min(values) < 0:
        raise CannotSplitError("pads batches")
    above, height = values[2], source.shape[1]
    if target.shape[1] != above + height + values[3]:
        raise CannotSplitError("has an output whose shape does not follow from its padding")

    def cut(rows: Rows) -> Cut:
        first = min(max(rows.first - above, 0), height - 1)
        end = max(min(rows.end - above, height), first + 1)
        made = Rows(min(rows.first, first + above), max(rows.end, end + above))
        paddings = (0, 0, first + above - made.first, made.end - above - end, *values[4:])
        reads = (Rows(first, end), *(None for _ in operator.inputs[1:]))
        return Cut(rows, made, reads, options=operator.options, numbers=((1, paddings),))

    return cut
