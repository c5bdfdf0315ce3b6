"""Tail and head against what TFLM recorded on a Cortex-M4, and on x86-64 where every structure is larger."""

from __future__ import annotations

import csv

import pytest
from hand_made import add, graph, model, tensor, with_custom_options

from arenite.backends.build import CORTEX_M, ILP32, X86_64, Abi, size_of
from arenite.backends.cmsis_nn.tail import OP_DATA as CMSIS_NN_OP_DATA
from arenite.backends.reference.tail import OP_DATA
from arenite.backends.sets import ALL, CMSIS_NN_DSP, PORTABLE, REFERENCE
from arenite.backends.tflm import structures
from arenite.backends.tflm.tail import tail
from arenite.model import ElementType, Operator, Quantization
from arenite.tflite.read import read_model

RECORDED_KERNELS = {"reference": REFERENCE, "cmsis-nn": CMSIS_NN_DSP}
WIDER_TABLES = 2560
"""The build on the emulated Cortex-M4 had kiss_fft's tables of 512 16-bit numbers in floats. Stock TFLM has not."""
LATER_OPTIONS = 16
"""The wheel's TFLM is younger than the sources followed here: a FULLY_CONNECTED has this much more of options in it."""


def test_every_arena_recorded_on_a_cortex_m4_to_the_byte(shared):
    wrong = []
    with (shared / "oracle" / "tflm_m4_arena.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        predicted = RECORDED_KERNELS[row["kernels"]].arena(read_model(shared / "models" / row["model"]))
        wider = WIDER_TABLES * ("audio_preprocessor" in row["model"])
        figures = (predicted.head_bytes, predicted.tail_bytes + wider, predicted.total_bytes + wider)
        if figures != (int(row["head"]), int(row["tail"]), int(row["total"])) or not predicted.exact:
            wrong.append((row, predicted))
    assert rows
    assert not wrong


def test_tails_recorded_on_x86_64(shared):
    wrong = {}
    with (shared / "models" / "index.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["stock_tflm_head_x86_64"]]
    for row in rows:
        each = read_model(shared / "models" / row["file"])
        head = int(row["stock_tflm_head_x86_64"])
        dense = sum(operator.code == "FULLY_CONNECTED" for graph in each.graphs for operator in graph.operators)
        recorded = int(row["stock_tflm_total_x86_64"]) - head - LATER_OPTIONS * dense
        error = tail(each, REFERENCE, head, abi=X86_64).bytes - recorded
        if not -32 <= error <= 0:  # so much may a few other structures have grown, too
            wrong[row["file"]] = error
    assert rows
    assert not wrong


@pytest.mark.parametrize(
    ("fields", "cortex_m", "ilp32", "x86_64"),
    [
        (structures.ALLOCATOR, 36, 36, 72),
        (structures.RECORDING_ALLOCATOR, 52, 52, 104),
        (structures.GREEDY_PLANNER, 44, 44, 72),
        (structures.MICRO_ALLOCATOR, 36, 36, 72),
        (structures.RECORDING_MICRO_ALLOCATOR, 124, 124, 248),
        (structures.EVAL_TENSOR, 12, 12, 24),
        (structures.NODE_AND_REGISTRATION, 32, 32, 64),
        (structures.TENSOR, 32, 40, 64),
        (structures.QUANTIZATION, 12, 12, 24),
        (structures.SCRATCH_REQUEST, 12, 12, 16),
        (structures.ALLOCATION_INFO, 24, 24, 32),
        (OP_DATA["CONV_2D"], 56, 56, 72),
        (OP_DATA["SOFTMAX"], 56, 56, 80),
        (OP_DATA["CONCATENATION"], 24, 24, 40),
        (OP_DATA["FULLY_CONNECTED"], 48, 48, 64),
        (CMSIS_NN_OP_DATA["FULLY_CONNECTED"], 72, 72, 96),
        (OP_DATA["UNIDIRECTIONAL_SEQUENCE_LSTM"], 688, 688, 688),
        (CMSIS_NN_OP_DATA["UNIDIRECTIONAL_SEQUENCE_LSTM"], 912, 912, 1008),
        (structures.OPTIONS["FULLY_CONNECTED"], 5, 16, 16),
        (structures.OPTIONS["TRANSPOSE_CONV"], 16, 20, 20),
        (structures.OPTIONS["SVDF"], 8, 12, 12),
        (structures.OPTIONS["VAR_HANDLE"], 8, 8, 16),
        ("bh", 4, 4, 4),
        ("bp", 8, 8, 16),
        ("ebq", 16, 16, 16),
    ],
)
def test_sizes_that_a_compiler_gave(fields, cortex_m, ilp32, x86_64):
    assert [size_of(fields, abi)[0] for abi in (CORTEX_M, ILP32, X86_64)] == [cortex_m, ilp32, x86_64]


def test_an_operator_that_is_not_known_makes_the_figure_a_lower_estimate():
    x, y = tensor("x"), tensor("y")
    strange = model(graph([x], [y], [Operator("CUSTOM", (x,), (y,), custom_code="Strange")]))
    result = tail(strange, REFERENCE, 32)
    assert not result.exact
    assert result.unknown == ("Strange",)
    known = model(graph([x], [y], [Operator("NEG", (x,), (y,))]))
    assert tail(known, REFERENCE, 32).exact
    assert result.bytes == REFERENCE.tail_bytes(known)


def test_an_operator_of_no_sense_costs_its_base():
    x, y = tensor("x"), tensor("y")
    for code in OP_DATA:
        senseless = model(graph([x], [y], [Operator(code, (None, x), (y,))]))
        for kernels in ALL:
            assert (kernels.tail_bytes(senseless) > 0) == (not kernels.generated)


def test_the_plain_allocator_keeps_no_books():
    x, y = tensor("x"), tensor("y")
    small = model(graph([x], [y], [add(x, x, y)]))
    plain = Abi(pointer_bytes=4, enum_bytes=1, recording=False)
    difference = REFERENCE.tail_bytes(small) - REFERENCE.tail_bytes(small, plain)
    assert 96 <= difference <= 112


def test_variables_resources_and_quantized_ends():
    x, y = tensor("x"), tensor("y")
    base = REFERENCE.tail_bytes(model(graph([x], [y], [add(x, x, y)])))
    state = tensor("state", 100, variable=True)
    with_state = model(graph([x], [y], [add(x, state, y)]))
    grown = REFERENCE.tail_bytes(with_state) - base
    assert 400 <= grown <= 400 + 32
    placed = tail(with_state, REFERENCE, 1024, planned=[state])
    assert placed.bytes < REFERENCE.tail_bytes(with_state) - 380
    handle = tensor("handle", 1, ElementType.RESOURCE)
    name = {"container": "", "shared_name": "v"}
    store = [Operator("VAR_HANDLE", (), (handle,), name), Operator("ASSIGN_VARIABLE", (handle, x), ())]
    once = REFERENCE.tail_bytes(model(graph([x], [y], [*store, add(x, x, y)])))
    twice = REFERENCE.tail_bytes(model(graph([x], [y], [*store, store[1], add(x, x, y)])))
    assert once - base >= x.bytes
    assert twice - once < 32 + 16 + x.bytes


def test_handles_of_resources_are_not_planned():
    def variables(count):
        x, y = tensor("x"), tensor("y")
        store = []
        for number in range(count):
            handle = tensor("handle", 1, ElementType.RESOURCE)
            name = {"container": "", "shared_name": str(number)}
            store += [Operator("VAR_HANDLE", (), (handle,), name), Operator("ASSIGN_VARIABLE", (handle, x), ())]
        return model(graph([x], [y], [*store, add(x, x, y)]))

    ten, twenty = (tail(variables(count), REFERENCE, 32) for count in (10, 20))
    tensor_and_variable = 24 + 4  # what the planner notes of a tensor, and that the model ends with no more than this
    assert twenty.declare_bytes - ten.declare_bytes < twenty.bytes - ten.bytes + 10 * tensor_and_variable


def test_the_tables_of_an_fft_are_of_the_type_that_its_options_name():
    window, spectrum = tensor("x", 480, ElementType.INT16), tensor("y", 514, ElementType.INT16)
    fft = Operator("CUSTOM", (window,), (spectrum,), custom_code="SignalRfft")
    plain = model(graph([window], [spectrum], [fft]))
    assert with_custom_options(plain, {"T": 7, "fft_length": 512}).main.operators[0].label == "SignalRfft"
    sizes = [
        REFERENCE.tail_bytes(each)
        for each in (
            plain,
            with_custom_options(plain, {"T": 7, "fft_length": 512}),
            with_custom_options(plain, {"T": 2, "fft_length": 512}),
            with_custom_options(plain, {"T": 7, "fft_length": 1024}),
        )
    ]
    assert sizes[0] == sizes[1]
    assert sizes[2] - sizes[1] == WIDER_TABLES
    assert sizes[3] - sizes[1] == WIDER_TABLES


def test_a_delay_is_known_by_its_options():
    x, y = tensor("x", 160, ElementType.INT16), tensor("y", 160, ElementType.INT16)
    plain = model(graph([x], [y], [Operator("CUSTOM", (x,), (y,), custom_code="SignalDelay")]))
    assert tail(plain, REFERENCE, 0).unknown == ("SignalDelay",)
    short, long = (with_custom_options(plain, {"delay_length": length}) for length in (8, 72))
    assert tail(short, REFERENCE, 0).exact
    assert REFERENCE.tail_bytes(long) - REFERENCE.tail_bytes(short) == 2 * 2 * 64


def test_portable_is_the_largest_of_all(shared):
    each = read_model(shared / "models" / "tiny__pretrainedResnet_quant.tflite")
    sets = [k.arena(each) for k in PORTABLE.sets]
    portable = PORTABLE.arena(each)
    assert portable.head_bytes == max(one.head_bytes for one in sets)
    assert portable.declare_bytes == max(one.declare_bytes for one in sets)


def test_zero_points_for_every_channel_of_an_output():
    x = tensor("x")
    y = tensor("y")
    many = tensor("y", quantization=Quantization((1.0,) * 9, (0,) * 9))
    plain = REFERENCE.tail_bytes(model(graph([x], [y], [add(x, x, y)])))
    assert REFERENCE.tail_bytes(model(graph([x], [many], [add(x, x, many)]))) == plain + 12 + 40
