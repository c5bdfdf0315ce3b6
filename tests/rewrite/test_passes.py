"""What all passes have in common: options are fields, a declared order, and errors that name the pass at fault."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, fields, is_dataclass, replace

import pytest
from hand_made import add, conditional, graph, model, tensor

from arenite.errors import VerificationError
from arenite.rewrite import (
    Dilate,
    Fold,
    FoldConstants,
    FoldShapes,
    Pass,
    Prune,
    Tidy,
    Transposes,
    UnpackInt4,
    WidenBias,
)
from arenite.rewrite.channels import SplitChannels
from arenite.rewrite.passes import ORDER, passes, rewritten
from arenite.rewrite.strips import SplitRows


def sums():
    """x -> x + x -> (x + x) + (x + x), as a model."""
    x, a, y = tensor("x"), tensor("a"), tensor("y")
    return model(graph([x], [y], [add(x, x, a), add(a, a, y)]))


@dataclass(frozen=True)
class Changed(Pass):
    """Puts other fields into the main graph."""

    changes: tuple[tuple[str, object], ...] = ()

    def _apply(self, model):
        return replace(model, graphs=(replace(model.main, **dict(self.changes)), *model.graphs[1:]))


@dataclass(frozen=True)
class Left(Pass):
    """Leaves out the last graph."""

    def _apply(self, model):
        return replace(model, graphs=model.graphs[:-1])


def test_a_pass_at_fault_is_named():
    source = sums()
    main, other = source.main, tensor("other")
    for changes, fault in (
        ({}, "returned a copy of a model in which nothing changed"),
        ({"inputs": (other,), "tensors": (other, *main.tensors)}, "changed the inputs or outputs of the graph 'main'"),
        ({"outputs": ()}, "changed the inputs or outputs of the graph 'main'"),
        ({"tensors": (*main.tensors, main.tensors[0])}, "lists a tensor of the graph 'main' twice"),
        (
            {"operators": (main.operators[0], replace(main.operators[1], inputs=(other, other)))},
            "made ADD use a tensor that the graph 'main' does not list",
        ),
    ):
        with pytest.raises(VerificationError) as error:
            Changed(tuple(changes.items())).run(source)
        assert f"hand made: the pass Changed {fault}; please report this model; nothing was written" in str(error.value)
    with pytest.raises(VerificationError, match="the pass Left made 2 graphs of 3"):
        Left().run(conditional())


def test_options_are_fields_and_frozen():
    for kind in (Dilate, Fold, FoldShapes, Prune, Tidy, UnpackInt4, WidenBias):
        assert is_dataclass(kind)
        assert kind() == kind()
    for kind in (SplitRows, SplitChannels):
        assert [each.name for each in fields(kind)] == ["plan"]
    with pytest.raises(FrozenInstanceError):
        Changed().changes = ()


def test_the_order_is_the_declared_one_whatever_is_asked_for():
    assert passes(widen_bias=True, unpack_int4=True) == ORDER
    always = {FoldShapes(), FoldConstants(), Dilate(), Transposes(), Tidy()}
    for asked, options in (
        (set(), {"widen_bias": False, "unpack_int4": False}),
        ({WidenBias()}, {"widen_bias": True, "unpack_int4": False}),
        ({UnpackInt4()}, {"widen_bias": False, "unpack_int4": True}),
    ):
        assert passes(**options) == tuple(each for each in ORDER if each in always | asked)


def test_passes_without_anything_to_do_return_the_same_object_and_say_nothing():
    source = sums()
    assert rewritten(source, ORDER) == (source, (), {})
    assert Changed((("name", "another"),)).sentence(source, source) == ""
