"""What is written back: the same file where nothing changed, the same meaning where something had to."""

from __future__ import annotations

import dataclasses
import io
import random
import struct
import zipfile
from itertools import chain
from typing import Any

import numpy as np
import pytest
from tflite_samples import (
    CONTROL,
    aligned,
    content_starts,
    outside,
    pack,
    rich,
    schema,
    scratch,
    tree,
    unpack,
    with_unknown_field,
    with_zip,
)

from arenite.errors import ModelError
from arenite.model import Data, Graph, MemoryPlan, Metadata, Model, Operator, Tensor
from arenite.tflite.metadata import PLAN_NAME
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.slots import BufferField, ModelField, OperatorField, SubGraphField
from arenite.tflite.write import write_bytes


def with_operators(model: Model, operators: list[Operator]) -> Model:
    return with_graph(model, dataclasses.replace(model.main, operators=tuple(operators)))


def with_graph(model: Model, graph: Graph) -> Model:
    return dataclasses.replace(model, graphs=(graph, *model.graphs[1:]))


def with_tensor(model: Model, number: int, new: Tensor) -> Model:
    """The model with another tensor in the place of one of its main graph."""
    graph, old = model.main, model.main.tensors[number]

    def put(tensors):
        return tuple(new if tensor is old else tensor for tensor in tensors)

    operators = tuple(dataclasses.replace(o, inputs=put(o.inputs), outputs=put(o.outputs)) for o in graph.operators)
    changed = dataclasses.replace(
        graph,
        tensors=put(graph.tensors),
        inputs=put(graph.inputs),
        outputs=put(graph.outputs),
        operators=operators,
    )
    return with_graph(model, changed)


def shuffled(model: Model, seed: int = 1) -> tuple[Model, list[int]]:
    """The model with its operators in another order (whether valid is no matter of the writer), and that order."""
    order = list(range(len(model.main.operators)))
    random.Random(seed).shuffle(order)
    return with_operators(model, [model.main.operators[i] for i in order]), order


def some_plan(model: Model) -> MemoryPlan:
    return MemoryPlan(tuple(tuple(16 * i if i % 3 else None for i in range(len(g.tensors))) for g in model.graphs))


def assert_same_but_for_order_and_plan(source: bytes, result: bytes, order: list[int]) -> None:
    before, after = tree(unpack(source)), tree(unpack(result))
    entry = after["metadata"].pop()
    assert entry["name"] == PLAN_NAME.encode()
    assert after["buffers"].pop(entry["buffer"])["data"] is not None
    if not before["metadata"]:
        before["metadata"] = []
    operators = before["subgraphs"][0]["operators"]
    before["subgraphs"][0]["operators"] = [operators[i] for i in order]
    assert after == before


def test_nothing_changed_gives_the_bytes_of_the_source(shared):
    files = sorted((shared / "models").glob("*.tflite"))
    assert len(files) > 40
    for file in files:
        model = read_model(file)
        assert write_bytes(model) == file.read_bytes()
        assert write_bytes(dataclasses.replace(model, name="copy")) == file.read_bytes(), file.name


def test_order_and_plan_change_nothing_else_in_real_models(shared):
    for file in sorted((shared / "models").glob("*.tflite")):
        source = file.read_bytes()
        model, order = shuffled(read_bytes(source, file.name))
        planned = model.with_plan(some_plan(model))
        result = write_bytes(planned)
        assert_same_but_for_order_and_plan(source, result, order)
        assert aligned(result), file.name
        # Padding: 16 bytes per content at most, the plan, and vectors of 4 bytes per buffer, and a few tables.
        tensors = sum(len(graph.tensors) for graph in model.graphs)
        assert len(result) - len(source) < 40 * tensors + 500, file.name


def test_real_models_still_load(shared):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")
    for name in ("tiny__kws_ref_model", "gen_x_zip_appended", "gen_stateful_vars_float", "gen_siamese_3in_3out"):
        model = read_model(shared / "models" / f"{name}.tflite")
        written = write_bytes(model.with_plan(some_plan(model)))
        interpreter.Interpreter(model_content=written).allocate_tensors()


@pytest.mark.parametrize("seed", range(4))
def test_everything_a_file_may_hold_survives(seed):
    source = pack(rich())
    assert not aligned(source)
    model, order = shuffled(read_bytes(source, "rich"), seed)
    result = write_bytes(model.with_plan(some_plan(model)))
    assert_same_but_for_order_and_plan(source, result, order)
    assert aligned(result)


def test_an_order_alone_leaves_an_aligned_file_at_its_size():
    model = read_bytes(write_bytes(scratch()), "aligned")
    source = write_bytes(model)
    result = write_bytes(with_operators(model, list(model.main.operators[::-1])))
    assert len(result) == len(source)
    assert sum(a != b for a, b in zip(source, result, strict=True)) <= 4 * len(model.main.operators)
    assert [o.code for o in read_bytes(result, "r").main.operators] == ["MAX_POOL_2D", "CONV_2D", "CONV_2D"]


def test_a_plan_of_equal_length_is_replaced_where_it_lies():
    model = read_bytes(pack(rich()), "rich")
    first = write_bytes(model.with_plan(some_plan(model)))
    again = read_bytes(first, "planned")
    other = MemoryPlan(tuple(tuple(64 for _ in graph.tensors) for graph in again.graphs))
    second = write_bytes(again.with_plan(other))
    assert len(second) == len(first)
    assert first[:64] == second[:64]


def test_a_plan_is_removed_with_its_content():
    model = read_bytes(pack(rich()), "rich")
    large = model.with_plan(some_plan(model))
    large = dataclasses.replace(large, metadata=(*large.metadata, Metadata("big", Data(bytes(5000)))))
    first = write_bytes(large)
    read = read_bytes(first, "planned")
    second = write_bytes(dataclasses.replace(read, metadata=read.metadata[:-1]))
    assert len(second) < len(first) - 4000
    assert [entry.name for entry in read_bytes(second, "r").metadata] == ["notes", "more"]
    assert read_bytes(second, "r").plan == read.plan
    assert aligned(second)


def test_contents_stored_after_the_flatbuffer_move_with_the_file():
    source = outside()
    model = read_bytes(source, "outside")
    assert bytes(model.main.tensors[1].data.content) == b"WEIGHTS!"
    shifted, _ = shuffled(model)
    result = write_bytes(shifted.with_plan(some_plan(shifted)))
    assert len(result) != len(source)
    read = unpack(result)
    assert result[read.buffers[1].offset :][:8] == b"WEIGHTS!"
    places = [o.largeCustomOptionsOffset for o in read.subgraphs[0].operators if o.largeCustomOptionsSize]
    assert [result[place : place + 5] for place in places] == [b"LARGE"]
    assert bytes(read_bytes(result, "r").main.tensors[1].data.content) == b"WEIGHTS!"


def test_an_appended_archive_stays_the_end_of_the_file():
    source = with_zip(pack(rich()))
    model = read_bytes(source, "zip")
    result = write_bytes(model.with_plan(some_plan(model)))
    assert result[-200:] == source[-200:]
    with zipfile.ZipFile(io.BytesIO(result)) as archive:
        assert archive.testzip() is None
        assert archive.read("labels.txt").startswith(b"cat\ndog\n")


def test_a_model_from_scratch_runs_and_reads_back():
    interpreter_module = pytest.importorskip("ai_edge_litert.interpreter")
    model = scratch()
    written = write_bytes(model)
    assert aligned(written)
    assert written == write_bytes(scratch())
    read = read_bytes(written, "scratch")
    assert read.description == model.description
    for before, after in zip(model.main.tensors, read.main.tensors, strict=True):
        assert (before.name, before.shape, before.type, before.constant) == (
            after.name,
            after.shape,
            after.type,
            after.constant,
        )
        assert np.allclose(before.quantization.scale, after.quantization.scale)
        assert before.quantization.zero_point == after.quantization.zero_point
    for before, after in zip(model.main.operators, read.main.operators, strict=True):
        assert before.options.items() <= after.options.items()
        assert (before.code, before.version) == (after.code, after.version)
    assert read.main.tensors[1].data is read.main.tensors[2].data
    # The empty buffer, the shared weights, and the two biases, which are equal but not shared.
    assert [len(b.data) if b.data is not None else 0 for b in unpack(written).buffers] == [0, 144, 16, 16]
    interpreter = interpreter_module.Interpreter(model_content=written)
    interpreter.allocate_tensors()
    interpreter.invoke()


def test_codes_are_written_twice_as_old_and_new_runtimes_want():
    x, y = (Tensor(name, (4,), read_bytes(pack(rich()), "r").main.tensors[0].type) for name in "xy")
    graph = Graph("main", (x, y), (x,), (y,), (Operator("GELU", (x,), (y,), {"approximate": True}),))
    written = unpack(write_bytes(Model("gelu", (graph,))))
    assert (written.operatorCodes[0].deprecatedBuiltinCode, written.operatorCodes[0].builtinCode) == (127, 150)
    assert written.subgraphs[0].operators[0].builtinOptions.approximate


def test_tensors_may_be_removed_and_signatures_follow():
    model = read_bytes(pack(rich()), "rich")
    graph = model.main
    kept = tuple(t for t in graph.tensors if t.name not in ("nothing", "state"))
    result = write_bytes(with_graph(model, dataclasses.replace(graph, tensors=kept)))
    read = unpack(result)
    assert read.signatureDefs[0].outputs[0].tensorIndex == 9
    assert read.subgraphs[0].tensors[9].name == b"y"
    again = read_bytes(result, "smaller")
    assert [[t and t.name for t in o.inputs] for o in again.main.operators] == [
        [t and t.name for t in o.inputs] for o in graph.operators
    ]
    custom = read.subgraphs[0].operators[1]
    assert bytes(custom.customOptions) == bytes(range(37))
    assert custom.mutatingVariableInputs.tolist() == [False, True]


def test_a_signature_keeps_its_tensor():
    model = read_bytes(pack(rich()), "rich")
    gone = model.main.tensors[10]
    graph = dataclasses.replace(
        model.main,
        tensors=tuple(t for t in model.main.tensors if t is not gone),
        outputs=(model.main.tensors[6],),
        operators=tuple(o for o in model.main.operators if gone not in o.outputs),
    )
    with pytest.raises(ModelError, match="signature 'serving_default' needs tensor 10"):
        write_bytes(with_graph(model, graph))


def test_new_operators_and_tensors_join_old_ones():
    model = read_bytes(pack(rich()), "rich")
    graph = model.main
    middle = Tensor("middle", (1, 4), graph.tensors[0].type)
    first = dataclasses.replace(graph.operators[0], outputs=(middle,))
    second = Operator("RELU", (middle,), graph.operators[0].outputs)
    changed = dataclasses.replace(
        graph, tensors=(middle, *graph.tensors), operators=(first, second, *graph.operators[1:])
    )
    read = read_bytes(write_bytes(with_graph(model, changed)), "joined")
    assert [o.code for o in read.main.operators[:3]] == ["ADD", "RELU", "CUSTOM"]
    assert read.main.operators[1].inputs == read.main.operators[0].outputs
    assert unpack(write_bytes(read)).subgraphs[0].tensors[4].sparsity is not None


def test_changed_weights_do_not_leave_the_old_ones_in_the_file():
    model = scratch()
    big = Data(bytes(20000))
    graph = dataclasses.replace(
        model.main, tensors=(*model.main.tensors, Tensor("big", (20000,), model.main.tensors[0].type, big))
    )
    first = write_bytes(with_graph(model, graph))
    read = read_bytes(first, "big")
    second = write_bytes(with_graph(read, dataclasses.replace(read.main, tensors=read.main.tensors[:-1])))
    assert len(second) < len(first) - 19000
    assert tree(unpack(second).subgraphs) == tree(unpack(write_bytes(model)).subgraphs)


def test_names_of_what_was_removed_are_gone_from_the_file():
    model = read_bytes(pack(rich()), "rich")
    gone = ("nothing", "state")
    assert all(name.encode() in write_bytes(model) for name in gone)
    kept = tuple(t for t in model.main.tensors if t.name not in gone)
    result = write_bytes(with_graph(model, dataclasses.replace(model.main, tensors=kept)))
    # A short name leaves only with a neighbor: bytes leave in multiples of 16.
    assert b"nothing" not in result


@pytest.mark.parametrize("source", [pack(rich()), outside(), with_zip(pack(rich()))], ids=["rich", "outside", "zip"])
def test_a_file_that_is_changed_again_and_again_hardly_grows(source):
    """What is left of a table are the bytes beyond a multiple of 16."""
    model = read_bytes(source, "again")
    sizes = []
    for generation in range(12):
        renamed = dataclasses.replace(model.main.tensors[0], name=f"tensor {generation:03}")
        model = read_bytes(write_bytes(with_tensor(model, 0, renamed)), "again")
        sizes.append(len(write_bytes(model)))
    assert sizes[-1] - sizes[0] <= 48 * len(sizes[1:])


def test_objects_of_one_file_can_move_to_another():
    donor = read_bytes(outside(), "donor")
    result = write_bytes(Model("moved", donor.graphs, donor.metadata, donor.description))
    before, after = tree(unpack(outside())), tree(unpack(result))
    assert after["subgraphs"][0]["operators"][1]["customOptions"] == b"LARGE"
    assert after["subgraphs"][0]["tensors"][3]["sparsity"] == before["subgraphs"][0]["tensors"][3]["sparsity"]
    assert aligned(result)


def test_options_newer_than_the_schema_are_kept_or_refused():
    data = bytearray(pack(rich()))
    table = schema.Model.GetRootAs(data, 0).Subgraphs(0).Operators(0)._tab
    data[table.Pos + table.Offset(4 + 2 * OperatorField.BUILTIN_OPTIONS_TYPE)] = 250
    model = read_bytes(bytes(data), "newer")
    assert not model.main.operators[0].options
    result = write_bytes(shuffled(model)[0])
    assert aligned(result)
    # Nothing was moved: what is not understood keeps its distance from everything else.
    starts = content_starts(bytes(data))
    assert bytes(data[min(starts) : max(starts)]) in result
    with pytest.raises(ModelError, match="options newer than the schema"):
        moved = dataclasses.replace(model.main.operators[0], inputs=(model.main.tensors[6], None))
        write_bytes(with_operators(model, [moved, *model.main.operators[1:]]))


def redirect(data: bytes, first: Any, second: Any, slot: int) -> bytes:
    """Let a field of the first table, which lies before the second, lead to what that of the second leads to."""
    here, there = (table._tab.Pos + table._tab.Offset(4 + 2 * slot) for table in (first, second))
    target = there + int.from_bytes(data[there : there + 4], "little")
    return data[:here] + (target - here).to_bytes(4, "little") + data[here + 4 :]


def test_graphs_that_share_a_vector_of_operators_are_parted():
    x, y, z = (Tensor(name, (4,), scratch().main.tensors[0].type) for name in "xyz")
    operators = (Operator("RELU", (x,), (y,)), Operator("TANH", (x,), (z,)))
    graphs = tuple(
        Graph(name, tensors := (x, y, z), tensors[:1], tensors[1:], operators) for name in ("first", "second")
    )
    data = write_bytes(Model("twins", graphs))
    file = schema.Model.GetRootAs(data, 0)
    tables = sorted((file.Subgraphs(0), file.Subgraphs(1)), key=lambda table: table._tab.Pos)
    model = read_bytes(redirect(data, *tables, SubGraphField.OPERATORS), "twins")
    result = read_bytes(write_bytes(with_operators(model, list(model.main.operators[::-1]))), "r")
    assert [[o.code for o in graph.operators] for graph in result.graphs] == [["TANH", "RELU"], ["RELU", "TANH"]]


def test_a_plan_whose_content_something_else_shares_is_not_overwritten():
    model = read_bytes(write_bytes(scratch()), "aligned")
    notes = Metadata("notes", Data(struct.pack("<11i", 1, 1, 8, *[0] * 8)))  # a plan as well
    planned = dataclasses.replace(model, metadata=(notes,)).with_plan(some_plan(model))
    data = write_bytes(planned)
    file = schema.Model.GetRootAs(data, 0)
    buffers = [file.Buffers(file.Metadata(i).Buffer()) for i in range(2)]
    assert [b.DataLength() for b in buffers] == [44, 44]
    buffers.sort(key=lambda table: table._tab.Pos)
    shared = read_bytes(redirect(data, *buffers, BufferField.DATA), "shared")
    assert {*chain(*shared.plan.offsets)} == {0}  # what the notes say
    other = Metadata("notes", Data(bytes(range(44))), shared.metadata[0].origin)
    again = read_bytes(write_bytes(dataclasses.replace(shared, metadata=(other,))), "again")
    assert bytes(again.metadata[0].data.content) == bytes(range(44))
    assert again.plan == shared.plan


def test_a_tensor_from_another_graph_is_not_taken_for_one_of_a_signature():
    model = read_bytes(pack(rich()), "rich")
    stranger = model.graphs[1].tensors[0]
    graph = dataclasses.replace(model.main, tensors=(*model.main.tensors, stranger))
    assert unpack(write_bytes(with_graph(model, graph))).signatureDefs[0].inputs[0].tensorIndex == 0


def test_parts_of_an_input_are_not_taken_for_it_by_a_signature():
    """Rewrites make rows of an input with all that the file says of it, wherever they list them."""
    model = read_bytes(pack(rich()), "rich")
    x, *others = model.main.tensors
    rows = (dataclasses.replace(x, name="x/rows0-1"), dataclasses.replace(x, name="x/rows1-2"))
    graph = dataclasses.replace(model.main, tensors=(rows[0], x, *others, rows[1]))
    assert unpack(write_bytes(with_graph(model, graph))).signatureDefs[0].inputs[0].tensorIndex == 1


def control_edges(*pairs: tuple[int, int]) -> bytes:
    return bytes([1, 1, len(pairs), *(2 * place for pair in pairs for place in pair)])


def test_control_dependencies_follow_their_operators():
    model = rich()
    model.metadata.append(schema.MetadataT(name=CONTROL, buffer=6))
    model.buffers.append(schema.BufferT(data=np.frombuffer(control_edges((0, 1)), np.uint8)))
    read = read_bytes(pack(model), "edges")
    operators = list(read.main.operators)
    rotated = with_operators(read, [operators[-1], *operators[:-1]])
    entry = schema.ModelT.InitFromPackedBuf(write_bytes(rotated), 0)
    number = next(each.buffer for each in entry.metadata if each.name == CONTROL.encode())
    assert bytes(entry.buffers[number].data) == control_edges((1, 2))
    with pytest.raises(ModelError, match="break a control dependency"):
        write_bytes(with_operators(read, [operators[1], operators[0], *operators[2:]]))


def test_control_edges_are_written_as_the_graph_has_them():
    model = rich()
    model.metadata.append(schema.MetadataT(name=CONTROL, buffer=6))
    model.buffers.append(schema.BufferT(data=np.frombuffer(control_edges((0, 1)), np.uint8)))
    read = read_bytes(pack(model), "edges")

    def again(edges):
        graphs = (dataclasses.replace(read.main, control_edges=edges), *read.graphs[1:])
        return read_bytes(write_bytes(dataclasses.replace(read, graphs=graphs)), "again").main

    first, second, third = read.main.operators[:3]
    both = again(((first, second), (second, third)))
    assert both.control_edges == tuple(zip(both.operators[:2], both.operators[1:3], strict=True))
    assert again(()).control_edges == ()
    assert read_bytes(write_bytes(read), "same").main.control_edges != ()


def test_a_field_newer_than_the_schema_is_kept_or_refused():
    source = write_bytes(scratch())
    source = with_unknown_field(source, schema.Model.GetRootAs(source, 0), ModelField.COUNT)
    model = read_bytes(source, "newer")
    reordered = write_bytes(with_operators(model, list(model.main.operators[::-1])))
    assert len(reordered) == len(source)
    with pytest.raises(ModelError, match="fields newer than the schema"):
        write_bytes(model.with_plan(some_plan(model)))


def test_contents_that_cannot_be_moved_are_stored_anew():
    """Where a table has unknown fields the parts of the file stay where they are."""
    source = pack(rich())
    branch = schema.Model.GetRootAs(source, 0).Subgraphs(1)
    source = with_unknown_field(source, branch, SubGraphField.COUNT)
    model, order = shuffled(read_bytes(source, "newer"))
    result = write_bytes(model.with_plan(some_plan(model)))
    assert_same_but_for_order_and_plan(source, result, order)
    assert aligned(result)
    assert source[8:40] in result


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m, g: dataclasses.replace(m, graphs=m.graphs[:1]), "subgraph 1 is missing or moved"),
        (lambda m, g: dataclasses.replace(m, graphs=()), "at least one graph"),
        (lambda m, g: with_graph(m, dataclasses.replace(g, tensors=g.tensors[1:])), "does not list"),
        (
            lambda m, g: with_operators(m, [dataclasses.replace(g.operators[0], options={"speed": 1})]),
            "has no option 'speed'",
        ),
        (lambda m, g: with_operators(m, [Operator("FLY", (), ())]), "FLY is not an operator"),
        (lambda m, g: with_operators(m, [Operator("IF", (), (), graphs=(0,))]), "runs 1 subgraphs"),
        (lambda m, g: with_operators(m, [Operator("RELU", (), (), {"a": 1})]), "its kind takes none"),
    ],
)
def test_contradictions_are_named(change, message):
    model = read_bytes(pack(rich()), "rich")
    with pytest.raises(ModelError, match=message):
        write_bytes(change(model, model.main))
