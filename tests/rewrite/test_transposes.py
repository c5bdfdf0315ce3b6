"""TRANSPOSE around convolutions: the same network written with channels first and last becomes the same."""

import struct
from dataclasses import replace

import pytest
from hand_made import graph, model
from hypothesis import given, settings
from strip_networks import FLOAT, INT8, INT16, RUNTIMES, equal, networks, outputs_in

from arenite import Options, optimize, read, zoo
from arenite.model import Data, ElementType, Operator, Quantization, Tensor
from arenite.operators.constants import integers
from arenite.operators.elementwise import COMPUTING
from arenite.rewrite import transposes
from arenite.rewrite.passes import passes, rewritten
from arenite.rewrite.transposes import Transposes
from arenite.runtimes.process import absent

FIRST, LAST = (0, 3, 1, 2), (0, 2, 3, 1)
"""Axes of an image with channels first, from one with channels last; and back."""
QUICK = Options(rounds=2, effort="low")
EXACT = passes(widen_bias=False, unpack_int4=False)


def numbers(name, shape, *values):
    return Tensor(name, shape, ElementType.INT32, Data(struct.pack(f"<{len(values)}i", *values)))


def turned(source, result, axes):
    return Operator("TRANSPOSE", (source, numbers(f"{result.name}/axes", (4,), *axes)), (result,))


def channels_first(source):
    """The network as it is written if it was trained with channels first: TRANSPOSE around what wants them last."""
    twins, operators = {}, []

    def twin(tensor):
        """The tensor with channels first, which is made of the other one where it is an input of the network."""
        if tensor not in twins:
            twins[tensor] = replace(
                tensor, name=f"{tensor.name}/first", shape=tuple(tensor.shape[axis] for axis in FIRST)
            )
            if tensor in source.main.inputs:
                operators.append(turned(tensor, twins[tensor], FIRST))
        return twins[tensor]

    def again(tensor):
        """The tensor with channels last, made of its twin for one reader."""
        if tensor is None or tensor.data is not None or len(tensor.shape) != 4:
            return tensor
        copy = replace(tensor, name=f"{tensor.name}/last{len(operators)}")
        operators.append(turned(twin(tensor), copy, LAST))
        return copy

    for operator in source.main.operators:
        images = [each for each in (*operator.inputs, *operator.outputs) if each is not None and each.data is None]
        alike = all(len(each.shape) == 4 for each in images) and not any(
            each.data is not None and each.bytes > each.type.bytes for each in operator.inputs
        )
        (result,) = operator.outputs
        if alike and (operator.code in COMPUTING or operator.code == "CONCATENATION"):
            options = dict(operator.options)
            if operator.code == "CONCATENATION":
                options["axis"] = FIRST.index(options["axis"] % 4)
            inputs = tuple(each if each.data is not None else twin(each) for each in operator.inputs)
            operators.append(replace(operator, inputs=inputs, outputs=(twin(result),), options=options))
        elif operator.code == "PAD" and len(result.shape) == 4:
            pairs = list(zip(*[iter(integers(operator.inputs[1]))] * 2, strict=True))
            values = [value for axis in FIRST for value in pairs[axis]]
            paddings = numbers(f"{result.name}/paddings", (4, 2), *values)
            operators.append(replace(operator, inputs=(twin(operator.inputs[0]), paddings), outputs=(twin(result),)))
        else:
            inputs = tuple(map(again, operator.inputs))
            if len(result.shape) != 4:
                operators.append(replace(operator, inputs=inputs))
                continue
            made = replace(result, name=f"{result.name}/made")
            operators.append(replace(operator, inputs=inputs, outputs=(made,)))
            operators.append(turned(made, twin(result), FIRST))
    operators += [turned(twin(each), each, LAST) for each in source.main.outputs if len(each.shape) == 4]
    return model(graph(source.main.inputs, source.main.outputs, operators), name=source.name)


def copied(of):
    """Bytes that TRANSPOSE copies."""
    return sum(operator.outputs[0].bytes for operator in of.main.operators if operator.code == "TRANSPOSE")


def count(of, code="TRANSPOSE"):
    return [operator.code for operator in of.main.operators].count(code)


@pytest.mark.parametrize("family", ["resnet8", "mobilenet-v2", "densenet", "inception"])
def test_both_ways_to_write_a_network_take_the_same_memory(family):
    source = zoo.build(family)
    first = channels_first(source)
    assert count(first) > 10
    assert count(Transposes().run(first)) == 0
    plan, wanted = optimize(first, QUICK), optimize(source, QUICK)
    assert plan.after.head == wanted.after.head < plan.before.head
    assert set(plan.verified.values()) == {"identical"}
    assert any("TRANSPOSE fewer" in note for note in plan.notes)
    assert None not in plan.order


@settings(max_examples=60)
@given(networks(types=(INT8, INT16, FLOAT)))
def test_random_networks_compute_the_same(network):
    source = channels_first(network)
    result = Transposes().run(source)
    copied = [
        sum(each.outputs[0].bytes for each in of.main.operators if each.code == "TRANSPOSE") for of in (source, result)
    ]
    assert result is source or copied[1] < copied[0]
    for name, runtime in RUNTIMES.items():
        if absent(name) is None and (ours := outputs_in(runtime, source)) is not None:
            assert equal(ours, outputs_in(runtime, result))


def pair(*between, kind=ElementType.FLOAT32, shape=(1, 4, 3, 2), axes=(FIRST, LAST)):
    """TRANSPOSE, some operators, and TRANSPOSE back."""
    steps = None if kind is ElementType.FLOAT32 else Quantization((0.5,), (3,))
    x = Tensor("x", shape, kind, quantization=steps)
    here = Tensor("a", tuple(shape[axis] for axis in axes[0]), kind, quantization=steps)
    operators = [turned(x, here, axes[0])]
    for number, (code, options) in enumerate(between):
        there = replace(here, name=f"b{number}")
        operators.append(Operator(code, (here,), (there,), options))
        here = there
    y = Tensor("y", tuple(here.shape[axis] for axis in axes[1]), kind, quantization=steps)
    operators.append(turned(here, y, axes[1]))
    return model(graph([x], [y], operators))


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (pair(("RELU", {})), 0),
        (pair(("TANH", {})), 2),  # kernels compute several floats at once, and may round those at the end otherwise
        (pair(("ABS", {}), kind=INT8), 0),
        (pair(("RELU", {}), axes=(FIRST, FIRST)), 1),
        (pair(axes=(FIRST, FIRST)), 1),
        (pair(shape=(1, 1, 1, 5), axes=(FIRST, LAST)), 0),
        (pair(("SOFTMAX", {"beta": 1.0})), 2),
    ],
)
def test_what_cancels_out(source, left):
    result = rewritten(source, EXACT)[0]
    assert count(result) == left
    for name, runtime in RUNTIMES.items():
        if absent(name) is None and (ours := outputs_in(runtime, source)) is not None:
            assert equal(ours, outputs_in(runtime, result))


def test_axes_of_length_one_move_for_nothing():
    x = Tensor("x", (1, 5, 1, 1), INT8, quantization=Quantization((0.5,), (3,)))
    y, z = replace(x, name="y", shape=(1, 1, 1, 5)), replace(x, name="z", shape=(1, 1, 1, 5))
    source = model(graph([x], [z], [turned(x, y, LAST), Operator("SOFTMAX", (y,), (z,), {"beta": 1.0})]))
    result = Transposes().run(source)
    assert [operator.code for operator in result.main.operators] == ["RESHAPE", "SOFTMAX"]


def test_paddings_that_stay_where_they_are_are_found(monkeypatch):
    """The tests above can fail."""
    source, right = channels_first(padded()), transposes._inverse
    monkeypatch.setattr(transposes, "_inverse", lambda axes, each: right(axes, each) if type(each[0]) is int else each)
    for name, runtime in RUNTIMES.items():
        if absent(name) is None:
            assert not equal(outputs_in(runtime, source), outputs_in(runtime, Transposes().run(source)))


def padded():
    """An image with rows of padding, and a pool."""
    steps = Quantization((0.5,), (3,))
    x, p, y = (Tensor(name, (1, rows, 4, 4), INT8, quantization=steps) for name, rows in (("x", 4), ("p", 6), ("y", 6)))
    paddings = numbers("paddings", (4, 2), 0, 0, 2, 0, 0, 0, 0, 0)
    options = {"padding": 1, "stride_w": 1, "stride_h": 1, "filter_width": 1, "filter_height": 1}
    pool = Operator("MAX_POOL_2D", (p,), (y,), {**options, "fused_activation_function": 0}, version=2)
    return model(graph([x], [y], [Operator("PAD", (x, paddings), (p,), version=2), pool]))


def test_a_real_network(shared):
    source = read(shared / "models" / "tflite-micro__retinaface.tflite")
    assert (count(source), count(Transposes().run(source))) == (95, 1)


def test_what_tflm_cannot_transpose_stays_in_its_place():
    """TFLM has no TRANSPOSE of uint8, to which the QUANTIZE at the end leads."""
    steps = Quantization((0.5,), (3,))
    x, a, b, c = (Tensor(name, (1, 4, 3, 2), INT8, quantization=steps) for name in "xabc")
    a, b = replace(a, shape=(1, 2, 4, 3)), replace(b, shape=(1, 2, 4, 3))
    y = Tensor("y", (1, 4, 3, 2), ElementType.UINT8, quantization=Quantization((0.5,), (131,)))
    operators = [turned(x, a, FIRST), Operator("ABS", (a,), (b,)), turned(b, c, LAST), Operator("QUANTIZE", (c,), (y,))]
    plan = optimize(model(graph([x], [y], operators)), QUICK)
    assert plan.verified["tflm"] in ("identical", "unavailable: tflm is not installed")
    assert count(plan.model) == 0
    last = replace(y, shape=b.shape)
    alone = [turned(x, a, FIRST), Operator("ABS", (a,), (b,)), Operator("QUANTIZE", (b,), (last,))]
    assert Transposes().run(model(graph([x], [last], alone))).main.operators[-1].code == "QUANTIZE"


def test_lengths_that_the_file_leaves_open_are_not_one(monkeypatch):
    x = Tensor("x", (1, 5, 1, 1), INT8, quantization=Quantization((0.5,), (3,)))
    y, z = replace(x, name="y", shape=(1, 1, 1, 5)), replace(x, name="z", shape=(1, 1, 1, 5))
    monkeypatch.setattr(transposes, "open_axes", lambda tensor: (3,) if tensor.name == "x" else ())
    source = model(graph([x], [z], [turned(x, y, LAST), Operator("SOFTMAX", (y,), (z,), {"beta": 1.0})]))
    assert Transposes().run(source) is source


@pytest.mark.parametrize("shape", [(3, 2), (4, 1), (4, 2)])
def test_paddings_that_are_none(shape):
    source = pair(kind=INT8)
    first, last = source.main.operators
    here = first.outputs[0]
    kind = ElementType.INT64 if shape == (4, 2) else ElementType.INT32
    values = [2**40] * 8 if shape == (4, 2) else [1] * (shape[0] * shape[1])
    content = struct.pack(f"<{len(values)}{'q' if shape == (4, 2) else 'i'}", *values)
    there = replace(here, name="there")
    pad = Operator("PAD", (here, Tensor("paddings", shape, kind, Data(content))), (there,))
    odd = replace(source.main, operators=(first, pad, replace(last, inputs=(there, last.inputs[1]))))
    assert Transposes().run(replace(source, graphs=(replace(odd, tensors=(*odd.tensors, there, pad.inputs[1])),)))


@pytest.mark.parametrize("shape", [(1, 1, 1, 1, 3), (1, 1, 1, 1, 1), (2,), (2, 1, 1)])
def test_constants_beside_images(shape):
    """Those with more axes stay where they are; those with fewer belong to the last axes."""
    source = pair(kind=ElementType.FLOAT32, shape=(1, 4, 2, 3))
    first, last = source.main.operators
    here, there = first.outputs[0], replace(first.outputs[0], name="there")
    values = list(map(float, range(1, 1 + max(shape))))
    constant = Tensor("constant", shape, FLOAT, Data(struct.pack(f"<{len(values)}f", *values)))
    times = Operator("MUL", (here, constant), (there,), {"fused_activation_function": 0})
    main = replace(source.main, operators=(first, times, replace(last, inputs=(there, last.inputs[1]))))
    source = replace(source, graphs=(replace(main, tensors=(*main.tensors, there, constant)),))
    result = Transposes().run(source)
    assert (count(result) == 0) is (len(shape) < 4)
    for name, runtime in RUNTIMES.items():
        if absent(name) is None and (ours := outputs_in(runtime, source)) is not None:
            assert equal(ours, outputs_in(runtime, result))


def test_moved_operators_implement_what_they_implemented():
    source = pair(("ABS", {}), ("NEG", {}), kind=INT8)
    plan = optimize(source, QUICK)
    assert [operator.code for operator in plan.model.main.operators] == ["ABS", "NEG", "RESHAPE"]
    assert plan.order == (1, 2, 3)


def test_operators_that_nobody_reads():
    """In a graph without outputs all operators stay."""
    source = pair(("ABS", {}), kind=INT8)
    dead = replace(source.main, outputs=())
    assert optimize(replace(source, graphs=(dead,)), Options(verify=False)).order
