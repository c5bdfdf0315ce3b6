"""TFLM_DECODE, which unpacks compressed weights: what it costs and refuses, where it belongs, models with it split."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hand_made import compressed, decoded, graph, model

from arenite import zoo
from arenite.backends.build import CORTEX_M, X86_64, Instance
from arenite.backends.reference.decode import decode_tail, decoding_is_known
from arenite.backends.reference.scratch import reference_scratch, scratch_is_known
from arenite.backends.sets import REFERENCE
from arenite.backends.tflm.unpacking import packed, unpacked_for_each, unpacked_late, unpacks
from arenite.model import Data, ElementType, Operator, Quantization, Tensor
from arenite.operators.state import has_state
from arenite.rewrite import Prune
from arenite.runtimes import process
from arenite.runtimes.run import Job, Run
from arenite.search.optimization import Options, optimize
from arenite.search.orders import with_order
from arenite.tflite.write import write_bytes

needs_tflm = pytest.mark.skipif(bool(process.absent("tflm")), reason="tflite-micro is not installed")

INT8, UINT8 = ElementType.INT8, ElementType.UINT8
LUT, HUFFMAN, PRUNING = range(3)


def weights(channels=4, inputs=3, *, scales=1, points=0):
    values = [(7 * number) % 11 - 5 for number in range(channels * inputs)]
    steps = Quantization((0.5,) * scales, (points,) * scales)
    return Tensor("w", (channels, 1, 1, inputs), INT8, Data(struct.pack(f"{len(values)}b", *values)), steps)


def of_type(way, output=None, *, version=1, own_version=1, table=0):
    """A TFLM_DECODE whose header asks for a way of decoding."""
    operator = decoded(weights())
    content = bytes((way, version, 0, 0, own_version, table, 4)) + bytes(9 + 64)
    ancillary = replace(operator.inputs[1], data=Data(content), shape=(len(content),))
    return replace(operator, inputs=(operator.inputs[0], ancillary), outputs=(output or operator.outputs[0],))


def chain(*, scales=1, layers=2):
    """x -> DECODE and CONV_2D, and again, each 1x1 with three channels."""
    steps = Quantization((0.5,), (0,))
    tensors = [Tensor(f"x{number}", (1, 2, 2, 3), INT8, None, steps) for number in range(layers + 1)]
    operators = []
    for number in range(layers):
        decode = decoded(replace(weights(3, 3, scales=scales), name=f"w{number}"))
        bias_steps = Quantization((0.25,) * scales, (0,) * scales)
        bias = Tensor(f"b{number}", (3,), ElementType.INT32, Data(struct.pack("<3i", 1, 2, 3)), bias_steps)
        options = {"padding": 1, "stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
        read = (tensors[number], *decode.outputs, bias)
        operators += [decode, Operator("CONV_2D", read, (tensors[number + 1],), options)]
    return model(graph(tensors[:1], tensors[-1:], operators), name="decoded chain")


def test_it_only_makes_weights():
    operator = decoded(weights())
    assert not has_state(operator)
    assert has_state(replace(operator, custom_code="TFLM_OTHER"))
    assert reference_scratch(operator) == ()
    assert scratch_is_known(operator)
    assert not scratch_is_known(of_type(200)), "decoded by the application"
    assert not decoding_is_known(of_type(128))
    assert REFERENCE.why_not(operator) is None


@pytest.mark.parametrize(
    ("operator", "on_m4", "on_x86_64"),
    [
        (of_type(LUT), (4, 36), (8, 72)),
        (of_type(HUFFMAN), (4, 28), (8, 56)),
        (of_type(PRUNING), (4, 40), (8, 80)),
        (of_type(PRUNING, replace(weights(scales=4, points=3), data=None)), (4, 40, 4), (8, 80, 4)),
        (of_type(PRUNING, replace(weights(scales=4), data=None)), (4, 40), (8, 80)),
    ],
)
def test_what_it_keeps(operator, on_m4, on_x86_64):
    assert decode_tail(Instance(operator, CORTEX_M)) == on_m4
    assert decode_tail(Instance(operator, X86_64)) == on_x86_64


def floating(**fields):
    return Tensor("w", (4, 3), ElementType.FLOAT32, **fields)


@pytest.mark.parametrize(
    ("operator", "reason"),
    [
        (of_type(3), "decoding of type 3"),
        (of_type(127), "decoding of type 127"),
        (of_type(LUT, version=2), "a version other than 1"),
        (of_type(LUT, own_version=0), "a version other than 1"),
        (of_type(HUFFMAN, floating()), "output 0 is FLOAT32, but must be INT8"),
        (of_type(HUFFMAN, floating(), table=1), "must be INT8 or INT16"),
        (of_type(LUT, Tensor("w", (4,), UINT8)), "output 0 is UINT8"),
        (of_type(LUT, Tensor("w", (4, 3, 2), INT8, None, Quantization((1.0,) * 3, (0,) * 3, 1))), "along dimension 1"),
        (of_type(PRUNING, floating(quantization=Quantization((1.0,), (4,)))), "zero points other than 0"),
        (replace(of_type(LUT), inputs=of_type(LUT).inputs[:1]), "must have two for each"),
        (replace(of_type(LUT), inputs=(floating(), of_type(LUT).inputs[1])), "input 0 is computed"),
        (replace(of_type(LUT), inputs=(weights(), weights(1, 2))), "too short for a header"),
    ],
)
def test_what_its_kernel_refuses(operator, reason):
    assert reason in REFERENCE.why_not(operator)


@needs_tflm
def test_head_and_tail_are_what_tflm_records():
    models = [chain(), chain(scales=3), chain(layers=5)]
    jobs = [Job(write_bytes(each), (), 1, 1 << 20) for each in models]
    for each, result in zip(models, process.run("tflm", jobs), strict=True):
        assert isinstance(result, Run), result
        predicted = REFERENCE.arena(each, abi=X86_64)
        assert predicted.exact
        assert (predicted.head_bytes, predicted.tail_bytes) == (result.memory.head, result.memory.tail)


def labels(operators):
    return [each.custom_code or each.code for each in operators]


def test_it_comes_right_before_its_reader():
    each = chain()
    first, one, second, two = each.main.operators
    assert unpacked_late((first, second, one, two)) == (first, one, second, two)
    assert with_order(each, 0, (0, 2, 1, 3)).main.operators == each.main.operators
    assert unpacked_late((one, two)) == (one, two)


def test_each_reader_gets_its_own():
    each = chain(layers=1)
    decode, reader = each.main.operators
    again = Operator(reader.code, (reader.outputs[0], *reader.inputs[1:]), (Tensor("y", (1, 2, 2, 3), INT8),))
    shared = replace(each.main, operators=(decode, reader, again), outputs=again.outputs)
    new, copies = unpacked_for_each(shared)
    assert labels(new.operators) == ["TFLM_DECODE", "CONV_2D", "TFLM_DECODE", "CONV_2D"]
    (copy,) = copies
    assert copies[copy] is decode
    assert copy.inputs == decode.inputs
    assert new.operators[3].inputs[1] is copy.outputs[0] is not decode.outputs[0]
    assert copy.outputs[0] in new.tensors
    assert unpacked_for_each(new) == (new, {})


def test_packed_and_unpacked_is_the_same_model():
    each = chain(layers=3)
    hidden = packed(each)
    assert labels(hidden.model.main.operators) == ["CONV_2D"] * 3
    back, copies = hidden.unpacked(hidden.model)
    assert not copies
    assert labels(back.main.operators) == labels(each.main.operators)
    assert [[t.name for t in o.inputs] for o in back.main.operators] == [
        [t.name for t in o.inputs] for o in each.main.operators
    ]
    assert {id(t) for t in back.main.tensors} == {id(t) for t in each.main.tensors}
    plain = model(graph([Tensor("x", (4,), INT8)], [Tensor("y", (4,), INT8)], []))
    assert packed(plain).model is plain


def test_what_nobody_reads_is_pruned():
    each = chain(layers=1)
    decode, reader = each.main.operators
    unused = decoded(replace(weights(), name="unused"))
    tensors = (*each.main.tensors, *unused.inputs, *unused.outputs)
    more = replace(each, graphs=(replace(each.main, operators=(unused, decode, reader), tensors=tensors),))
    assert labels(Prune().run(more).main.operators) == ["TFLM_DECODE", "CONV_2D"]


def test_a_compressed_network_is_split_and_unpacks_for_each_strip():
    plain = zoo.build("mobilenet-v2", width=0.35, resolution=32)
    small = Options(split=True, rounds=1, target="tflm-reference", minimize="head")
    each = compressed(plain, most=2048)
    assert sum(map(unpacks, each.main.operators)) > 8
    whole = optimize(each, replace(small, split=False, minimize="arena"))
    plan = optimize(each, small)
    assert plan.strips
    assert plan.after.head < whole.after.head
    if not process.absent("tflm"):
        assert plan.verified["tflm"] == "identical"
    operators = plan.model.main.operators
    for place, operator in enumerate(operators):
        if unpacks(operator):
            readers = [other for other in operators if operator.outputs[0] in other.inputs]
            assert len(readers) == 1
            between = operators[place + 1 : operators.index(readers[0])]
            assert not any(unpacks(other) for other in between), "its weights would be gone"
    position = {number: each.main.operators[number] for number in plan.order if number is not None}
    assert all(position[n].label == o.label for n, o in zip(plan.order, operators, strict=True) if n is not None)
