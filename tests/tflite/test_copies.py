"""Copies that were pickled equal what they are copies of; what is kept of an object is freed with it."""

import copy
import gc
import pickle
import weakref
from dataclasses import replace

import pytest
from report_samples import branching, odd
from tflite_samples import pack, rich

import arenite
from arenite import Options, zoo
from arenite.backends.generated_c.folding import folded
from arenite.rewrite.strips import paces, region_of
from arenite.rewrite.strips.splittable import rule, why_not
from arenite.search.partial.reading import reading
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes

QUICK = Options(effort="low", verify=False)
MODELS = {
    "zoo": lambda: zoo.build("densenet"),
    "odd": odd,
    "branching": branching,
    "rich": lambda: read_bytes(pack(rich()), "rich.tflite"),
    "read": lambda: read_bytes(write_bytes(zoo.build("paper")), "paper.tflite"),
}


def copied(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("name", MODELS)
def test_a_copy_of_a_model_equals_it_and_is_written_as_the_same_bytes(name):
    model = MODELS[name]()
    for again in (copied(model), copy.deepcopy(model)):
        assert again is not model
        assert (again, hash(again)) == (model, hash(model))
        assert write_bytes(again) == write_bytes(model)


def test_models_that_differ_are_not_equal():
    model = read_bytes(write_bytes(zoo.build("paper")), "paper.tflite")
    graph = model.main
    first = graph.operators[0]
    another = read_bytes(write_bytes(zoo.build("paper", seed=1)), "paper.tflite").main.operators[0]
    changed = {
        "name": replace(model, name="other"),
        "order": replace(model, graphs=(replace(graph, operators=graph.operators[::-1]),)),
        "option": replace(model, graphs=(replace(graph, operators=(replace(first, version=9), *graph.operators[1:])),)),
        "outputs": replace(model, graphs=(replace(graph, outputs=graph.inputs),)),
        "plan": arenite.optimize(model, QUICK).model,
        "content": zoo.build("paper", seed=1),
        "options that only the file has": replace(
            model,
            graphs=(replace(graph, operators=(replace(first, origin=another.origin), *graph.operators[1:])),),
        ),
    }
    for name, other in changed.items():
        assert other != model, name
        assert copied(other) == other, name
    assert model != "paper.tflite"


def test_a_copy_of_an_exploration_makes_the_same_plans():
    found = arenite.explore(
        zoo.build("mobilenet-v1", resolution=64), replace(QUICK, split=True), progress=lambda _: None
    )
    again = copied(found)
    assert again == found
    last = len(found.points) - 1
    assert last > 0
    assert again.plan(last).content == found.plan(last).content


def test_copies_of_results_equal_them():
    model = read_bytes(write_bytes(zoo.build("paper")), "paper.tflite")
    plan = arenite.optimize(model, replace(QUICK, split=True))
    for each in (plan, arenite.inspect(model), arenite.check(model, board="microbit"), *plan.maps):
        assert copied(each) == each
    again = copied(plan)
    assert again.changed == plan.changed
    assert again.to_json() == plan.to_json()
    assert again.maps == plan.maps
    assert copied(arenite.find_target("m4")) == arenite.find_target("m4")


def test_a_copy_of_a_plan_that_gains_nothing_is_unchanged():
    plan = arenite.optimize(read_bytes(pack(rich()), "rich.tflite"), replace(QUICK, reorder=False, layout=False))
    assert not plan.changed
    assert not copied(plan).changed


def test_what_is_kept_of_operators_and_graphs_is_freed_with_them():
    model = zoo.build("mobilenet-v1", resolution=32)
    operators = [each for each in model.main.operators if why_not(each) is None]
    assert all(reading(each) is reading(each) and rule(each) is rule(each) for each in operators)
    assert folded(model).main is folded(model).main
    region = region_of(model, operators[:3])
    rows = (0, region.operators[0].outputs[0].shape[1])
    assert paces(region, rows) is paces(region, list(rows))
    freed = [weakref.ref(each) for each in (*operators, model.main)]
    assert operators
    del model, operators, region
    gc.collect()
    assert not any(each() for each in freed)
