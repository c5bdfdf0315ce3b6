"""PAD taken into the convolution behind it: the kernels pad by themselves, so the padded tensor need not exist."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.codegen.operators.constants import integers
from arenite.codegen.operators.window import EXPLICIT, VALID, number
from arenite.errors import UnsupportedError

if TYPE_CHECKING:
    from arenite.model import Model, Operator, Tensor

_CONVOLUTIONS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})


def folded(model: Model) -> Model:
    """The model without the PADs that convolutions can do; the same object where there is none.

    A PAD fills with the zero point, which is what a convolution takes padding to be.
    """
    graph = model.main
    readers = Counter(tensor for operator in graph.operators for tensor in operator.inputs if tensor is not None)
    readers.update(graph.outputs)
    pads = {operator.outputs[0]: operator for operator in graph.operators if operator.code == "PAD"}
    result: list[Operator] = []
    gone: set[Operator] = set()
    for operator in graph.operators:
        pad = pads.get(operator.inputs[0]) if operator.inputs and operator.inputs[0] is not None else None
        margins = _margins(pad, operator) if pad is not None and readers[pad.outputs[0]] == 1 else None
        if pad is None or margins is None:
            result.append(operator)
            continue
        gone.add(pad)
        result.append(
            replace(
                operator,
                inputs=(pad.inputs[0], *operator.inputs[1:]),
                options={**operator.options, EXPLICIT: margins},
                origin=None,
            )
        )
    if not gone:
        return model
    operators = tuple(operator for operator in result if operator not in gone)
    return replace(model, graphs=(replace(graph, operators=operators), *model.graphs[1:]))


def _margins(pad: Operator, operator: Operator) -> tuple[int, int] | None:
    """Rows above and columns to the left, if this operator can do the padding itself."""
    source = pad.inputs[0]
    if source is None or operator.code not in _CONVOLUTIONS or number(operator, "padding", VALID) != VALID:
        return None
    if len(source.shape) != 4 or _scale(source) != _scale(pad.outputs[0]):
        return None
    try:
        margins = integers(pad, 1)
    except UnsupportedError:
        return None
    if len(margins) != 8 or any(margins[:2]) or any(margins[6:]) or min(margins) < 0:
        return None
    return margins[2], margins[4]


def _scale(tensor: Tensor) -> object:
    quantization = tensor.quantization
    return None if quantization is None else (tuple(quantization.scale), tuple(quantization.zero_point))
