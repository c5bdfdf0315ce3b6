"""Replaces operators by equivalent ones that more runtimes accept, for the reference inference of the self-test.

TFLM takes FILL with constant dimensions only, and LiteRT's reference kernels take only the first versions of TILE.
TFLM's SPACE_TO_BATCH_ND pads with a byte that nothing sets, so PAD goes before it. TFLM converts UINT8 but neither cuts
nor joins it, so strips of UINT8 images become those of int8 ones. No replacement changes the result.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.codegen.operators.options import integers
from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor
from arenite.operators.quantization import LEAST, has_eight_bits

if TYPE_CHECKING:
    from collections.abc import Sequence


_VERSIONS = {"TILE": 2}
"""Latest versions that LiteRT's reference kernels register."""


def respelled(model: Model) -> Model:
    """Replace operators by equivalent ones; the same object if nothing changes."""
    graphs = (_with_int8_rows(_respelled_graph(model.main)), *map(_respelled_graph, model.graphs[1:]))
    return model if graphs == model.graphs else replace(model, graphs=graphs, origin=None)  # drops its versions


def _respelled_graph(graph: Graph) -> Graph:
    return _with_operators(graph, tuple(each for operator in graph.operators for each in _respelled(operator)))


def _with_operators(graph: Graph, operators: tuple[Operator, ...]) -> Graph:
    if operators == graph.operators:
        return graph
    known = set(graph.tensors)
    inputs = dict.fromkeys(each for operator in operators for each in operator.inputs if each is not None)
    added = tuple(tensor for tensor in inputs if tensor not in known)
    return replace(graph, operators=operators, tensors=(*graph.tensors, *added))


def _respelled(operator: Operator) -> tuple[Operator, ...]:
    if operator.version > _VERSIONS.get(operator.code, operator.version):
        return (replace(operator, version=_VERSIONS[operator.code], origin=None),)
    if operator.code == "FILL" and operator.inputs[0] is not None and operator.inputs[0].data is None:
        shape = _numbers(f"{operator.outputs[0].name}/shape", operator.outputs[0].shape)
        return (replace(operator, inputs=(shape, *operator.inputs[1:]), origin=None),)
    if operator.code == "SPACE_TO_BATCH_ND" and any(integers(operator, 2)):
        return _padded_before(operator)
    return (operator,)


def _with_int8_rows(graph: Graph) -> Graph:
    """The graph that converts UINT8 images before it cuts them, and after it joined them, not in between."""
    moving = [operator for operator in graph.operators if operator.code in ("SLICE", "CONCATENATION")]
    moved = {tensor for operator in moving for tensor in (*operator.inputs, *operator.outputs) if tensor is not None}
    rows = [tensor for tensor in moved if tensor.type is ElementType.UINT8]
    users = {operator for operator in graph.operators if not {*operator.inputs, *operator.outputs}.isdisjoint(rows)}
    others = users.difference(moving)
    if not all(map(has_eight_bits, rows)) or any(operator.code != "QUANTIZE" for operator in others):
        return graph
    inside = {tensor: _as_int8(tensor) for tensor in rows}
    first = (Operator("QUANTIZE", (each,), (inside[each],)) for each in graph.inputs if each in inside)
    last = (Operator("QUANTIZE", (inside[each],), (each,)) for each in graph.outputs if each in inside)
    return _with_operators(graph, (*first, *(operator.using(inside) for operator in graph.operators), *last))


def _as_int8(tensor: Tensor) -> Tensor:
    assert tensor.quantization is not None
    shift = LEAST[ElementType.INT8] - LEAST[ElementType.UINT8]
    points = tuple(point + shift for point in tensor.quantization.zero_point)
    quantization = Quantization(tuple(tensor.quantization.scale), points)
    return Tensor(f"{tensor.name}/int8", tensor.shape, ElementType.INT8, quantization=quantization)


def _padded_before(operator: Operator) -> tuple[Operator, Operator]:
    """SPACE_TO_BATCH_ND as PAD and one without padding."""
    source, name, margins = operator.input(0), operator.outputs[0].name, integers(operator, 2)
    around = [0, 0, *margins, *[0] * (2 * len(source.shape) - 2 - len(margins))]
    lengths = (n + a + b for n, a, b in zip(source.shape, around[::2], around[1::2], strict=True))
    padded = replace(source, name=f"{name}/padded", shape=tuple(lengths))
    paddings = _numbers(f"{name}/paddings", around, (len(source.shape), 2))
    nothing = _numbers(f"{name}/nothing", [0] * len(margins), operator.input(2).shape)
    return (
        Operator("PAD", (source, paddings), (padded,)),
        replace(operator, inputs=(padded, operator.inputs[1], nothing), origin=None),
    )


def _numbers(name: str, values: Sequence[int], shape: tuple[int, ...] | None = None) -> Tensor:
    content = b"".join(value.to_bytes(4, "little") for value in values)
    return Tensor(name, shape or (len(values),), ElementType.INT32, Data(content))
