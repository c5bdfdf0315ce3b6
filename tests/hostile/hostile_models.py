"""Models that no converter writes: operators that lack something, senseless numbers, endless graphs, evil names."""

from __future__ import annotations

import math
import re
import struct
from functools import partial
from typing import TYPE_CHECKING, Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from hostile_file import BOOL, FLOAT, INT8, INT16, INT32, RESOURCE, File

from arenite.codegen.operators.registry import OPERATORS
from arenite.operators.kinds import KINDS
from arenite.tflite.options import options_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Cases = Iterator[tuple[str, bytes | Callable[[], File]]]
    # Files that take long to make are made when their turn comes, by the one test that runs commands on them.

IMAGE = (1, 4, 4, 2)
EVIL = "\x1b[31mred\x1b]0;title\x07\nline\r\0*/\"'</script>%s%n{0}$(id)`id`\\../../x\u202eleft\x9b31m"
BOMBS = ("SignalFftAutoScale", "SignalRfft", "SignalWindow", "CIRCULAR_BUFFER", "TFLite_Detection_PostProcess")
_ENUMERATION = re.compile("padding|function|type|mode|format", re.IGNORECASE)
PLAN, CONTROL = "OfflineMemoryAllocation", "model_control_dependencies"


def cases() -> Cases:
    """Name and content of every file."""
    yield from lacking()
    yield from senseless_options()
    yield from senseless_constants()
    yield from senseless_quantization()
    yield from senseless_shapes()
    yield from endless_graphs()
    yield from calls()
    yield from evil_names()
    yield from metadata()
    yield from flexbuffers()
    yield from shared_tables()
    yield from fragments()


def options_of(code: str, value: Any = None) -> Any:
    """The options of a kind, with every number set to a value; None for a kind without options."""
    known = options_table(code)
    if known is None or known[0] != "BuiltinOptions":
        return None
    options = getattr(schema, f"{known[2]}T")()
    for name, now in vars(options).items():
        if value is not None and isinstance(now, int | float):
            byte = _ENUMERATION.search(name) or isinstance(now, bool)
            setattr(options, name, type(now)(max(-128, min(value, 127)) if byte else value))
    return options


def plain(code: str, inputs: int, outputs: int, value: Any = 1) -> File:
    """One operator on small images; what is too many or too few is the point."""
    file = File()
    first = file.tensor(IMAGE, scale=0.1)
    others = [file.tensor(IMAGE, INT8, np.ones(IMAGE), scale=0.1) for _ in range(inputs - 1)]
    results = [file.tensor(IMAGE, scale=0.1) for _ in range(outputs)]
    file.operator(code, [first, *others][:inputs], results, options_of(code, value))
    return file.ends([first], results or [first])


def lacking() -> Cases:
    """An operator without its inputs, outputs or options."""
    for code in sorted(OPERATORS.keys() & KINDS.keys()):
        needed = max((*KINDS[code].inputs, -1)) + 1
        yield f"no_output_{code}", plain(code, needed, 0).content
        yield f"three_outputs_{code}", plain(code, needed, 3).content
        yield f"no_options_{code}", plain(code, needed, 1, value=0).content
        if needed:
            yield f"no_input_{code}", plain(code, 0, 1).content
            yield f"input_too_few_{code}", plain(code, needed - 1, 1).content
            file = plain(code, needed, 1)
            operator = file.model.subgraphs[0].operators[0]
            operator.inputs = [-1] * needed
            operator.builtinOptions, operator.builtinOptionsType = None, 0
            yield f"inputs_left_out_{code}", file.content


def senseless_options() -> Cases:
    for code in ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "AVERAGE_POOL_2D", "MAX_POOL_2D", "SVDF"):
        for value in (-1, 2**31 - 1):
            yield f"options_{value}_{code}", plain(code, len(KINDS[code].inputs), 1, value).content
    for code in ("SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "CONCATENATION", "SPLIT", "PACK", "UNPACK", "GATHER", "CUMSUM"):
        for value in (-77, 77):
            yield f"options_{value}_{code}", plain(code, len(KINDS[code].inputs), 1, value).content
    for code in ("LEAKY_RELU", "SOFTMAX"):
        for value in (math.nan, math.inf, 1e-45):
            file = plain(code, 1, 1, None)
            options = file.model.subgraphs[0].operators[0].builtinOptions
            options.alpha = options.beta = value
            yield f"alpha_{value}_{code}", file.content


def senseless_constants() -> Cases:
    """Axes, paddings, sizes and positions that the input has not."""
    values = {"huge": 2**31 - 1, "least": -(2**31), "minus": -3, "zero": 0}
    codes = {"TRANSPOSE": 1, "PAD": 1, "MIRROR_PAD": 1, "RESHAPE": 1, "MEAN": 1, "TILE": 1, "EXPAND_DIMS": 1}
    codes |= {"SLICE": 2, "STRIDED_SLICE": 3, "RESIZE_BILINEAR": 1, "ARG_MAX": 1, "GATHER": 1, "BROADCAST_TO": 1}
    codes |= {"SPACE_TO_BATCH_ND": 2, "BATCH_TO_SPACE_ND": 2, "SPLIT_V": 2, "CUMSUM": 1, "REVERSE_V2": 1}
    for code, constants in codes.items():
        for name, value in values.items():
            for shape in ((4,), (4, 2), (0,)) if name == "minus" else ((4,),):
                file = File()
                source, result = file.tensor(IMAGE, scale=0.1), file.tensor(IMAGE, scale=0.1)
                numbers = [file.tensor(shape, INT32, np.full(shape, value)) for _ in range(constants)]
                file.operator(code, [source, *numbers], [result], options_of(code))
                yield f"{name}_{len(shape)}_{shape[0]}_{code}", file.ends([source], [result]).content


def senseless_quantization() -> Cases:
    scales = {"nan": math.nan, "inf": math.inf, "zero": 0.0, "minus": -1.0, "tiny": 1e-45, "max": 3.4e38}
    for code in ("ADD", "MUL", "LOGISTIC", "SOFTMAX", "QUANTIZE", "TANH", "HARD_SWISH", "LEAKY_RELU", "MEAN", "PRELU"):
        for name, scale in scales.items():
            file = File()
            source = file.tensor((1, 4), scale=0.1)
            others = [file.tensor((4,), INT8, np.ones(4), scale=scale) for _ in range(len(KINDS[code].inputs) - 1)]
            result = file.tensor((1, 4), scale=scale, zero_point=3)
            file.operator(code, [source, *others], [result], options_of(code))
            yield f"scale_{name}_{code}", file.ends([source], [result]).content
    for name, scale in {**scales, "many": [0.1] * 7}.items():
        file = File()
        source, result = file.tensor(IMAGE, scale=0.1), file.tensor(IMAGE, scale=scale, zero_point=2**40)
        weights = file.tensor((2, 3, 3, 2), INT8, np.ones((2, 3, 3, 2)), scale=scale, dimension=9)
        bias = file.tensor((2,), INT32, np.zeros(2), scale=scale)
        file.operator("CONV_2D", [source, weights, bias], [result], options_of("CONV_2D", 1))
        yield f"scale_{name}_CONV_2D", file.ends([source], [result]).content


def senseless_shapes() -> Cases:
    shapes = {
        "scalar": (),
        "empty": (0, 4),
        "empty_and_huge": (0, 2**31 - 1),
        "minus": (-1, 4),
        "huge": (65536, 65536),
        "below_2_31": (46340, 46341),
        "rank_200": (1,) * 200,
        "rank_100000": (1,) * 100_000,
    }
    for name, shape in shapes.items():
        for kind in (INT8, FLOAT):
            file = File()
            source, result = (file.tensor(shape, kind, scale=0.1 if kind == INT8 else None) for _ in range(2))
            one = file.tensor((1,), kind, [1], scale=0.1 if kind == INT8 else None)
            file.operator("ADD", [source, one], [result], options_of("ADD"))
            yield f"shape_{name}_{kind}", file.ends([source], [result]).content
    for code, weights in {
        "CONV_2D": [(2, 3, 3), (2, 3, 3, 0), (2, 0, 3, 2), (0, 3, 3, 2), (4, 3, 3, 7), (2, 9, 9, 2)],
        "DEPTHWISE_CONV_2D": [(1, 3, 3), (1, 3, 3, 0), (1, 3, 3, 7), (3, 3, 3, 2)],
        "FULLY_CONNECTED": [(0, 8), (4, 0), (4, 9), (8,)],
    }.items():
        for shape in weights:
            file = File()
            source, result = file.tensor(IMAGE, scale=0.1), file.tensor(IMAGE, scale=0.1)
            numbers = file.tensor(shape, INT8, np.ones(shape), scale=0.1)
            file.operator(code, [source, numbers, -1], [result], options_of(code, 1))
            yield f"weights_{'x'.join(map(str, shape))}_{code}", file.ends([source], [result]).content


def chain(links: int, *, closed: bool = False) -> File:
    file = File()
    tensors = [file.tensor((4,), FLOAT) for _ in range(links + (not closed))]
    for number in range(links):
        file.operator("RELU", [tensors[number]], [tensors[(number + 1) % len(tensors)]])
    return file.ends([] if closed else tensors[:1], tensors[-1:])


def endless_graphs() -> Cases:
    yield "chain_2000", partial(chain, 2000)
    yield "chain_50000", partial(chain, 50_000)
    yield "ring_50000", partial(chain, 50_000, closed=True)
    yield "wide_2000", partial(wide, 2000)
    for name, inputs, outputs in (("itself", [0, 0], [0]), ("twice", [0, 0], [1, 1]), ("ends", [0, 0], [1])):
        file = File()
        file.tensor((4,), FLOAT)
        file.tensor((4,), FLOAT)
        file.operator("ADD", inputs, outputs, options_of("ADD"))
        yield f"add_{name}", file.ends([0, 0, 0], [1, 0, 1]).content


def wide(count: int) -> File:
    """One tensor that many operators read, whose results one operator adds up."""
    file = File()
    source = file.tensor((4,), FLOAT)
    parts = [file.tensor((4,), FLOAT) for _ in range(count)]
    for part in parts:
        file.operator("RELU", [source], [part])
    result = file.tensor((4,), FLOAT)
    file.operator("ADD_N", parts, [result], options_of("ADD_N"))
    return file.ends([source], [result])


def calls() -> Cases:
    """Graphs that call each other, deep and often."""
    for depth in (400, 5000):
        yield f"calls_{depth}", partial(calling_one, depth)
    for depth in (3, 16, 40):
        yield f"ifs_{depth}", partial(calling_twice, depth)
    for target in (0, 1, 7, -1):
        yield f"calls_graph_{target}", partial(calling, target)


def calling_one(depth: int) -> File:
    """A graph that calls many others once."""
    file = File()
    x, y = file.tensor((4,), FLOAT), file.tensor((4,), FLOAT)
    file.operator("RELU", [x], [y])
    file.ends([x], [y])
    for number in range(1, depth):
        file.operator("CALL_ONCE", [], [], schema.CallOnceOptionsT(initSubgraphIndex=number))
        file.graph(f"g{number}")
    return file


def calling_twice(depth: int) -> File:
    """Graphs of which each has an IF with the next one as both branches."""
    file = File()
    for number in range(depth):
        if number:
            file.graph(f"g{number}")
        condition, x, y = file.tensor((1,), BOOL), file.tensor((4,), FLOAT), file.tensor((4,), FLOAT)
        if number + 1 < depth:
            both = schema.IfOptionsT(thenSubgraphIndex=number + 1, elseSubgraphIndex=number + 1)
            file.operator("IF", [condition, condition, x], [y], both)
        else:
            file.operator("RELU", [x], [y])
        file.ends([condition, x], [y])
    return file


def calling(target: int) -> File:
    """An IF and a WHILE that run graphs of one number, which there may not be."""
    file = File()
    condition, x, y = file.tensor((1,), BOOL), file.tensor((4,), FLOAT), file.tensor((4,), FLOAT)
    file.operator("IF", [condition, x], [y], schema.IfOptionsT(target, target))
    file.operator("WHILE", [x], [], schema.WhileOptionsT(target, target))
    file.ends([condition, x], [y])
    file.graph("second")
    return file


def evil_names() -> Cases:
    for name in (EVIL, "A" * 300_000):
        size = len(name)
        file = File()
        x, y, z = (file.tensor(IMAGE, scale=0.1, name=name) for _ in range(3))
        file.operator("RELU", [x], [y])
        file.operator("CUSTOM", [y], [z], custom=name, flex=name.encode())
        file.ends([x], [z])
        file.entry(name, b"")
        file.entry("arenite.target", name.encode())
        file.model.description = file.model.subgraphs[0].name = name.encode()
        entry = schema.TensorMapT(name.encode(), 0)
        file.model.signatureDefs = [schema.SignatureDefT([entry], [], name.encode(), 0)]
        yield f"names_{size}", file.content
        entry.tensorIndex = 99
        yield f"names_signature_{size}", file.content
        entry.tensorIndex = 0
        file.operator("CUSTOM", [y], [z], custom=name)
        yield f"names_twice_{size}", file.content
    file = File()
    handle, x, held, y = file.tensor((), RESOURCE), *(file.tensor((4,), FLOAT) for _ in range(3))
    file.operator("VAR_HANDLE", [], [handle], schema.VarHandleOptionsT(EVIL.encode(), f"*/{EVIL}".encode()))
    file.operator("READ_VARIABLE", [handle], [held])
    file.operator("ADD", [x, held], [y], options_of("ADD"))
    file.operator("ASSIGN_VARIABLE", [handle, y], [])
    yield "names_variable", file.ends([x], [y]).content


def metadata() -> Cases:
    """Plans and control dependencies that do not fit."""

    def two(*entries: tuple[str, bytes]) -> bytes:
        file = File()
        x, y, z = (file.tensor((16,), scale=0.1) for _ in range(3))
        file.operator("RELU", [x], [y])
        file.operator("RELU", [y], [z])
        for name, content in entries:
            file.entry(name, content)
        return file.ends([x], [z]).content

    plans = {
        "minus": [1, 1, 3, 0, -2, 16],
        "huge": [1, 1, 3, 0, 2**31 - 1, 2**31 - 16],
        "count": [1, 1, 99, 0, 0, 0],
        "minus_count": [1, 1, -1, 0],
        "short": [1, 1, 3, 0],
        "unaligned": [1, 1, 3, 1, 3, 7],
        "same": [1, 1, 3, 0, 0, 0],
        "graphs": [1, 77, 3, 0, 16, 0],
        "version": [9, 1, 3, 0, 16, 0],
    }
    for name, numbers in plans.items():
        yield f"plan_{name}", two((PLAN, struct.pack(f"<{len(numbers)}i", *numbers)))
    good = struct.pack("<6i", 1, 1, 3, 0, 16, 0)
    yield "plan_odd", two((PLAN, good[:-3]))
    yield "plans_300", two(*[(PLAN, good)] * 300)
    yield "plan_target", two((PLAN, good), ("arenite.target", EVIL.encode()))
    for name, content in {
        "ff": b"\xff" * 40,
        "none": b"",
        "varint": b"\1\1" + b"\x80" * 12,
        "self": b"\1\1\1\0\0",
    }.items():
        yield f"control_{name}", two((CONTROL, content))


def flexbuffers() -> Cases:
    for custom in BOMBS:
        for name, flex in {"bomb": flexbomb(12, 16), "junk": b"\xff" * 11 + b"\1"}.items():
            file = File()
            kind = INT16 if custom.startswith("Signal") else INT8
            x, y = file.tensor((1, 1, 1, 16), kind, scale=0.1), file.tensor((1, 4, 1, 16), kind, scale=0.1)
            file.operator("CUSTOM", [x], [y], custom=custom, flex=flex)
            yield f"flex_{name}_{custom}", file.ends([x], [y]).content


def flexbomb(depth: int, fan: int) -> bytes:
    """A map of one vector, whose elements are one vector, whose elements are one vector ..."""
    out = bytearray(b"a\0\0\0")
    inner = 0
    for level in range(depth + 1):
        out += struct.pack("<I", fan)
        start = len(out)
        for _ in range(fan):
            out += struct.pack("<I", len(out) - inner if level else 7)
        out += bytes([42 if level else 6]) * fan  # a vector, an integer; 32 bits each
        out += bytes(-len(out) % 4)
        inner = start
    keys = len(out) + 4
    out += struct.pack("<II", 1, keys)
    out += struct.pack("<III", len(out) - keys, 4, 1)
    values = len(out)
    out += struct.pack("<I", values - inner) + bytes([42, 0, 0, 0])
    return bytes(out) + struct.pack("<I", len(out) - values) + bytes([38, 4])


def shared_tables() -> Cases:
    """Vectors whose many offsets lead to one table."""

    def shared(graphs: int, tensors: int, name: bytes = b"x") -> bytes:
        builder = flatbuffers.Builder(1 << 16)
        tensor = schema.TensorT(name=name, shape=[4]).Pack(builder)

        def vector(table: int, count: int) -> int:
            builder.StartVector(4, count, 4)
            for _ in range(count):
                builder.PrependUOffsetTRelative(table)
            return builder.EndVector()

        tables = vector(tensor, tensors)
        schema.SubGraphStart(builder)
        schema.SubGraphAddTensors(builder, tables)
        subgraphs = vector(schema.SubGraphEnd(builder), graphs)
        buffers = vector(schema.BufferT().Pack(builder), 1)
        schema.ModelStart(builder)
        schema.ModelAddVersion(builder, 3)
        schema.ModelAddSubgraphs(builder, subgraphs)
        schema.ModelAddBuffers(builder, buffers)
        builder.Finish(schema.ModelEnd(builder), b"TFL3")
        return bytes(builder.Output())

    yield "shared_9000000", shared(3000, 3000)
    yield "shared_tensors", shared(1, 20_000)
    yield "shared_graphs", shared(20_000, 10)
    yield "shared_name", shared(1, 5000, b"n" * 1_000_000)


def fragments() -> Cases:
    whole = chain(3).content
    for name, content in {
        "empty": b"",
        "short": b"\x08\0\0\0",
        "text": b"hello world, this is no model",
        "magic": b"\x08\0\0\0TFL3",
        "ff": b"\xff" * 8,
        "ff_magic": b"\xff\xff\xff\xffTFL3" + b"\xff" * 100,
        "half": whole[: len(whole) // 2],
        "junk_after": whole + bytes(range(256)) * 4000,
    }.items():
        yield f"fragment_{name}", content
    for name, offset, size in (("beyond", 10**6, 16), ("wraps", 2**64 - 16, 2**64 - 1), ("itself", 2, 200)):
        file = chain(1)
        file.model.buffers.append(schema.BufferT(offset=offset, size=size))
        file.model.subgraphs[0].tensors[0].buffer = 1
        yield f"outside_{name}", file.content
    for name, version, number in (("version", 2**31 - 1, 0), ("code", 1, 99_999), ("codes", -5, -7)):
        file = chain(1)
        file.model.operatorCodes[0].version = version
        file.model.operatorCodes[0].builtinCode = number or file.model.operatorCodes[0].builtinCode
        yield f"kind_{name}", file.content
