"""The rule for an operator, an input, an output and a set of kernels."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.calls import called, passed_on
from arenite.backends.cmsis_nn.overlap import cmsis_nn
from arenite.backends.esp_nn.overlap import esp_nn
from arenite.backends.generated_c.overlap import generated_c
from arenite.backends.overlap import APART, Overlap
from arenite.backends.reference.overlap import reference
from arenite.backends.sets import Kernels

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

_NO_SETS = (Kernels.PORTABLE, Kernels.APART)
OF_TFLM = tuple(each for each in Kernels if each is each.rules and each not in _NO_SETS and not each.generated)
"""The sets that a build of TFLM may run, those with the same rules once."""


def overlap(operator: Operator, source: Tensor, target: Tensor, kernels: Kernels) -> Overlap:
    """Where `target`, an output of the operator, may lie relative to `source`, an input that nobody needs afterwards.

    An input that the operator reads at several positions (ADD of a tensor to itself) obeys the rules of all of them.
    In doubt the two stay apart: for operators, types and shapes that no rule is known for, and for inputs such as
    weights that are read again and again.

    Args:
        operator: the operator.
        source: one of its inputs.
        target: one of its outputs.
        kernels: the kernels that will run.

    Raises:
        ValueError: `source` is not an input of the operator, or `target` no output.
    """
    positions = [position for position, tensor in enumerate(operator.inputs) if tensor is source]
    output = operator.outputs.index(target)
    if not positions:
        raise ValueError(f"{source.name!r} is no input of this {operator.label}")
    if kernels is Kernels.APART or not source.bytes or not target.bytes:
        return APART
    sets = OF_TFLM if kernels is Kernels.PORTABLE else (kernels.rules,)
    rules = (_rule(operator, position, output, each) for position in positions for each in sets)
    return reduce(Overlap.both, rules).within(source.bytes, target.bytes)


def _rule(operator: Operator, position: int, output: int, kernels: Kernels) -> Overlap:
    try:
        if kernels is Kernels.REFERENCE:
            return reference(operator, position, output)
        if kernels is Kernels.ESP_NN:
            return esp_nn(operator, position, output)
        if called(operator, kernels):
            return passed_on(operator, position, output, kernels)
        if kernels.generated:
            return generated_c(operator, position, output)
        return cmsis_nn(operator, position, output, kernels)
    except (AssertionError, AttributeError, IndexError, KeyError, ValueError, ZeroDivisionError):
        return APART  # lacks an input, an option or a dimension that its kind needs: no runtime takes it
