"""Options that many operators share are unpacked once, and are those of each operator's own table."""

import pytest
from hand_made import chain

from arenite import zoo
from arenite.tflite import read_operator
from arenite.tflite.options import has_numbers_only, plain
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.read_operator import unpack
from arenite.tflite.slots import OperatorField
from arenite.tflite.write import write_bytes


def unpacked(operator):
    """The options of an operator from its own table, as if no other had been read; None if it has no table."""
    name = read_operator.options_table(operator.code)
    table = operator.origin.table.table(OperatorField.BUILTIN_OPTIONS)
    return None if name is None or table is None else plain(unpack(name[2], table))


def compare(model):
    options = [(operator, unpacked(operator)) for graph in model.graphs for operator in graph.operators]
    known = [(operator, expected) for operator, expected in options if expected is not None]
    for operator, expected in known:
        assert dict(operator.options) == expected
    return len(known)


@pytest.mark.parametrize("name", zoo.MODELS)
def test_the_zoo(name):
    assert compare(read_bytes(write_bytes(zoo.build(name)), name)) > 3


def test_real_models(shared):
    assert sum(compare(read_model(path)) for path in sorted((shared / "models").glob("*.tflite"))) > 1000


def test_which_tables_hold_numbers_only():
    assert has_numbers_only("Conv2DOptions")
    assert has_numbers_only("AddOptions")
    assert not has_numbers_only("ReshapeOptions")
    assert not has_numbers_only("SqueezeOptions")


def test_what_is_kept_is_limited(monkeypatch):
    monkeypatch.setattr(read_operator, "_KNOWN", {})
    monkeypatch.setattr(read_operator, "MOST_KNOWN", 2)
    for name in zoo.MODELS:
        compare(read_bytes(write_bytes(zoo.build(name)), name))
        assert len(read_operator._KNOWN) <= 2
    assert compare(read_bytes(write_bytes(chain([4, 4, 4])), "chain")) == 2
