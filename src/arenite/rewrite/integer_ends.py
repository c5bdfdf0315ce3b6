"""Model -> the same model with int8 or uint8 inputs and outputs, where the model quantizes them itself.

    before   x float32 --QUANTIZE--> a int8 --...--> b int8 --DEQUANTIZE--> y float32
    int8     x int8 --------------------------...---------------------------> y int8
    uint8    x uint8 --QUANTIZE--> a int8 --...--> b int8 --QUANTIZE--> y uint8

The application then does what QUANTIZE and DEQUANTIZE did, or has integers already, as cameras and microphones do. A
quantized value stands for scale * (value - zero point), with scale and zero point of the new input or output.

A model whose inputs are of the other of the two types already loses the QUANTIZE between them, or gets one.

The new model computes the same: QUANTIZE maps scale * (value - zero point) back to `value`, because for the scales that
are taken here its error in float32 is far below half a step, and DEQUANTIZE gives scale * (value - zero point), rounded
once. QUANTIZE between int8 and uint8 of one scale only adds or subtracts 128.

Inputs and outputs keep their names, and the writer renumbers the signatures that refer to them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from arenite.errors import OptionError
from arenite.model import ElementType, Operator, Quantization, Tensor
from arenite.operators.quantization import LEAST, has_eight_bits, stands_for, steps
from arenite.rewrite.edits import check_may_exchange, exchanged, with_operators
from arenite.rewrite.interface import Rewritten
from arenite.tflite.signatures import signature_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from arenite.model import Graph, Model

EndType = Literal["int8", "uint8"]

END_TYPES: Mapping[str, ElementType] = {"int8": ElementType.INT8, "uint8": ElementType.UINT8}
"""The types that inputs and outputs may get, by the names of the option."""


class _Change(NamedTuple):
    """What one input or output takes to get another type.

    end, new: the tensor in the source, and the one in its place.
    instead: tensor of the source -> tensor that operators read or write in its place. gone: operators that are not
        needed any more. added: a QUANTIZE at the border, and the operator of the source that it is attributed to.
    """

    end: Tensor
    new: Tensor
    instead: Mapping[Tensor, Tensor]
    gone: tuple[Operator, ...] = ()
    added: tuple[Operator, Operator] | None = None


def with_integer_ends(model: Model, kind: EndType) -> Rewritten:
    """The model with inputs and outputs of this type, as far as it quantizes them itself.

    Others stay as they are: those that are not quantized or that other operators use as well, indices, masks, and all
    but the first of several outputs of one tensor.

    Raises:
        OptionError: no input or output can get the type, or the model's tensors cannot be exchanged.
    """
    wanted, graph = END_TYPES[kind], model.main
    if all(tensor.type is wanted for tensor in (*graph.inputs, *graph.outputs)):
        raise OptionError(f"{model.name}: its inputs and outputs are {kind} already")
    changes = _Changes(graph, wanted, signature_tensors(model)).found
    if not changes:
        ends = ", ".join(f"{each.name} {each.type.name.lower()}" for each in (*graph.inputs, *graph.outputs))
        raise OptionError(f"{model.name}: it quantizes no input or output itself, so none can become {kind}: {ends}")
    result = _changed(model, changes)
    refusal = f"its inputs and outputs cannot become {kind}: other parts of the file name them"
    check_may_exchange(model, result.model, refusal)
    return result


def _changed(model: Model, changes: Sequence[_Change]) -> Rewritten:
    graph = model.main
    instead = {old: new for change in changes for old, new in change.instead.items()}
    gone = {operator for change in changes for operator in change.gone}
    kept = [(operator, operator.using(instead)) for operator in graph.operators if operator not in gone]
    added = {change.added[0].using(instead): change.added[1] for change in changes if change.added}
    first = [operator for operator in added if operator.inputs[0] in {change.new for change in changes}]
    last = [operator for operator in added if operator not in first]
    edited = with_operators(graph, (*first, *(new for _, new in kept), *last))
    ends = {change.end: change.new for change in changes}
    main = exchanged(edited, ends, edited.operators)
    stands_for = {new: old for old, new in kept if new.outputs != old.outputs}
    return Rewritten(replace(model, graphs=(main, *model.graphs[1:])), (), {**stands_for, **added})


class _Changes:
    """Finds the changes of a graph whose inputs and outputs are to get a type."""

    def __init__(self, graph: Graph, wanted: ElementType, named: Set[Tensor]) -> None:
        self.graph = graph
        self.wanted = wanted
        self.ends = {*named, *graph.inputs, *graph.outputs}
        """Tensors that have to stay."""
        self.found: list[_Change] = []
        for tensor in dict.fromkeys(graph.inputs):
            if tensor.type is not wanted and tensor not in graph.outputs:
                self._add(self._of_input(tensor))
        for tensor in dict.fromkeys(graph.outputs):
            if tensor.type is not wanted and tensor not in graph.inputs:
                self._add(self._of_output(tensor))

    def _add(self, change: _Change | None) -> None:
        """Note a change, unless another one replaces the same tensors."""
        if change and not any(each.instead.keys() & change.instead.keys() for each in self.found):
            self.found.append(change)

    def _of_input(self, source: Tensor) -> _Change | None:
        readers = [operator for operator in self.graph.operators if source in operator.inputs]
        results = [operator.outputs[0] for operator in readers if operator.code == "QUANTIZE"]
        alike = {(tensor.type, tensor.shape, steps(tensor)) for tensor in results}
        quantized = len(results) == len(readers) > 0 and len(alike) == 1 and stands_for(results[0], source)
        if quantized and results[0].type is self.wanted and not self.ends.intersection(results):
            new = self._retyped(source, results[0])
            return _Change(source, new, dict.fromkeys((source, *results), new), gone=tuple(readers))
        if has_eight_bits(source) and readers:
            inner, new = _inside(source), self._retyped(source, source)
            return _Change(source, new, {source: inner}, added=(_quantize(new, inner), readers[0]))
        if quantized and results[0].type is not self.wanted:
            new = self._retyped(source, results[0])
            return _Change(source, new, {source: new})
        return None

    def _of_output(self, result: Tensor) -> _Change | None:
        writer = self._writer(result)
        if writer is None or any(result in operator.inputs for operator in self.graph.operators):
            return None
        source = writer.inputs[0] if writer.code in ("DEQUANTIZE", "QUANTIZE") else None
        quantized = source is not None and stands_for(source, result)
        if source is not None and quantized and source.type is self.wanted and source not in self.ends:
            if self._writer(source) is None:
                return None
            new = self._retyped(result, source)
            return _Change(result, new, {source: new}, gone=(writer,))
        if has_eight_bits(result):
            inner, new = _inside(result), self._retyped(result, result)
            return _Change(result, new, {result: inner}, added=(_quantize(inner, new), writer))
        if source is not None and quantized and source.type is not self.wanted:
            new = self._retyped(result, source)
            return _Change(result, new, {}, (writer,), (_quantize(source, new), writer))
        return None

    def _writer(self, tensor: Tensor) -> Operator | None:
        return next((operator for operator in self.graph.operators if tensor in operator.outputs), None)

    def _retyped(self, end: Tensor, like: Tensor) -> Tensor:
        """The input or output with the wanted type and the steps of an integer tensor."""
        assert like.quantization is not None
        shift = LEAST[self.wanted] - LEAST[like.type]
        points = tuple(point + shift for point in like.quantization.zero_point)
        return replace(end, type=self.wanted, quantization=Quantization(tuple(like.quantization.scale), points))


def _inside(end: Tensor) -> Tensor:
    """A tensor for what an input or output was."""
    return Tensor(f"{end.name}/{end.type.name.lower()}", end.shape, end.type, quantization=end.quantization)


def _quantize(source: Tensor, result: Tensor) -> Operator:
    return Operator("QUANTIZE", (source,), (result,))
