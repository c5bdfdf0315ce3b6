"""Overlap rules of Arenite's own kernels in C (codegen/kernels/), which `arenite export --c` writes.

Most kernels use TFLM's reference order, so the reference rules hold: output pixels in row-major order, all channels of
a pixel before the next, a pixel's window read right before the pixel is written. Some read a group of channels together
and then write the group, which these rules also cover. Operators that only move values copy runs of bytes in the order
of a plain loop (arenite_copy.c), by memmove() or byte by byte upwards. Kernels with another order have no rule here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.overlap import ANYWHERE, APART, Overlap
from arenite.backends.reference.overlap import element_by_element, reference
from arenite.backends.reference.views import picked
from arenite.operators.elementwise import ELEMENTWISE
from arenite.operators.joins import join
from arenite.operators.kinds import JOINS, RESHAPES, SPLITS
from arenite.operators.windows import CONVOLUTIONS, POOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator

    Rule = Callable[[Operator, int, int], Overlap]

SHORT = 8
"""Least bytes of a run that arenite_copy.c moves by memmove(); it copies shorter runs byte by byte, upwards."""


def generated_c(operator: Operator, position: int, output: int) -> Overlap:
    """Safe distances for the kernel that generated C calls for an operator."""
    rule = RULES.get(operator.code)
    return APART if rule is None else rule(operator, position, output)


def _softmax(operator: Operator, position: int, output: int) -> Overlap:
    """The kernel reads a row several times before and while it writes; in place if input and output types are equal."""
    alike = operator.input(0).type is operator.outputs[0].type
    return reference(operator, position, output) if alike else APART


def _whole(operator: Operator, position: int, output: int) -> Overlap:
    """RESHAPE and its like: one run, or no call at all if the output already lies at the input."""
    source, target = operator.input(0), operator.outputs[output]
    if position or source.bytes != target.bytes:
        return APART
    return Overlap(ANYWHERE.distance if source.bytes >= SHORT else 0, intact=(0,))


def _svdf(_: Operator, position: int, __: int) -> Overlap:
    """The kernel moves the whole input into the state before it writes the output; it reads the weights afterwards."""
    return APART if position else ANYWHERE


def _strided_slice(operator: Operator, position: int, output: int) -> Overlap:
    """Runs are read from increasing positions and written without gaps, so the slice may lie at its place."""
    slice_ = picked(operator)
    if position or slice_ is None:
        return APART
    place = -slice_.first * operator.outputs[output].type.bytes
    return Overlap(place, intact=() if slice_.gap else (place,))


def _taken(operator: Operator, position: int, output: int) -> Overlap:
    """SPLIT, SPLIT_V, UNPACK: output by output, one run per outer position.

    Writes of an output must not reach bytes that this output or a later one still reads. Run k of an output goes to its
    byte k * block and is read from the same or a higher position of the input.
    """
    joined = join(operator)
    if joined is None or position != joined.position:
        return APART
    start, block = sum(joined.blocks[:output]), joined.blocks[output]
    is_last = output == len(joined.lengths) - 1
    distance = -start if is_last else max(-start, joined.outer * block - start - block)
    return Overlap(distance, intact=(-start,) if joined.outer == 1 else ())


def _joined(operator: Operator, position: int, _: int) -> Overlap:
    """CONCATENATION, PACK: input by input, one run per outer position.

    Neither the writes for earlier inputs nor the writes for this input may reach bytes of this input that are still
    unread.
    """
    source, joined = operator.input(position), join(operator)
    if joined is None or None in operator.inputs or source.type is not joined.whole.type:
        return APART
    outer, blocks = joined.outer, joined.blocks
    row, start, block = sum(blocks), sum(blocks[:position]), blocks[position]
    before = (outer - 1) * row + start if position else 0
    distance = max(before, (outer - 1) * (row - block) + start)
    return Overlap(distance, intact=(start,) if outer == 1 or block == row else ())


RULES: Mapping[str, Rule] = {
    **dict.fromkeys((*ELEMENTWISE, "L2_NORMALIZATION", "LOG_SOFTMAX"), element_by_element),
    **dict.fromkeys((*CONVOLUTIONS, *POOLS, "FULLY_CONNECTED", "SLICE"), reference),
    **dict.fromkeys(JOINS, _joined),
    **dict.fromkeys(RESHAPES, _whole),
    **dict.fromkeys(SPLITS, _taken),
    "SOFTMAX": _softmax,
    "STRIDED_SLICE": _strided_slice,
    "SVDF": _svdf,
}
