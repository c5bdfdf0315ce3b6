"""Inverted bottlenecks as one operator of generated C: same results, safe overlaps, and only where that needs less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from arenite import Options, optimize, zoo
from arenite.backends.generated_c.bottlenecks import INVERTED_BOTTLENECK, bottlenecks, fused, parts
from arenite.backends.generated_c.folding import folded, paying_in, unfolded
from arenite.backends.sets import C_CMSIS_NN_DSP, GENERATED_C
from arenite.backends.target import C
from arenite.codegen.prepare import prepared
from arenite.model import Data, ElementType, Graph, MemoryPlan, Model, Operator
from arenite.operators.macs import macs_of_model
from arenite.operators.windows import window
from arenite.runtimes.inputs import random_inputs
from arenite.search.memory_map import memory_map
from arenite.search.relocation import arena
from arenite.zoo.builder import Builder

from .harness import place_nearer, run_c, sources
from .operators_at_random import Maker, sliding
from .test_codegen_operators import expected

SEEDS = range(48)


def bottleneck(seed, kind=ElementType.INT8, wide=None):
    """A random inverted bottleneck: 1x1 or other expansions, any stride, dilation and padding, often behind a PAD."""
    m = Maker([seed, 41], kind)
    source = m.tensor(1, m.integer(3, 14), m.integer(3, 14), m.integer(1, 5))
    operators, tensors = [], [source]

    def layer(code, image, units, kernel, *, plain=False):
        dilation = (1, 1) if plain or m.integer(0, 2) else (m.integer(1, 2), m.integer(1, 2))
        if code == "DEPTHWISE_CONV_2D" and m.choice(True, False):
            margins = np.array([(0, 0), (m.integer(0, 2), m.integer(0, 2)), (m.integer(0, 2), m.integer(0, 2)), (0, 0)])
            padded = m.like(image, *(int(n + sum(pair)) for n, pair in zip(image.shape, margins, strict=True)))
            operators.append(Operator("PAD", (image, m.constant(margins, ElementType.INT32)), (padded,)))
            tensors.extend((operators[-1].inputs[1], padded))
            image = padded
        options, size = sliding(m, image, kernel, dilation)
        if plain:
            options, size = {"padding": 0, "stride_h": 1, "stride_w": 1}, image.shape[1:3]
        output = m.tensor(1, *size, units)
        over_all = code == "CONV_2D"
        shape = (units, *kernel, image.shape[3]) if over_all else (1, *kernel, units)
        fan_in = int(np.prod(shape[1:] if over_all else kernel))
        scale = output.quantization.scale[0] if output.quantization else 1
        weights = m.weights(shape, 0 if over_all else 3, fan_in, scale, image)
        bias = m.bias(units, image, weights)
        inputs = (image, weights) if bias is None else (image, weights, bias)
        dilations = {"dilation_h_factor": dilation[0], "dilation_w_factor": dilation[1]}
        more = {"fused_activation_function": m.activation(), **({} if over_all else {"depth_multiplier": 1})}
        operators.append(Operator(code, inputs, (output,), {**options, **dilations, **more}))
        tensors.extend((*inputs[1:], output))
        return output

    units = wide or m.integer(8, 40)
    expanded = layer("CONV_2D", source, units, m.choice((1, 1), (1, 1), (m.integer(1, 3), m.integer(1, 3))))
    filtered = layer("DEPTHWISE_CONV_2D", expanded, units, (m.integer(1, 4), m.integer(1, 4)))
    output = layer("CONV_2D", filtered, m.integer(1, 9), (1, 1), plain=True)
    return Model(f"bottleneck {seed}", (Graph("main", tuple(tensors), (source,), (output,), tuple(operators)),))


def as_one(model):
    """The INVERTED_BOTTLENECK that a model becomes; None if it does not pay."""
    (operator, *others) = GENERATED_C.as_run(model).main.operators
    return operator if operator.code == INVERTED_BOTTLENECK and not others else None


def paying_models():
    return [model for model in map(bottleneck, SEEDS) if as_one(model)]


def test_as_one_operator_gives_what_the_runtimes_give(tmp_path):
    models = paying_models()
    ways = [parts(as_one(model)).by_rows for model in models]
    assert ways.count(True) >= 8
    assert ways.count(False) >= 8
    rounds = [random_inputs(model, 3, 1) for model in models]
    references = expected(models, rounds)
    assert all(references)
    for ours, others in zip(run_c(models, rounds, tmp_path), references, strict=True):
        for theirs in others.values():
            np.testing.assert_array_equal(ours, theirs)


def safe(operator, distance):
    """Whether the loops of the kernel that goes row by row read every row of the input before it is overwritten."""
    found = parts(operator)
    expansion, depthwise = window(found.expansion).rows, window(found.depthwise).rows
    source, target = operator.inputs[0], operator.outputs[0]
    read, written = source.bytes // source.shape[1], target.bytes // target.shape[1]
    done = overwritten = 0
    for row in range(depthwise.outputs):
        first = row * depthwise.stride - depthwise.padding
        for wide in range(max(done, first), min(depthwise.length, first + depthwise.span)):
            for place in range(expansion.kernel):
                at = wide * expansion.stride - expansion.padding + place * expansion.dilation
                begins = at * read + distance
                if 0 <= at < expansion.length and max(begins, 0) < min(begins + read, overwritten):
                    return False
            done = wide + 1
        overwritten = (row + 1) * written
    return True


def test_the_rule_is_as_tight_as_the_loops():
    """The output may lie as near as the loops allow, and one byte nearer it is wrong."""
    bounds = 0
    for model in map(bottleneck, range(300)):
        operator = as_one(model)
        if operator is None or not parts(operator).by_rows:
            continue
        source, target = operator.inputs[0], operator.outputs[0]
        distance = GENERATED_C.overlap(operator, source, target).distance
        assert distance is not None
        assert safe(operator, distance)
        if distance - 1 > -source.bytes:
            bounds += 1
            assert not safe(operator, distance - 1)
    assert bounds > 20


def test_nearer_than_the_rule_the_kernel_is_wrong(monkeypatch, forget_rules, tmp_path):
    seeds = [seed for seed in range(150) if (operator := as_one(bottleneck(seed))) and parts(operator).by_rows]
    models = list(map(bottleneck, seeds))
    rounds = [random_inputs(model, 1, 1) for model in models]
    (tmp_path / "right").mkdir()
    (tmp_path / "wrong").mkdir()
    right = run_c(models, rounds, tmp_path / "right")
    place_nearer(monkeypatch, forget_rules, lambda source: 2 * source.bytes // source.shape[1])
    wrong = run_c(list(map(bottleneck, seeds)), rounds, tmp_path / "wrong")
    assert sum(not np.array_equal(one[0][0], other[0][0]) for one, other in zip(right, wrong, strict=True)) >= 3


def test_column_by_column_nothing_overlaps():
    found = [each for each in map(as_one, paying_models()) if not parts(each).by_rows]
    assert found
    for operator in found:
        rule = GENERATED_C.overlap(operator, operator.inputs[0], operator.outputs[0])
        assert rule.distance is None
        assert not rule.exactly


def test_the_arena_has_input_output_and_scratch_only():
    for model in paying_models():
        operator = as_one(model)
        ends = operator.inputs[0].bytes, operator.outputs[0].bytes
        assert arena(prepared(model)).size <= sum(-(-each // 16) * 16 for each in (*ends, parts(operator).scratch))


def test_what_the_operator_stands_for_comes_back():
    for model in paying_models():
        as_run = GENERATED_C.as_run(model)
        assert GENERATED_C.as_run(model).graphs == as_run.graphs
        assert GENERATED_C.as_run(as_run) is as_run
        assert unfolded(model, as_run).main.operators == model.main.operators
        whole = [operator for operator in folded(model).main.operators if operator.code != "PAD"]
        three = parts(as_one(model))
        for ours, theirs in zip((three.expansion, three.depthwise, three.projection), whole, strict=True):
            assert ours.code == theirs.code
            assert ours.outputs == theirs.outputs
            assert dict(ours.options) == dict(theirs.options)
            assert [each for each in ours.inputs if each] == [each for each in theirs.inputs if each]


@pytest.mark.parametrize("what", ["wide is an output", "wide is read twice", "int16", "narrow", "strided projection"])
def test_what_is_no_inverted_bottleneck_stays(what):
    model = bottleneck(1, ElementType.INT16) if what == "int16" else bottleneck(1, wide=1 if what == "narrow" else 40)
    graph = model.main
    expansion, projection = graph.operators[0], graph.operators[-1]
    if what == "wide is an output":
        graph = replace(graph, outputs=(*graph.outputs, expansion.outputs[0]))
    elif what == "wide is read twice":
        again = replace(expansion.outputs[0], name="again")
        copy = Operator("RELU", expansion.outputs, (again,))
        graph = replace(
            graph,
            operators=(*graph.operators, copy),
            tensors=(*graph.tensors, again),
            outputs=(*graph.outputs, again),
        )
    elif what == "strided projection":
        height, width = (-(-each // 2) for each in projection.outputs[0].shape[1:3])
        smaller = replace(projection.outputs[0], shape=(1, height, width, projection.outputs[0].shape[3]))
        other = replace(projection, outputs=(smaller,), options={**projection.options, "stride_h": 2, "stride_w": 2})
        graph = replace(
            graph,
            operators=(*graph.operators[:-1], other),
            tensors=(*graph.tensors[:-1], smaller),
            outputs=(smaller,),
        )
    changed = replace(model, graphs=(graph,))
    assert what in ("int16", "narrow") or as_one(bottleneck(1, wide=40))
    assert all(each.code != INVERTED_BOTTLENECK for each in GENERATED_C.as_run(changed).main.operators)


def test_two_in_a_row_do_not_share_a_convolution():
    """The projection of one may be the expansion of the next; each convolution belongs to one at most."""
    model = zoo.build("mobilenet-v2", resolution=32)
    found = [each for each in GENERATED_C.as_run(model).main.operators if each.code == INVERTED_BOTTLENECK]
    assert len(found) > 5
    inner = [tensor for each in found for tensor in (*each.intermediates, *each.outputs)]
    assert len(inner) == len(set(inner))


def test_cmsis_nn_has_its_own_kernels():
    model = zoo.build("mobilenet-v2", resolution=32)
    assert all(each.code != INVERTED_BOTTLENECK for each in C_CMSIS_NN_DSP.as_run(model).main.operators)
    assert any(each.startswith("arenite_inverted_bottleneck") for each in sources(model, "m"))


def test_a_plan_stays_with_its_tensors():
    model = zoo.build("mobilenet-v2", resolution=32)
    offsets = tuple(None if tensor.constant else 16 * place for place, tensor in enumerate(model.main.tensors))
    planned = model.with_plan(MemoryPlan((offsets,)))
    as_run = fused(folded(planned))
    places = dict(zip(planned.main.tensors, offsets, strict=True))
    assert as_run.plan.offsets[0] == tuple(places[tensor] for tensor in as_run.main.tensors)


def test_all_that_pay_are_found_through_their_pads():
    for model in paying_models():
        (found,) = paying_in(model.main.operators, model.main.outputs)
        assert found.wide is as_one(model).intermediates[0]
        assert bottlenecks(folded(model).main.operators, model.main.outputs)[0].wide is found.wide


def waiting(*, beside):
    """A bottleneck whose filtered tensor is smaller than both ends, with or without another branch."""
    net = Builder("waiting", 0)
    one = net.input(12, 12, 12)
    wide = net.conv(one, 40, "wide", kernel=1)
    narrow = net.conv(net.depthwise(wide, "filtered", stride=2), 50, "narrow", kernel=1)
    outputs = [net.max_pool(narrow, "last")]
    if beside:
        outputs.append(net.max_pool(net.input(6, 6, 8, name="other"), "pool"))
    return net.model(*outputs)


def test_where_others_might_run_between_the_three_stay():
    (found,) = bottlenecks(waiting(beside=True).main.operators, ())
    assert found.pays
    assert found.may_wait
    codes = {
        beside: [operator.code for operator in GENERATED_C.as_run(waiting(beside=beside)).main.operators]
        for beside in (True, False)
    }
    assert INVERTED_BOTTLENECK not in codes[True]
    assert codes[False] == [INVERTED_BOTTLENECK, "MAX_POOL_2D"]


def padded_projection(margins):
    """A bottleneck whose projection reads a PAD of the filtered tensor."""
    model = paying_models()[0]
    graph, m = model.main, Maker([3])
    projection = graph.operators[-1]
    source, target = projection.inputs[0], projection.outputs[0]
    padded = m.like(source, *(int(n + sum(pair)) for n, pair in zip(source.shape, margins, strict=True)))
    pad = Operator("PAD", (source, m.constant(np.array(margins), ElementType.INT32)), (padded,))
    output = replace(target, shape=(*padded.shape[:3], target.shape[3]))
    last = replace(projection, inputs=(padded, *projection.inputs[1:]), outputs=(output,))
    tensors = (*(each for each in graph.tensors if each is not target), pad.inputs[1], padded, output)
    operators = (*graph.operators[:-1], pad, last)
    return replace(model, graphs=(replace(graph, tensors=tensors, outputs=(output,), operators=operators),))


def test_padding_of_the_filtered_tensor_is_in_the_result(tmp_path):
    """Also below and on the right alone, where a window has no padding in front."""
    margins = [[(0, 0), rows, columns, (0, 0)] for rows in ((0, 0), (0, 1), (1, 0)) for columns in ((0, 2), (1, 1))]
    models = [padded_projection(each) for each in margins]
    rounds = [random_inputs(model, 2, 1) for model in models]
    references = expected(models, rounds)
    assert all(references)
    for ours, others in zip(run_c(models, rounds, tmp_path), references, strict=True):
        for theirs in others.values():
            np.testing.assert_array_equal(ours, theirs)


def test_weights_of_four_bits_are_unpacked_before(tmp_path):
    """Every part of the program that looks at the model sees the same operators."""
    model = paying_models()[0]
    graph = model.main
    old = graph.operators[-1]
    weights = old.inputs[1]
    values = np.frombuffer(weights.data.content, np.int8) >> 4
    halves = np.append(values & 15, [0] * (values.size % 2)).astype(np.uint8).reshape(-1, 2)
    packed = replace(
        weights, type=ElementType.INT4, data=Data((halves[:, 0] | halves[:, 1] << 4).astype(np.uint8).tobytes())
    )
    new = replace(old, inputs=(old.inputs[0], packed, *old.inputs[2:]))
    tensors = tuple(packed if each is weights else each for each in graph.tensors)
    changed = replace(model, graphs=(replace(graph, tensors=tensors, operators=(*graph.operators[:-1], new)),))
    assert INVERTED_BOTTLENECK in [each.code for each in prepared(changed).main.operators]
    plain = replace(packed, type=ElementType.INT8, data=Data(values.tobytes()))
    same = replace(old, inputs=(old.inputs[0], plain, *old.inputs[2:]))
    tensors = tuple(plain if each is weights else each for each in graph.tensors)
    wide = replace(model, graphs=(replace(graph, tensors=tensors, operators=(*graph.operators[:-1], same)),))
    rounds = random_inputs(changed, 2, 1)
    ours, theirs = run_c([changed, wide], [rounds, rounds], tmp_path)
    np.testing.assert_array_equal(ours, theirs)


def test_a_graph_with_control_edges_keeps_its_operators():
    model = paying_models()[0]
    assert as_one(model)
    edges = ((model.main.operators[0], model.main.operators[-1]),)
    asked = replace(model, graphs=(replace(model.main, control_edges=edges),))
    assert GENERATED_C.as_run(asked).main.operators == asked.main.operators


def test_the_work_of_a_map_is_that_of_the_file():
    """Of inverted bottlenecks, and of products that are added to sums."""
    model = zoo.build("mobilenet-v2", resolution=32)
    steps = memory_map(model, C).steps
    assert sum(step.macs for step in steps) == macs_of_model(model)
    assert all(step.cannot_split is None for step in steps if step.name == INVERTED_BOTTLENECK)
    net = Builder("words", seed=1)
    x = net.separable(net.conv(net.input(24, 8, 1), 16, "conv", kernel=3), 16, "block")
    words = net.model(net.dense(net.reshape(x, (1, 3072), "flat"), 4, "logits"))
    plan = optimize(words, Options(target="c", split=True, max_extra_macs=0, verify=False))
    steps = memory_map(plan.model, C).steps
    assert any("SUMS" in step.name for step in steps)
    assert sum(step.macs for step in steps) == macs_of_model(words)
