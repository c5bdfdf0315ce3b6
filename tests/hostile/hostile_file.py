"""A short way to write files with the schema's object API, which checks nothing that it is given."""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

FLOAT, INT32, INT16, INT8, BOOL, RESOURCE = 0, 2, 7, 9, 6, 13
_NUMPY = {FLOAT: "<f4", INT32: "<i4", INT16: "<i2", INT8: "i1", BOOL: "?"}


class File:
    """A model under construction; `tensor` and `operator` add to the graph that was begun last."""

    def __init__(self) -> None:
        self.model = schema.ModelT(
            version=3, operatorCodes=[], subgraphs=[], buffers=[schema.BufferT()], metadata=[], signatureDefs=[]
        )
        self._codes: dict[tuple[int, str | None], int] = {}
        self.graph("main")

    def graph(self, name: str) -> None:
        self._graph = schema.SubGraphT([], [], [], [], name.encode())
        self.model.subgraphs.append(self._graph)

    def tensor(
        self,
        shape: Any,
        kind: int = INT8,
        values: Any = None,
        *,
        name: str = "t",
        scale: Any = None,
        zero_point: int = 0,
        dimension: int = 0,
        variable: bool = False,
    ) -> int:
        tensor = schema.TensorT(shape=list(shape), type=kind, name=name.encode(), isVariable=variable)
        if scale is not None:
            scales = np.atleast_1d(np.asarray(scale, np.float32))
            points = np.full(scales.shape, zero_point, np.int64)
            tensor.quantization = schema.QuantizationParametersT(
                scale=scales, zeroPoint=points, quantizedDimension=dimension
            )
        tensor.buffer = 0 if values is None else self.buffer(np.asarray(values, _NUMPY[kind]).tobytes())
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def buffer(self, content: bytes) -> int:
        self.model.buffers.append(schema.BufferT(data=np.frombuffer(content, np.uint8)))
        return len(self.model.buffers) - 1

    def operator(
        self, code: str, inputs: Any, outputs: Any, options: Any = None, *, custom: str | None = None, flex: bytes = b""
    ) -> None:
        number = getattr(schema.BuiltinOperator, code)
        if (number, custom) not in self._codes:
            self._codes[number, custom] = len(self.model.operatorCodes)
            self.model.operatorCodes.append(
                schema.OperatorCodeT(min(number, 127), custom and custom.encode(), 1, number)  # type: ignore[arg-type]
            )
        operator = schema.OperatorT(opcodeIndex=self._codes[number, custom], inputs=[*inputs], outputs=[*outputs])
        if options is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__[:-1])
            operator.builtinOptions = options
        if flex:
            operator.customOptions = np.frombuffer(flex, np.uint8)
        self._graph.operators.append(operator)

    def ends(self, inputs: Any, outputs: Any) -> File:
        self._graph.inputs, self._graph.outputs = [*inputs], [*outputs]
        return self

    def entry(self, name: str, content: bytes) -> None:
        self.model.metadata.append(schema.MetadataT(name=name.encode(), buffer=self.buffer(content)))

    @property
    def content(self) -> bytes:
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
