"""Pruning: nothing that anybody could tell apart goes, everything that has no effect goes."""

from __future__ import annotations

import struct
from dataclasses import replace

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema
from hand_made import add, conditional, constant, graph, loop, model, scalar, tensor
from hypothesis import given
from hypothesis import strategies as st

from arenite import zoo
from arenite.backends.target import find_target
from arenite.model import Data, ElementType, MemoryPlan, Metadata, Operator, Quantization, Tensor
from arenite.operators.state import PURE
from arenite.rewrite import Prune
from arenite.runtimes import process
from arenite.runtimes.verification import verify
from arenite.tflite.metadata import CONTROL_EDGES_NAME
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.write import write_bytes


def bound(source):
    """The model, with the file asking that the first operator runs before the second."""
    return replace(source, graphs=(replace(source.main, control_edges=(source.main.operators[:2],)),))


def names(pruned, position=0):
    return [each.name for each in pruned.graphs[position].tensors]


def small(*operators, outputs, unused=(), **fields):
    x = next(each for each in operators[0].inputs if each is not None)
    return replace(model(graph([x], outputs, operators, unused=unused)), **fields)


def reread(hand_made, edit=lambda file: None):
    """The model as read from a file, in which `edit` may change the objects of the schema."""
    file = schema.ModelT.InitFromPackedBuf(write_bytes(hand_made))
    edit(file)
    builder = flatbuffers.Builder(0)
    builder.Finish(file.Pack(builder), b"TFL3")
    return read_bytes(bytes(builder.Output()), "reread")


def test_operators_whose_outputs_nobody_uses_go_with_all_that_only_they_need():
    x, y, a, b = (tensor(name) for name in "xyab")
    one = constant("one", 1, 1, 1, 1)
    hand_made = small(add(x, x, y), add(x, one, a), add(a, a, b), outputs=[y], unused=[tensor("dead", 99)])
    pruned = Prune().run(hand_made)
    assert names(pruned) == ["x", "y"]
    assert pruned.main.operators == hand_made.main.operators[:1]
    assert Prune().run(pruned) is pruned


def test_dead_operators_filed_out_of_order_go_too():
    x, y, a, b = (tensor(name) for name in "xyab")
    assert names(Prune().run(small(add(x, x, y), add(a, a, b), add(x, x, a), outputs=[y]))) == ["x", "y"]


def test_what_has_state_or_is_not_known_stays_with_what_it_reads():
    x, y, a, b = (tensor(name) for name in "xyab")
    state = tensor("state", variable=True)
    handle = tensor("handle", 1, ElementType.RESOURCE)
    for effect in (
        Operator("CUSTOM", (a,), (b,), custom_code="Mystery"),
        Operator("BUILTIN_999", (a,), (b,)),
        Operator("RANDOM_UNIFORM", (a,), (b,)),
        Operator("ASSIGN_VARIABLE", (handle, a), ()),
        add(a, state, b),
        add(a, a, state),
    ):
        hand_made = small(add(x, x, y), add(x, x, a), effect, outputs=[y])
        assert Prune().run(hand_made) is hand_made


def test_a_split_of_which_one_half_is_used_keeps_both():
    x, axis, y, z = tensor("x"), scalar("axis", ElementType.INT32, Data(bytes(4))), tensor("y", 2), tensor("z", 2)
    hand_made = small(Operator("SPLIT", (axis, x), (y, z), {"num_splits": 2}), outputs=[y])
    assert Prune().run(replace(hand_made, graphs=(replace(hand_made.main, inputs=(x,)),))).main.operators
    assert "z" in names(Prune().run(hand_made))


def test_inputs_and_a_graph_without_outputs_stay():
    x, unread, y = tensor("x"), tensor("unread"), tensor("y")
    for outputs in ([y], []):
        hand_made = model(graph([x, unread], outputs, [add(x, x, y)]))
        assert Prune().run(hand_made) is hand_made


def test_equal_constants_become_one():
    x, a, b, y = (tensor(name) for name in "xaby")
    first, second, other = constant("first", 1, 2, 3, 4), constant("second", 1, 2, 3, 4), constant("other", 1, 2, 3, 5)
    hand_made = small(add(x, first, a), add(a, second, b), add(b, other, y), outputs=[y])
    pruned = Prune().run(hand_made)
    assert names(pruned) == ["x", "first", "a", "b", "other", "y"]
    assert [operator.inputs[1].name for operator in pruned.main.operators] == ["first", "first", "other"]
    assert pruned.main.operators[2] is hand_made.main.operators[2]


def test_constants_that_differ_in_anything_stay_two():
    data = Data(struct.pack("<4f", 1, 2, 3, 4))
    base = Tensor("base", (4,), ElementType.FLOAT32, data)
    x, a, y = (tensor(name) for name in "xay")
    for other in (
        replace(base, shape=(2, 2)),
        replace(base, type=ElementType.INT32),
        replace(base, data=Data(bytes(16))),
        replace(base, quantization=Quantization((1.0,), (0,))),
        replace(base, variable=True),
    ):
        hand_made = small(add(x, base, a), add(a, other, y), outputs=[y])
        assert Prune().run(hand_made) is hand_made


def test_constants_of_unknown_operators_and_of_the_interface_stay():
    x, a, y = (tensor(name) for name in "xay")
    first, second = constant("first", 1, 2, 3, 4), constant("second", 1, 2, 3, 4)
    unknown = Operator("CUSTOM", (a, second), (y,), custom_code="Mystery")
    assert Prune().run(mystery := small(add(x, first, a), unknown, outputs=[y])) is mystery
    assert Prune().run(output := small(add(x, first, a), add(a, a, y), outputs=[y, second])) is output


def test_what_has_content_and_is_written_all_the_same_stays():
    x, a, y = (tensor(name) for name in "xay")
    first, second = constant("first", 1, 2, 3, 4), constant("second", 1, 2, 3, 4)
    keeps = Operator("ADD", (a, second), (y,), intermediates=(second,))
    assert Prune().run(kept := small(add(x, first, a), keeps, outputs=[y])) is kept
    writes = Operator("SPLIT", (a,), (y, second))
    written = small(add(x, first, a), writes, add(second, y, z := tensor("z")), outputs=[z])
    assert Prune().run(written) is written


def test_what_the_file_says_of_a_constant_beyond_its_content_counts():
    x, a, y = (tensor(name) for name in "xay")
    first, second = constant("first", 1, 2, 3, 4), constant("second", 1, 2, 3, 4)
    hand_made = small(add(x, first, a), add(a, second, y), outputs=[y])

    def ranges(file):
        by_name = {each.name: each for each in file.subgraphs[0].tensors}
        by_name[b"second"].quantization = schema.QuantizationParametersT(min=[0.0], max=[4.0])

    assert len(Prune().run(reread(hand_made)).main.tensors) == 4
    different = reread(hand_made, ranges)
    assert Prune().run(different) is different


def test_a_tensor_that_only_a_signature_names_stays_and_signatures_follow_their_tensors():
    x, y, inner, dead = tensor("x"), tensor("y"), tensor("inner"), tensor("dead")
    hand_made = model(graph([x], [y], [add(x, x, y), add(x, x, inner)]))
    hand_made = replace(hand_made, graphs=(replace(hand_made.main, tensors=(dead, x, y, inner)),))

    def sign(file):
        entries = [schema.TensorMapT(name=name, tensorIndex=number) for name, number in (("y", 2), ("inner", 3))]
        inputs = [schema.TensorMapT(name="x", tensorIndex=1)]
        file.signatureDefs = [schema.SignatureDefT(inputs, entries, "serving_default", 0)]

    pruned = Prune().run(reread(hand_made, sign))
    assert names(pruned) == ["x", "y", "inner"]
    file = schema.ModelT.InitFromPackedBuf(write_bytes(pruned))
    signature = file.signatureDefs[0]
    assert [each.tensorIndex for each in (*signature.inputs, *signature.outputs)] == [0, 1, 2]
    assert len(file.subgraphs[0].operators) == 2


def test_a_plan_keeps_its_offsets_for_the_tensors_that_are_left():
    x, a, y, dead = tensor("x"), tensor("a"), tensor("y"), tensor("dead")
    hand_made = model(graph([x], [y], [add(x, x, a), add(a, a, y)]))
    hand_made = replace(hand_made, graphs=(replace(hand_made.main, tensors=(x, dead, a, y)),))
    planned = replace(hand_made.with_plan(MemoryPlan(((16, 64, None, 32),))), target="tflm-reference")
    pruned = Prune().run(planned)
    assert read_bytes(write_bytes(pruned), "again").plan == MemoryPlan(((16, None, 32),))
    assert pruned.target == "tflm-reference"
    p, q = tensor("p"), tensor("q")
    state = model(*planned.graphs, graph([p], [q], [add(p, tensor("s", variable=True), q)]))
    assert len(Prune().run(state).main.tensors) == 3
    with_offsets = state.with_plan(MemoryPlan(((16, 64, None, 32), (None,) * len(state.graphs[1].tensors))))
    assert Prune().run(with_offsets) is with_offsets


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": (Metadata("COMPRESSION_METADATA", Data(b"names tensors by number")),)},
        {"description": "Vela Optimized"},
    ],
)
def test_what_may_name_tensors_by_number_stays_as_it_is(fields):
    x, y = tensor("x"), tensor("y")
    assert len(Prune().run(small(add(x, x, y), outputs=[y], unused=[tensor("dead")])).main.tensors) == 2
    hand_made = small(add(x, x, y), outputs=[y], unused=[tensor("dead")], **fields)
    assert Prune().run(hand_made) is hand_made


def test_operators_that_control_dependencies_may_name_stay():
    x, a, y = tensor("x"), tensor("a"), tensor("y")
    hand_made = small(add(x, x, a), add(x, x, y), outputs=[y], unused=[tensor("dead")])
    pruned = Prune().run(reread(bound(hand_made)))
    assert names(pruned) == ["x", "a", "y"]
    assert schema.ModelT.InitFromPackedBuf(write_bytes(pruned)).metadata[0].name == CONTROL_EDGES_NAME.encode()


def test_an_archive_after_the_model_stays():
    x, y = tensor("x"), tensor("y")
    data = write_bytes(small(add(x, x, y), outputs=[y], unused=[tensor("dead")])) + b"PK\3\4 labels"
    assert write_bytes(Prune().run(read_bytes(data, "with archive"))).endswith(b"PK\3\4 labels")


@pytest.mark.parametrize("build", [conditional, loop])
def test_every_graph_is_pruned(build):
    hand_made = build()
    assert Prune().run(hand_made) is hand_made
    graphs = tuple(
        replace(each, tensors=(*each.tensors, tensor("dead"), lost), operators=(*each.operators, lose))
        for each in hand_made.graphs
        for lost in (tensor("lost", 8),)
        for lose in (add(each.inputs[-1], each.inputs[-1], lost),)
    )
    pruned = Prune().run(replace(hand_made, graphs=graphs))
    assert [names(pruned, place) for place in range(len(graphs))] == [
        [tensor.name for tensor in each.tensors] for each in hand_made.graphs
    ]


@st.composite
def cluttered(draw):
    """Sums of earlier tensors and of constants that are often equal, with effects and dead ends among them."""
    shapes = ((4,), (2, 2))
    constants = [
        Tensor(
            f"c{number}",
            draw(st.sampled_from(shapes)),
            ElementType.FLOAT32,
            Data(bytes([draw(st.integers(0, 1))] * 16)),
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    made = [tensor("x"), *constants]
    operators = []
    for number in range(draw(st.integers(1, 8))):
        reads = draw(st.lists(st.sampled_from(made), min_size=2, max_size=2))
        made.append(tensor(f"t{number}"))
        code = draw(st.sampled_from(["ADD", "ADD", "SUB", "CUSTOM"]))
        operators.append(Operator(code, tuple(reads), (made[-1],), custom_code="state" if code == "CUSTOM" else None))
    outputs = draw(st.lists(st.sampled_from(made), min_size=1, max_size=3, unique=True))
    dead = [tensor(f"dead{number}") for number in range(draw(st.integers(0, 2)))]
    return model(graph(made[:1], outputs, operators, unused=[*constants, *dead]))


def meaning(each):
    """The outputs as terms over inputs and contents, and the terms of all that has an effect, in order."""
    terms = {tensor: tensor.name for tensor in each.main.inputs}
    effects = []

    def term(tensor):
        return terms.get(tensor) or (tensor.shape, bytes(tensor.data.content))

    for operator in each.main.operators:
        value = (operator.code, *map(term, operator.inputs))
        if operator.code not in PURE:
            effects.append(value)
        terms.update((output, (value, place)) for place, output in enumerate(operator.outputs))
    return [term(output) for output in each.main.outputs], effects


@given(cluttered())
def test_the_meaning_stays_and_nothing_is_left_to_prune(hand_made):
    pruned = Prune().run(hand_made)
    assert meaning(pruned) == meaning(hand_made)
    assert (pruned.main.inputs, pruned.main.outputs) == (hand_made.main.inputs, hand_made.main.outputs)
    assert Prune().run(pruned) is pruned
    used = {each for operator in pruned.main.operators for each in (*operator.inputs, *operator.outputs)}
    assert set(pruned.main.tensors) == used.union(pruned.main.inputs, pruned.main.outputs)
    if len(pruned.main.tensors) == len(hand_made.main.tensors):
        assert pruned is hand_made
    again = read_bytes(write_bytes(pruned), "again")
    assert [each.name for each in again.main.tensors] == [each.name for each in pruned.main.tensors]


def littered(source):
    """The model with a dead operator first, a dead tensor, and a copy of every constant of every second operator."""
    operators, copies = [], []
    for number, operator in enumerate(source.main.operators):
        inputs = list(operator.inputs)
        for place, each in enumerate(inputs):
            if number % 2 and each is not None and each.data is not None and operator.code in PURE:
                content = Data(bytes(each.data.content))
                inputs[place] = replace(each, name=f"{each.name}_{number}", data=content)
                copies.append(inputs[place])
        operators.append(replace(operator, inputs=tuple(inputs)))
    fed = source.main.inputs[0]
    lost = Tensor("lost", fed.shape, fed.type, quantization=fed.quantization)
    dead = Tensor("dead", (1, 64), ElementType.INT8)
    operators.insert(0, Operator("RESHAPE", (fed,), (lost,)))
    main = replace(source.main, tensors=(dead, *source.main.tensors, *copies, lost), operators=tuple(operators))
    return replace(source, graphs=(main, *source.graphs[1:]))


def assert_cleaned(source):
    """What is left after pruning a file with litter is what is left without it, and computes the same."""
    clean = Prune().run(source)
    pruned = Prune().run(read_bytes(write_bytes(littered(source)), "littered"))
    assert names(pruned) == names(clean)
    assert len(pruned.main.operators) == len(clean.main.operators)
    verification = verify(source, pruned, rounds=1)
    assert verification.problem is None
    assert verification.compared or all(process.absent(each) for each in ("litert", "tflm"))


@pytest.mark.parametrize("name", ["paper", "mobilenet-v1", "densenet"])
def test_the_zoo_computes_the_same_without_its_litter(name):
    assert_cleaned(zoo.build(name))


REAL = [
    "gen_stateful_vars_float",
    "micro-wake-word-models__hey_glados",
    "ruhmi-framework-mcu__rnnoise_INT8",
    "tflite-micro__audio_preprocessor_int8",
    "tiny__pretrainedResnet_quant",
]


@pytest.mark.parametrize("name", REAL)
def test_real_models_compute_the_same_without_their_litter(shared, name):
    assert_cleaned(read_model(shared / "models" / f"{name}.tflite"))


GAINS = {
    "gen_x_dead_op": 272,
    "mcunet__mcunet-320kb-1mb_imagenet": 592,
}
"""Bytes of tail that TFLM on a Cortex-M saves."""


@pytest.mark.parametrize("name", GAINS)
def test_real_models_compute_the_same_with_less_tail(shared, name):
    source = read_model(shared / "models" / f"{name}.tflite")
    pruned = Prune().run(source)
    target = find_target("tflm-reference")
    assert target.arena(source).tail_bytes - target.arena(pruned).tail_bytes == GAINS[name]
    verification = verify(source, pruned, rounds=1)
    assert verification.problem is None
    assert verification.compared or all(process.absent(each) for each in ("litert", "tflm"))
