"""Every family: sizes, wiring, peaks, the same bytes for the same seed."""

from __future__ import annotations

import inspect
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zoo_peaks import least_peak, peak

from arenite import zoo
from arenite.errors import OptionError
from arenite.formulate.order import ordering_problem
from arenite.solve.order.solver import solve
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder
from arenite.zoo.random_wired import watts_strogatz

PEAKS = {
    "paper": (5216, 4960),
    "mobilenet-v1": (55296, 55296),
    "mobilenet-v2": (138240, 138240),
    "swiftnet-cell": (351232, 301056),
    "random-wired": (12288, 8192),
    "nasnet-a": (147456, 110592),
    "darts": (98304, 73728),
    "densenet": (98304, 98304),
    "u-net": (131072, 131072),
    "inception": (180224, 139264),
    "resnet8": (49152, 49152),
    "chain": (16384, 16384),
    "tcn": (4048, 4048),
}
"""Bytes as filed and in the best order, by default."""
TOO_WIDE = {"nasnet-a"}  # for the oracle: only the package's own search tells


@pytest.mark.parametrize("name", zoo.MODELS)
def test_peaks_as_filed_and_at_best(name):
    model = zoo.build(name)
    schedule = solve(ordering_problem(model)[0])
    assert (peak(model.main), schedule.peak, schedule.lower_bound) == (*PEAKS[name], PEAKS[name][1])
    if name not in TOO_WIDE:
        assert least_peak(model.main) == schedule.peak


@pytest.mark.parametrize("name", zoo.MODELS)
def test_form(name):
    model = zoo.build(name)
    graph = model.main
    assert (model.graphs, graph.name, [tensor.name for tensor in graph.inputs]) == ((graph,), "main", ["input"])
    names = [tensor.name for tensor in graph.tensors]
    assert len(names) == len(set(names))
    assert max(len(name) for name in names) < 50
    known = {tensor for tensor in graph.tensors if tensor.constant} | set(graph.inputs)
    for operator in graph.operators:
        assert known.issuperset(operator.inputs), f"{operator.outputs[0].name} runs before what it reads"
        known.update(operator.outputs)
    assert known == set(graph.tensors)


@pytest.mark.parametrize("name", zoo.MODELS)
def test_convolutions_are_quantized_per_channel(name):
    for operator in zoo.build(name).main.operators:
        if operator.code in {"CONV_2D", "DEPTHWISE_CONV_2D"}:
            x, weights, bias = operator.inputs
            dimension = 0 if operator.code == "CONV_2D" else 3
            scales = weights.quantization.scale
            assert weights.quantization.dimension == dimension
            assert len(scales) == weights.shape[dimension] == operator.outputs[0].shape[3]
            assert len(set(scales)) > min(len(scales), 256) // 2  # eight random bits each
            expected = [x.quantization.scale[0] * scale for scale in scales]
            assert bias.quantization.scale == pytest.approx(expected, rel=1e-6)
        elif operator.code == "CONCATENATION":
            assert len(operator.inputs) <= 10


@pytest.mark.parametrize("name", zoo.MODELS)
def test_same_seed_same_bytes(name):
    content = write_bytes(zoo.build(name))
    assert len(content) < 1_000_000
    assert write_bytes(zoo.build(name)) == content
    assert write_bytes(zoo.build(name, seed=1)) != content


@pytest.mark.parametrize("name", zoo.MODELS)
def test_reads_back(name):
    model = zoo.build(name)
    read = read_bytes(write_bytes(model), name)
    for mine, other in zip(model.main.operators, read.main.operators, strict=True):
        assert (other.code, other.version) == (mine.code, mine.version)
        assert mine.options.items() <= other.options.items()
    for mine, other in zip(model.main.tensors, read.main.tensors, strict=True):
        assert (other.name, other.shape, other.type) == (mine.name, mine.shape, mine.type)
        assert (other.data and bytes(other.data.content)) == (mine.data and bytes(mine.data.content))
        mine_q, other_q = mine.quantization, other.quantization
        assert (other_q and (other_q.scale, other_q.dimension)) == (mine_q and (mine_q.scale, mine_q.dimension))


def test_limits_name_every_parameter():
    for family in zoo.MODELS.values():
        assert {*family.limits, "seed"} == set(inspect.signature(family.function).parameters)
        for key, (least, largest) in family.limits.items():
            assert least <= family.parameters[key] <= largest


@pytest.mark.parametrize("name", zoo.MODELS)
def test_smallest_parameters(name):
    limits = zoo.MODELS[name].limits
    graph = zoo.build(name, **{key: least for key, (least, _) in limits.items()}).main
    assert all(0 not in tensor.shape for tensor in graph.tensors)


@pytest.mark.parametrize(
    ("name", "given_", "says"),
    [
        ("vgg", {}, "no model 'vgg' in the zoo; choose from paper, mobilenet-v1,"),
        ("mobilnet-v2", {}, "no model 'mobilnet-v2' in the zoo; did you mean mobilenet-v2, mobilenet-v1?"),
        ("chain", {"width": 3}, "chain: no parameter 'width'; choose from length, channels, resolution"),
        ("chain", {"name": 3}, "chain: no parameter 'name'"),
        ("chain", {"length": 0}, "chain: length must be a whole number from 1 to 4096, not 0"),
        ("chain", {"length": 1.5}, "chain: length must be a whole number from 1 to 4096, not 1.5"),
        ("chain", {"length": "1.5"}, "not '1.5'"),
        ("chain", {"seed": -1}, "chain: seed must be a whole number from 0"),
        ("mobilenet-v1", {"alpha": "wide"}, "mobilenet-v1: alpha must be a number from 0.05 to 2.0, not 'wide'"),
        ("mobilenet-v1", {"alpha": float("nan")}, "not nan"),
        ("u-net", {"resolution": 60}, "u-net: resolution 60 is not a multiple of 8"),
        ("tcn", {"frames": 30}, "tcn: the layers span 31 frames, and the window has 30"),
        ("random-wired", {"k": 3}, "random-wired: k must be even and less than nodes (16), not 3"),
        ("random-wired", {"nodes": 4}, "random-wired: k must be even and less than nodes (4), not 4"),
    ],
)
def test_bad_names_and_values(name, given_, says):
    with pytest.raises(OptionError) as caught:
        zoo.build(name, **given_)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_absurd_sizes_are_refused_before_they_are_built():
    net = Builder("huge", 0)
    with pytest.raises(OptionError, match="more than 64 MiB of weights"):
        net.conv(net.input(1, 1, 1_000_000), 1_000_000, "conv")


def test_texts_are_converted():
    by_text = zoo.build("mobilenet-v1", alpha="0.5", resolution="64")
    assert write_bytes(by_text) == write_bytes(zoo.build("mobilenet-v1", alpha=0.5, resolution=64))


def test_mobilenet_v2_grows_as_published():
    graph = zoo.build("mobilenet-v2", width=1.0, resolution=224, classes=1000).main
    weights = sum(len(t.data.content) for t in graph.tensors if t.name.endswith("/weights"))
    assert peak(graph) == 112 * 112 * 96 + 56 * 56 * 96  # the first expansion and its depthwise convolution
    assert 3_400_000 < weights < 3_500_000  # 3.47 million parameters with normalization (arXiv 1801.04381, table 4)


@given(st.integers(3, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, (n - 1) // 2))), st.integers(0, 99))
def test_watts_strogatz(size, seed):
    nodes, half = size
    sources = watts_strogatz(nodes, 2 * half, 0.75, Random(seed))
    assert len(sources) == nodes
    assert sum(map(len, sources)) == nodes * half  # rewiring neither adds nor drops an edge
    assert all(source < node for node, before in enumerate(sources) for source in before)


def test_watts_strogatz_without_rewiring_is_a_ring():
    sources = watts_strogatz(6, 2, 0.0, Random(0))
    assert sources == [(), (0,), (1,), (2,), (3,), (0, 4)]
