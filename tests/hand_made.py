"""Small float models written by hand: branches, control flow, variables, what nothing uses.

`tensor(name, n)` has n float32 elements, so 4 n bytes: 16 bytes for 4.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st

from arenite.model import Data, ElementType, Graph, Model, Operator, Tensor


def tensor(name, elements=4, kind=ElementType.FLOAT32, **fields):
    return Tensor(name, (elements,), kind, **fields)


def constant(name, *values):
    return Tensor(name, (len(values),), ElementType.FLOAT32, Data(struct.pack(f"<{len(values)}f", *values)))


def scalar(name, kind=ElementType.BOOL, data=None):
    return Tensor(name, (), kind, data)


def add(x, y, output):
    return Operator("ADD", (x, y), (output,), {"fused_activation_function": 0})


def graph(inputs, outputs, operators, *, name="main", unused=()):
    """A graph with its tensors in the order in which they appear."""
    seen = [*inputs]
    for operator in operators:
        seen += [each for each in (*operator.inputs, *operator.outputs) if each is not None]
    return Graph(
        name, tuple(dict.fromkeys([*seen, *outputs, *unused])), tuple(inputs), tuple(outputs), tuple(operators)
    )


def model(*graphs, name="hand made"):
    return Model(name, graphs)


def chain(lengths, *, name="chain"):
    """x0 -> x1 -> ...: ADD of each tensor to itself; lengths in elements must be equal for a runtime to take it."""
    tensors = [tensor(f"x{number}", length) for number, length in enumerate(lengths)]
    operators = [add(before, before, after) for before, after in pairwise(tensors)]
    return model(graph(tensors[:1], tensors[-1:], operators), name=name)


def branch(elements, links, *, name):
    """A graph x -> links times ADD -> y, with everything of one size."""
    tensors = [tensor(f"{name}{number}", elements) for number in range(links + 1)]
    operators = [add(before, before, after) for before, after in pairwise(tensors)]
    return graph(tensors[:1], tensors[-1:], operators, name=name)


def conditional(elements=8):
    """IF in the middle of a chain, then one link, else three."""
    condition = scalar("condition")
    x, a, b, y = (tensor(name, elements) for name in ("x", "a", "b", "y"))
    choose = Operator("IF", (condition, a), (b,), {"then_subgraph_index": 1, "else_subgraph_index": 2}, graphs=(1, 2))
    main = graph([condition, x], [y], [add(x, x, a), choose, add(b, x, y)])
    return model(main, branch(elements, 1, name="then"), branch(elements, 3, name="else"), name="conditional")


def loop(elements=8):
    """WHILE: adds a vector to itself until a counter reaches 3."""
    counter, x = scalar("counter", ElementType.FLOAT32), tensor("x", elements)
    last, y = scalar("last", ElementType.FLOAT32), tensor("y", elements)
    z = tensor("z", elements)
    repeat = Operator(
        "WHILE", (counter, x), (last, y), {"cond_subgraph_index": 1, "body_subgraph_index": 2}, graphs=(1, 2)
    )
    main = graph([counter, x], [last, z], [repeat, add(y, x, z)])
    seen, kept, smaller = scalar("seen", ElementType.FLOAT32), tensor("kept", elements), scalar("smaller")
    limit = scalar("limit", ElementType.FLOAT32, Data(struct.pack("<f", 3.0)))
    condition = graph([seen, kept], [smaller], [Operator("LESS", (seen, limit), (smaller,))], name="condition")
    count, value = scalar("count", ElementType.FLOAT32), tensor("value", elements)
    one = scalar("one", ElementType.FLOAT32, Data(struct.pack("<f", 1.0)))
    more, twice, result = scalar("more", ElementType.FLOAT32), tensor("twice", elements), tensor("result", elements)
    body = graph(
        [count, value],
        [more, result],
        [add(count, one, more), add(value, value, twice), add(twice, value, result)],
        name="body",
    )
    return model(main, condition, body, name="loop")


def remembering(elements=8):
    """A running sum: a variable that another graph sets once, and every inference reads, adds to and assigns."""
    here, there = scalar("here", ElementType.RESOURCE), scalar("there", ElementType.RESOURCE)
    x, old, new = (tensor(name, elements) for name in ("x", "old", "new"))
    first = constant("first", *map(float, range(elements)))
    named = {"container": "", "shared_name": "sum"}
    operators = [
        Operator("CALL_ONCE", (), (), {"init_subgraph_index": 1}, graphs=(1,)),
        Operator("VAR_HANDLE", (), (here,), named),
        Operator("READ_VARIABLE", (here,), (old,)),
        add(old, x, new),
        Operator("ASSIGN_VARIABLE", (here, new), ()),
    ]
    assigned = [Operator("VAR_HANDLE", (), (there,), named), Operator("ASSIGN_VARIABLE", (there, first), ())]
    return model(graph([x], [new], operators), graph([], [], assigned, name="once"), name="remembering")


def beside(one, other):
    """Two models as one that does both: first what `other` does, whose further graphs it has, then what `one` does."""
    own, first = one.main, other.main
    ends = (*own.inputs, *first.inputs), (*own.outputs, *first.outputs)
    return model(graph(*ends, (*first.operators, *own.operators)), *other.graphs[1:], name=f"{one.name} beside")


def floating(model):
    """The model behind a QUANTIZE of each input and a DEQUANTIZE of each output, as converters write them."""
    graph = model.main
    inputs, outputs = ([_float(tensor) for tensor in ends] for ends in (graph.inputs, graph.outputs))
    first = [Operator("QUANTIZE", (x,), (inner,)) for x, inner in zip(inputs, graph.inputs, strict=True)]
    last = [Operator("DEQUANTIZE", (inner,), (y,)) for y, inner in zip(outputs, graph.outputs, strict=True)]
    main = replace(
        graph,
        tensors=(*inputs, *graph.tensors, *outputs),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        operators=(*first, *graph.operators, *last),
    )
    return replace(model, name=f"{model.name}.tflite", graphs=(main,))


def _float(tensor):
    return replace(tensor, name=f"{tensor.name}_f", type=ElementType.FLOAT32, quantization=None)


def with_custom_options(each, *options):
    """The model written and read again, with these mappings as flexbuffers of its custom operators, in their order."""
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder, flexbuffers

    from arenite.tflite.read import read_bytes
    from arenite.tflite.write import write_bytes

    file = schema.ModelT.InitFromPackedBuf(write_bytes(each))
    operators = [operator for part in file.subgraphs for operator in part.operators]
    custom = [each for each in operators if file.operatorCodes[each.opcodeIndex].builtinCode == 32]
    for operator, mapping in zip(custom, options, strict=True):
        operator.customOptions = np.frombuffer(bytes(flexbuffers.Dumps(mapping)), np.uint8)
    builder = Builder(0)
    builder.Finish(file.Pack(builder), b"TFL3")
    return read_bytes(bytes(builder.Output()), each.name)


def decoded(weights, *, bits=4):
    """The TFLM_DECODE that makes a constant of at most 2**bits different values per channel, and what it makes.

    Channels lie in the first dimension, one for each scale. Returns the operator; its output has the constant's name.
    """
    channels = len(weights.quantization.scale) if weights.quantization else 1
    values = list(struct.unpack(f"{weights.bytes}b", bytes(weights.data.content)))
    rows = [values[start : start + len(values) // channels] for start in range(0, len(values), len(values) // channels)]
    tables = [sorted(set(row)) for row in rows]
    stride = max(map(len, tables))
    places = (table.index(value) for row, table in zip(rows, tables, strict=True) for value in row)
    indices = "".join(f"{place:0{bits}b}" for place in places)
    indices += "0" * (-len(indices) % 64)
    encoded = int(indices, 2).to_bytes(len(indices) // 8, "big")
    table = b"".join(struct.pack(f"{stride}b", *each, *[0] * (stride - len(each))) for each in tables)
    header = bytes((0, 1, 0, 0, 1, bits, stride, *[0] * 9))
    packed = Tensor(f"{weights.name} packed", (len(encoded),), ElementType.UINT8, Data(encoded))
    ancillary = Tensor(f"{weights.name} table", (16 + len(table),), ElementType.UINT8, Data(header + table))
    output = Tensor(weights.name, weights.shape, weights.type, None, weights.quantization)
    return Operator("CUSTOM", (packed, ancillary), (output,), custom_code="TFLM_DECODE")


def compressed(each, *, bits=7, most=1 << 20):
    """A model of int8 convolutions with filters packed in `bits` bits, and a TFLM_DECODE before each reader.

    Values are rounded down to what so many bits tell apart. Filters of more than `most` bytes stay as they are.
    """
    operators, gone = [], {}
    for operator in each.main.operators:
        if operator.code == "CONV_2D" and operator.inputs[1].data is not None and operator.inputs[1].bytes <= most:
            weights = operator.inputs[1]
            step = 1 << (8 - bits)
            values = bytes(value & ~(step - 1) & 0xFF for value in bytes(weights.data.content))
            decode = decoded(replace(weights, data=Data(values), origin=None), bits=bits)
            gone[weights] = decode
            operators.append(decode)
            inputs = (operator.inputs[0], *decode.outputs, *operator.inputs[2:])
            operators.append(replace(operator, inputs=inputs))
        else:
            operators.append(operator)
    tensors = []
    for tensor_ in each.main.tensors:
        tensors += [*gone[tensor_].inputs, *gone[tensor_].outputs] if tensor_ in gone else [tensor_]
    main = replace(each.main, tensors=tuple(tensors), operators=tuple(operators))
    return replace(each, graphs=(main, *each.graphs[1:]), name=f"{each.name} compressed")


@st.composite
def random_models(draw):
    """Operators with one output that read one or two earlier tensors; any of them may be outputs."""
    tensors = [tensor("x", draw(st.integers(1, 9)))]
    operators = []
    for number in range(draw(st.integers(1, 8))):
        reads = [tensors[draw(st.integers(0, len(tensors) - 1))] for _ in range(2)]
        tensors.append(tensor(f"t{number}", draw(st.integers(0, 9))))
        operators.append(add(*reads, tensors[-1]))
    outputs = draw(st.lists(st.sampled_from(tensors), min_size=1, max_size=3, unique=True))
    order = draw(st.permutations(range(len(operators))))
    return model(graph(tensors[:1], outputs, operators)), order
