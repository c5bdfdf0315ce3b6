"""Files with everything a .tflite may hold, made with the schema's object API, and what tests look at in a file."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor

OPERATORS = schema.BuiltinOperator
OPTIONS = schema.BuiltinOptions
CONTROL = "model_control_dependencies"


def pack(model: Any) -> bytes:
    """Serialize with the stock classes, which do not align the contents of buffers."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def unpack(data: bytes) -> Any:
    return schema.ModelT.InitFromPackedBuf(data)


def tree(thing: Any) -> Any:
    """Nested plain values of an object of the object API, to compare two of them."""
    if isinstance(thing, np.ndarray):
        return thing.tobytes()
    if isinstance(thing, list | tuple):
        return [tree(element) for element in thing]
    if hasattr(thing, "__dict__"):
        return {name: tree(value) for name, value in vars(thing).items()}
    return thing


def content_starts(data: bytes) -> list[int]:
    """Places in the file of the contents of buffers."""
    model = schema.Model.GetRootAs(data, 0)
    starts = []
    for index in range(model.BuffersLength()):
        table = model.Buffers(index)
        offset = table._tab.Offset(4)
        if offset and table.DataLength():
            starts.append(table._tab.Vector(offset))
    return starts


def aligned(data: bytes) -> bool:
    return not any(start % 16 for start in content_starts(data))


def tensor(name: str | None, shape: list[int], buffer: int = 0, kind: int = 0, **fields: Any) -> Any:
    return schema.TensorT(name=name, shape=shape, buffer=buffer, type=kind, **fields)


def operator(opcode: int, inputs: list[int], outputs: list[int], **fields: Any) -> Any:
    return schema.OperatorT(opcodeIndex=opcode, inputs=inputs, outputs=outputs, **fields)


def code(builtin: int, custom: str | None = None, version: int = 1) -> Any:
    deprecated = min(builtin, 127)
    return schema.OperatorCodeT(
        deprecatedBuiltinCode=deprecated, builtinCode=builtin, customCode=custom, version=version
    )


def rich(**changes: Any) -> Any:
    """A model with several subgraphs, control flow, a custom operator, a variable, sparsity, signatures, metadata."""
    quantization = schema.QuantizationParametersT(scale=[0.5, 0.25], zeroPoint=[0, 0], quantizedDimension=0)
    sparsity = schema.SparsityParametersT(
        traversalOrder=[0, 1],
        blockMap=[],
        dimMetadata=[
            schema.DimensionMetadataT(format=0, denseSize=2),
            schema.DimensionMetadataT(
                format=1,
                arraySegmentsType=schema.SparseIndexVector.Int32Vector,
                arraySegments=schema.Int32VectorT(values=[0, 1, 2]),
                arrayIndicesType=schema.SparseIndexVector.Uint8Vector,
                arrayIndices=schema.Uint8VectorT(values=np.array([0, 1], np.uint8)),
            ),
        ],
    )
    tensors = [
        tensor("x", [1, 4], shapeSignature=[-1, 4], hasRank=True),
        tensor("weights", [2, 4], buffer=1, kind=9, quantization=quantization),
        tensor("again", [2, 4], buffer=1, kind=9, quantization=quantization),
        tensor("sparse", [2, 4], buffer=2, sparsity=sparsity),
        tensor("state", [1, 4], isVariable=True),
        tensor(None, [1, 4]),
        tensor("b", [1, 4]),
        tensor("c", [1, 4]),
        tensor("d", [1, 4]),
        tensor("condition", [], buffer=3, kind=6),
        tensor("y", [1, 4]),
        tensor("nothing", [0, 4]),
    ]
    operators = [
        operator(0, [0, 0], [5], builtinOptionsType=OPTIONS.AddOptions, builtinOptions=schema.AddOptionsT()),
        operator(1, [0, 1, -1], [6], customOptions=np.arange(37, dtype=np.uint8), mutatingVariableInputs=[False, True]),
        operator(2, [0, 3], [7], intermediates=[8]),
        operator(
            3,
            [9, 5],
            [10],
            builtinOptionsType=OPTIONS.IfOptions,
            builtinOptions=schema.IfOptionsT(thenSubgraphIndex=1, elseSubgraphIndex=2),
        ),
        operator(4, [5, 6], [], debugMetadataIndex=7),
        operator(
            5,
            [7],
            [8],
            builtinOptions2Type=schema.BuiltinOptions2.StableHLOCompositeOptions,
            builtinOptions2=schema.StableHLOCompositeOptionsT(
                name="made.up", decompositionSubgraphIndex=2, compositeAttributes=np.arange(5, dtype=np.uint8)
            ),
        ),
    ]
    branch = [schema.OperatorT(opcodeIndex=0, inputs=[0, 0], outputs=[1])]
    graphs = [
        schema.SubGraphT(tensors, [0], [10, 6], operators, "main", debugMetadataIndex=3),
        schema.SubGraphT([tensor("p", [1, 4]), tensor("q", [1, 4])], [0], [1], branch, "then"),
        schema.SubGraphT([tensor("p", [1, 4])], [0], [0], [], "else"),
    ]
    signature = schema.SignatureDefT(
        inputs=[schema.TensorMapT(name="in", tensorIndex=0)],
        outputs=[schema.TensorMapT(name="out", tensorIndex=10)],
        signatureKey="serving_default",
        subgraphIndex=0,
    )
    buffers = [schema.BufferT()]
    # Odd lengths: the stock classes put such contents at any multiple of four.
    buffers += [schema.BufferT(data=np.arange(n, dtype=np.uint8)) for n in (8, 13, 1, 21, 7)]
    fields = {
        "version": 3,
        "description": "everything",
        "operatorCodes": [
            code(OPERATORS.ADD, version=2),
            code(OPERATORS.CUSTOM, "made_up"),
            code(OPERATORS.BIDIRECTIONAL_SEQUENCE_LSTM),
            code(OPERATORS.IF),
            code(OPERATORS.ASSIGN_VARIABLE),
            code(OPERATORS.STABLEHLO_COMPOSITE),
        ],
        "subgraphs": graphs,
        "buffers": buffers,
        "metadata": [schema.MetadataT(name="notes", buffer=4), schema.MetadataT(name="more", buffer=5)],
        "metadataBuffer": [4],
        "signatureDefs": [signature],
    }
    return schema.ModelT(**{**fields, **changes})


def outside() -> bytes:
    """A file with a weight and custom options stored after the flatbuffer, as converters do beyond 2 GB."""

    def build(weights: int, options: int) -> bytes:
        model = rich()
        model.buffers[1] = schema.BufferT(offset=weights, size=8)
        model.subgraphs[0].operators[1].customOptions = None
        model.subgraphs[0].operators[1].largeCustomOptionsOffset = options
        model.subgraphs[0].operators[1].largeCustomOptionsSize = 5
        return pack(model)

    end = -(-len(build(2, 2)) // 16) * 16
    return build(end, end + 16).ljust(end, b"\0") + b"WEIGHTS!".ljust(16, b"\0") + b"LARGE"


def with_zip(data: bytes) -> bytes:
    """The file with an archive after it, as TensorFlow Lite's metadata tools append labels."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("labels.txt", "cat\ndog\n" * 9)
    return data + archive.getvalue()


def with_unknown_field(data: bytes, table: Any, known: int) -> bytes:
    """Make a table seem to have one field more than the schema, by a new vtable at the end of the file."""
    at = table._tab.Pos
    vtable = at - int.from_bytes(data[at : at + 4], "little", signed=True)
    length = int.from_bytes(data[vtable : vtable + 2], "little")
    fields = data[vtable + 4 : vtable + length].ljust(2 * known, b"\0") + (4).to_bytes(2, "little")
    place = len(data) + len(data) % 2
    moved = bytearray(data.ljust(place, b"\0"))
    moved += (len(fields) + 4).to_bytes(2, "little") + data[vtable + 2 : vtable + 4] + fields
    moved[at : at + 4] = (at - place).to_bytes(4, "little", signed=True)
    return bytes(moved)


def scratch() -> Model:
    """A small model that no file was read for: two convolutions that share weights, and a pool."""
    steps = Quantization((0.5,), (3,))
    weights = Data(bytes(range(36)) * 4)
    per_channel = Quantization((0.01, 0.02, 0.03, 0.04), (0, 0, 0, 0), 0)
    bias = Data(np.arange(4, dtype="<i4").tobytes())
    tensors = {
        name: Tensor(name, (1, 8, 8, 4), ElementType.INT8, quantization=steps) for name in ("image", "first", "second")
    }
    kernels = [Tensor(f"kernel_{i}", (4, 3, 3, 4), ElementType.INT8, weights, per_channel) for i in (1, 2)]
    biases = [
        Tensor(f"bias_{i}", (4,), ElementType.INT32, Data(bias.content), Quantization((0.005,) * 4, (0,) * 4))
        for i in (1, 2)
    ]
    pooled = Tensor("pooled", (1, 4, 4, 4), ElementType.INT8, quantization=steps)
    image, first, second = tensors.values()
    convolution = {"stride_h": 1, "stride_w": 1, "padding": 0, "fused_activation_function": 1}
    pool = {"stride_h": 2, "stride_w": 2, "filter_height": 2, "filter_width": 2, "padding": 1}
    operators = (
        Operator("CONV_2D", (image, kernels[0], biases[0]), (first,), convolution, version=3),
        Operator("CONV_2D", (first, kernels[1], biases[1]), (second,), convolution, version=3),
        Operator("MAX_POOL_2D", (second,), (pooled,), pool, version=2),
    )
    graph = Graph("main", (image, *kernels, *biases, first, second, pooled), (image,), (pooled,), operators)
    return Model("scratch", (graph,), description="made by a program")
