"""What the writer would refuse to build anew is known beforehand, and passes leave such a model as it is."""

from __future__ import annotations

import dataclasses

import pytest
from tflite_samples import pack, rich, schema, with_unknown_field

from arenite.errors import ModelError
from arenite.rewrite import Prune
from arenite.tflite.newer_fields import loses_fields
from arenite.tflite.read import read_bytes
from arenite.tflite.slots import ModelField, OperatorField, SignatureField, SubGraphField, TensorField
from arenite.tflite.write import write_bytes

TABLES = {
    "nothing": None,
    "model": (lambda root: root, ModelField),
    "subgraph": (lambda root: root.Subgraphs(0), SubGraphField),
    "other subgraph": (lambda root: root.Subgraphs(1), SubGraphField),
    "first operator": (lambda root: root.Subgraphs(0).Operators(0), OperatorField),
    "last operator": (lambda root: root.Subgraphs(0).Operators(root.Subgraphs(0).OperatorsLength() - 1), OperatorField),
    "first tensor": (lambda root: root.Subgraphs(0).Tensors(0), TensorField),
    "last tensor": (lambda root: root.Subgraphs(0).Tensors(root.Subgraphs(0).TensorsLength() - 1), TensorField),
    "signature": (lambda root: root.SignatureDefs(0), SignatureField),
}
"""Tables of the sample to which a field is added that the schema does not have."""


def with_main(model, **changes):
    return dataclasses.replace(model, graphs=(dataclasses.replace(model.main, **changes), *model.graphs[1:]))


def renamed(model, number):
    """The model with another name for one of its tensors."""
    old = model.main.tensors[number]
    new = dataclasses.replace(old, name="renamed")

    def put(tensors):
        return tuple(new if each is old else each for each in tensors)

    ends = ("inputs", "outputs", "intermediates")
    operators = tuple(
        dataclasses.replace(each, **{end: put(getattr(each, end)) for end in ends}) for each in model.main.operators
    )
    main = model.main
    return with_main(
        model, tensors=put(main.tensors), inputs=put(main.inputs), outputs=put(main.outputs), operators=operators
    )


def renumbered(model):
    return with_main(model, tensors=model.main.tensors[::-1])


def with_option(model):
    first, *rest = model.main.operators
    options = {**first.options, "fused_activation_function": 3}
    return with_main(model, operators=(dataclasses.replace(first, options=options), *rest))


def renumbered_everywhere(model):
    graphs = (dataclasses.replace(graph, tensors=graph.tensors[::-1]) for graph in model.graphs)
    return dataclasses.replace(model, graphs=tuple(graphs))


EDITS = {
    "none": lambda model: model,
    "all renumbered": renumbered,
    "first renamed": lambda model: renamed(model, 0),
    "last renamed": lambda model: renamed(model, len(model.main.tensors) - 1),
    "an option": with_option,
    "all renumbered in all graphs": renumbered_everywhere,
}


def is_refused(model):
    try:
        write_bytes(model)
    except ModelError as error:
        assert "newer than the schema" in str(error)
        return True
    return False


@pytest.mark.parametrize("table", TABLES)
def test_it_is_known_beforehand_what_the_writer_refuses(table):
    source = pack(rich())
    if TABLES[table] is not None:
        find, slots = TABLES[table]
        source = with_unknown_field(source, find(schema.Model.GetRootAs(source, 0)), slots.COUNT)
    model = read_bytes(source, "newer")
    found = {name: loses_fields(edit(model)) for name, edit in EDITS.items()}
    assert found == {name: is_refused(edit(model)) for name, edit in EDITS.items()}
    assert not found["none"]
    assert any(found.values()) == (table != "nothing")


def test_newer_options_are_not_lost_either():
    data = bytearray(pack(rich()))
    table = schema.Model.GetRootAs(data, 0).Subgraphs(0).Operators(0)._tab
    data[table.Pos + table.Offset(4 + 2 * OperatorField.BUILTIN_OPTIONS_TYPE)] = 250
    model = read_bytes(bytes(data), "newer")
    assert loses_fields(renumbered(model))
    assert is_refused(renumbered(model))
    assert not loses_fields(model)


@pytest.mark.parametrize("table", TABLES)
def test_pruning_leaves_a_model_as_it_is_where_a_field_would_be_lost(table):
    source = pack(rich(metadata=[]))
    if TABLES[table] is not None:
        find, slots = TABLES[table]
        source = with_unknown_field(source, find(schema.Model.GetRootAs(source, 0)), slots.COUNT)
    model = read_bytes(source, "newer")
    pruned = Prune().run(model)
    assert not is_refused(pruned)
    assert (pruned is model) == (table in ("model", "subgraph", "first operator", "last operator", "signature"))
