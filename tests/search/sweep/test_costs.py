"""Records of many models: figures, order, failures; the same here, in processes and on a cluster."""

import gc
from dataclasses import asdict, fields, replace
from functools import partial
from itertools import count
from weakref import ref

import pandas
import pytest
from hand_made import conditional, graph, loop, model, tensor, with_custom_options
from sources import build, dies, dies_once, fails, makes_nothing

import arenite
from arenite import zoo
from arenite.model import ElementType, MemoryPlan, Model, Operator
from arenite.search.sweep import record
from arenite.search.sweep.packing import packed
from arenite.search.sweep.record import COLUMNS, CostRecord, name_of
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.write import write_bytes


@pytest.fixture(scope="module")
def cluster():
    """Two workers. A `LocalCluster` removes a worker for good that is being started again 15 s after it died."""
    import dask
    from distributed import Client, LocalCluster

    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, protocol="tcp") as local,
        Client(local) as client,
    ):
        yield client


@pytest.fixture
def sources(tmp_path):
    """A model of every kind of source, and every kind of failure."""
    path = tmp_path / "paper.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(path.read_bytes()[:500])
    return [
        path,
        zoo.build("swiftnet-cell"),
        str(broken),
        arenite.read(path),
        partial(build, "darts"),
        fails,
        conditional(),
        makes_nothing,
        5,
        tmp_path / "none.tflite",
        loop(),
    ]


def test_a_record_says_what_other_functions_say():
    each = zoo.build("swiftnet-cell")
    target = arenite.find_target("tflm-cmsis-nn/cortex-m4")
    (record,) = arenite.costs([each], target=target.name)
    inspection = arenite.inspect(each, target=target)
    assert record == CostRecord(
        model=each.name,
        target=target.name,
        operators=88,
        peak_bytes=arenite.peak_memory(each),
        least_peak_bytes=arenite.least_peak_memory(each),
        least_peak_bound_bytes=inspection.lower_bound_bytes,
        head_bytes=target.planned_head(each),
        arena_bytes=target.arena(each).declare_bytes,
        macs=inspection.macs,
        weights_bytes=inspection.weights_bytes,
        unknown="",
        refused="",
    )
    assert record.peak_bytes > record.least_peak_bytes == record.least_peak_bound_bytes


def test_figures_of_another_target():
    each = zoo.build("mobilenet-v1")
    names = ("tflm-reference", "tflm-cmsis-nn/cortex-m4", "c")
    records = [record for name in names for record in arenite.costs([each], target=name, columns=["arena_bytes"])]
    assert [record.target for record in records] == list(names)
    assert len({record.arena_bytes for record in records}) == 3


def test_only_columns_that_were_asked_for_are_computed():
    known = {"model", "target", "operators"}
    for column in COLUMNS:
        (record,) = arenite.costs([zoo.build("paper")], columns=(column,))
        there = {name for name, value in asdict(record).items() if value is not None}
        assert there - known - {"unknown", "least_peak_bound_bytes"} == {column}


def test_what_is_not_known_is_named_whatever_the_order_of_columns():
    """Scratch and tail of any custom operator, and what TFLM would keep for a builtin that it lacks."""
    x, y, z = (tensor(name) for name in "xyz")
    odd = [Operator("CUSTOM", (x,), (y,), custom_code="Odd"), Operator("ERF_OF_NOTHING", (y,), (z,))]
    each = model(graph([x], [z], odd))
    for columns, unknown in (
        (("head_bytes", "arena_bytes"), "ERF_OF_NOTHING, Odd"),
        (("arena_bytes", "head_bytes"), "ERF_OF_NOTHING, Odd"),
        (("arena_bytes",), "ERF_OF_NOTHING, Odd"),
        (("head_bytes",), "Odd"),
    ):
        assert arenite.costs([each], columns=columns)[0].unknown == unknown


def test_operators_that_the_target_refuses_are_named():
    x, y = tensor("x"), tensor("y")
    (record,) = arenite.costs([model(graph([x], [y], [Operator("ERF_OF_NOTHING", (x,), (y,))]))])
    assert record.refused.startswith("ERF_OF_NOTHING (operator 0): ")
    assert record.error is None


def test_a_search_that_must_stop_gives_a_bound():
    (record,) = arenite.costs([zoo.build("random-wired", nodes=32)], columns=["least_peak_bytes"], steps=1)
    assert record.least_peak_bound_bytes < record.least_peak_bytes
    (proven,) = arenite.costs([zoo.build("random-wired", nodes=32)], columns=["least_peak_bytes"], steps=60e6)
    assert record.least_peak_bound_bytes <= proven.least_peak_bound_bytes == proven.least_peak_bytes


def test_models_that_fail_are_records(sources):
    records = arenite.costs(sources)
    errors = {number: record.error for number, record in enumerate(records) if record.error is not None}
    assert errors.keys() == {2, 5, 7, 8, 9}
    assert "broken.tflite: " in errors[2]
    assert errors[5] == "ValueError: out of\\nideas"
    assert errors[7] == errors[8] == "int is no model; give a Model, a path, the bytes of a .tflite, or an open file"
    assert errors[9].endswith("none.tflite: no such file")
    assert [records[number].model for number in (5, 8)] == ["model 5", "model 8"]
    assert records[9].model == str(sources[9])
    assert all(record.peak_bytes and record.arena_bytes for record in records if record.error is None)


def test_a_model_that_fails_in_one_column_keeps_the_others():
    damaged = replace(zoo.build("paper"), plan=MemoryPlan(()))
    (record,) = arenite.costs([damaged])
    assert (record.peak_bytes, record.least_peak_bytes, record.macs) == (5216, 4960, 656_384)
    assert record.head_bytes is record.arena_bytes is None
    assert record.error


@pytest.mark.parametrize("workers", [1, 3])
def test_processes_give_the_same_records(sources, workers):
    assert arenite.costs(sources, workers=workers) == arenite.costs(sources)


def test_a_cluster_gives_the_same_records(sources, cluster):
    assert arenite.costs(sources, client=cluster) == arenite.costs(sources)


def test_packed_models_cost_the_same(shared):
    for path in sorted((shared / "models").glob("*.tflite"))[::4]:
        each = arenite.read(path)
        columns = [column for column in COLUMNS if column != "least_peak_bytes"]
        assert arenite.costs([packed(each)], columns=columns) == arenite.costs([each], columns=columns)


def test_a_process_that_dies_takes_no_record_with_it(tmp_path):
    mark = tmp_path / "mark"
    names = ["paper", "resnet8", "densenet", "paper"]
    around = [partial(build, name) for name in names]
    records = arenite.costs([*around[:2], dies, partial(dies_once, mark), *around[2:]], workers=2)
    assert [record.error for record in records] == [
        None,
        None,
        "the process that computes it dies (exit code 3)",
        None,
        None,
        None,
    ]
    assert mark.exists()
    assert records[2].model == "model 2"
    assert [*records[:2], *records[4:]] == arenite.costs(around)
    assert records[3] == arenite.costs([zoo.build("paper")])[0]


def test_a_cluster_whose_workers_die_loses_no_record(tmp_path, cluster):
    """The scheduler also blames what waits on a worker that dies; those models are not given up."""
    mark = tmp_path / "mark"
    around = [partial(build, name) for name in ("paper", "resnet8", "densenet", "u-net")]
    records = arenite.costs([partial(dies_once, mark), *around[:2], dies, *around[2:]], client=cluster)
    assert [record.error for record in records] == [*[None] * 3, "every worker that computes it dies", *[None] * 2]
    assert mark.exists()
    assert [*records[1:3], *records[4:]] == arenite.costs(around)


def test_suspected_models_are_on_the_cluster_alone(monkeypatch, cluster):
    """Each submission of a model that was in a batch which ended workers finds no other one on its way."""
    from arenite.search.sweep import cluster as module

    crowds = {}
    submit = module._Cluster.submit

    def noting(self, batch, finished):
        for number, _ in batch:
            crowds.setdefault(number, []).append(len(self.running))
        return submit(self, batch, finished)

    monkeypatch.setattr(module._Cluster, "submit", noting)
    monkeypatch.setattr(module, "MODELS_PER_BATCH", 3)
    around = [partial(build, "paper", seed) for seed in range(11)]
    records = arenite.costs([*around[:4], dies, *around[4:]], client=cluster, columns=["peak_bytes"])
    assert [number for number, record in enumerate(records) if record.error] == [4]
    assert len(records) == 12
    assert {number for number, seen in crowds.items() if len(seen) > 1} >= {3, 4, 5}
    assert all(again == 0 for first, *seen in crowds.values() for again in seen)
    assert max(first for first, *_ in crowds.values()) == 3


@pytest.mark.parametrize("where", ["processes", "cluster"])
def test_what_cannot_be_sent_is_a_record(where, request):
    from threading import Lock

    there = {"client": request.getfixturevalue("cluster")} if where == "cluster" else {"workers": 1}
    x, y = tensor("x"), tensor("y")
    odd = model(graph([x], [y], [Operator("ADD", (x, x), (y,), {"lock": Lock()})]))
    records = arenite.costs([zoo.build("paper"), partial(build, Lock()), odd, zoo.build("paper")], **there)
    assert [record.error is None for record in records] == [True, False, False, True]
    assert "cannot be sent to" in records[1].error
    assert "cannot be sent to" in records[2].error
    assert "lock" in records[2].error


@pytest.mark.parametrize(("there", "most"), [({}, 1), ({"workers": 2}, 2), ("cluster", 2 * 16 * 8)])
def test_a_generator_is_consumed_as_models_are_computed(there, most, request):
    """Records come before the generator has given all models; progress is told of each."""
    there = {"client": request.getfixturevalue("cluster")} if there == "cluster" else there
    total = 400 if "client" in there else 12
    given, ahead = count(), []
    taken = 0

    def generate():
        nonlocal taken
        for number in range(total):
            taken = next(given) + 1
            yield partial(build, "paper", number)

    def progress(text):
        ahead.append(taken - int(text.split()[0]))

    records = arenite.costs(generate(), columns=["peak_bytes"], progress=progress, **there)
    assert [record.peak_bytes for record in records] == [5216] * total
    assert len(ahead) == total
    assert max(ahead) <= most


def test_an_error_of_the_generator_is_raised():
    def generate():
        yield partial(build, "paper")
        raise RuntimeError("of the caller")

    for there in ({}, {"workers": 1}):
        with pytest.raises(RuntimeError, match="of the caller"):
            arenite.costs(generate(), **there)


@pytest.mark.parametrize("workers", [None, 2])
def test_no_models(workers):
    assert arenite.costs([], workers=workers) == []
    assert arenite.costs(iter(()), workers=workers) == []


def test_progress_tells_the_total_where_it_is_known(sources):
    told = []
    arenite.costs(sources, columns=[], progress=told.append)
    assert told[0] == "1 of 11 models, 0 failed"
    assert told[-1] == "11 of 11 models, 5 failed"
    arenite.costs(iter(sources[:1]), columns=[], progress=told.append)
    assert told[-1] == "1 models, 0 failed"


def test_pandas_takes_the_records():
    table = pandas.DataFrame(arenite.costs([zoo.build("paper"), zoo.build("resnet8")], columns=["peak_bytes"]))
    assert list(table.columns) == [field.name for field in fields(CostRecord)]
    assert table["peak_bytes"].tolist() == [5216, arenite.peak_memory(zoo.build("resnet8"))]
    mixed = pandas.DataFrame(arenite.costs([zoo.build("paper"), fails], columns=["peak_bytes"])).convert_dtypes()
    assert mixed["peak_bytes"].tolist() == [5216, pandas.NA]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["peak"]}, "no column is called 'peak'; choose from peak_bytes, "),
        ({"target": "nix"}, "no target is called 'nix'"),
        ({"workers": 0}, "0 workers compute nothing"),
        ({"workers": 1, "client": object()}, "workers or a client, not both"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(arenite.OptionError, match=message):
        arenite.costs([], **options)


def test_the_options_of_custom_operators_are_sent():
    """The length of a delay is one; without it nothing is known of what the kernel allocates."""
    x, y = tensor("x", 160, ElementType.INT16), tensor("y", 160, ElementType.INT16)
    plain = model(graph([x], [y], [Operator("CUSTOM", (x,), (y,), custom_code="SignalDelay")]))
    delay = with_custom_options(plain, {"delay_length": 8})
    (here,) = arenite.costs([delay])
    assert here.unknown == ""
    assert arenite.costs([packed(delay)]) == [here]
    assert arenite.costs([delay], workers=1) == [here]


def test_a_packed_model_keeps_its_name():
    each = zoo.build("paper")
    assert name_of(7, packed(each)) == each.name == name_of(7, each)


def test_a_model_without_graphs_is_a_record_with_an_error():
    (record,) = arenite.costs([Model("empty", ())], columns=["peak_bytes"])
    assert record.operators is None
    assert record.peak_bytes is None
    assert "IndexError" in record.error


def test_a_model_of_a_file_is_freed_with_its_record(tmp_path, monkeypatch):
    """Without the collector, which has more to do the longer such models stay."""
    path = tmp_path / "paper.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    seen = []

    def read(source):
        read = read_model(source)
        seen.extend((ref(read), ref(read.main)))
        return read

    monkeypatch.setattr(record, "model_of", read)
    gc.disable()
    try:
        for target in ("tflm", "c"):
            arenite.costs([path, path], target=target, columns=("peak_bytes", "head_bytes", "arena_bytes", "macs"))
        assert [each() for each in seen] == [None] * 8
    finally:
        gc.enable()


def test_a_model_that_the_caller_has_can_still_be_written():
    source = zoo.build("paper")
    kept = read_bytes(write_bytes(source), "paper")
    arenite.costs([kept, lambda: kept], columns=("head_bytes",))
    assert kept.origin.original is kept
