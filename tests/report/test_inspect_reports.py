import csv
import io
import json
import re

import pytest
from report_samples import branching, empty, odd, planned, reversed_order
from rich.cells import cell_len

from arenite import zoo
from arenite.report import map_text
from arenite.report.inspect_data import OPERATOR_COLUMNS, OPERATORS, TENSOR_COLUMNS, TENSORS, as_csv, as_json
from arenite.report.inspect_text import BAR_CELLS, Parts, bar, print_inspection
from arenite.report.json import write_json
from arenite.search.inspection import inspect
from arenite.search.memory_map import memory_map

SAMPLES = {f.__name__: f for f in (branching, empty, odd, planned, reversed_order)}
KEYS = {
    "model": str,
    "target": str,
    "operators": list,
    "tensors": list,
    "peak_bytes": int,
    "lower_bound_bytes": int,
    "head_bytes": int,
    "arena": dict,
    "weights_bytes": int,
    "macs": int,
    "peak_tensors": list,
    "graphs": list,
    "notes": list,
    "cannot_run": list,
}
ARENA_KEYS = {
    "head_bytes": int,
    "scratch_bytes": int,
    "tail_bytes": int,
    "total_bytes": int,
    "declare_bytes": int,
    "exact": bool,
    "unknown": list,
}
OPERATOR_KEYS = {
    "index": int,
    "name": str,
    "inputs": list,
    "outputs": list,
    "scope": int,
    "working_set_bytes": int,
    "input_bytes": int,
    "output_bytes": int,
    "bystander_bytes": int,
    "alive": list,
    "macs": int,
}
TENSOR_KEYS = {
    "index": int,
    "name": str,
    "shape": list,
    "type": str,
    "bytes": int,
    "constant": bool,
    "variable": bool,
}


def build(name):
    return inspect(SAMPLES[name]() if name in SAMPLES else zoo.build(name))


EVERYTHING = Parts(tensors=True, constants=True)


def text(inspection, monkeypatch, columns=80, parts=EVERYTHING):
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = io.StringIO()
    print_inspection(inspection, None, parts, stream)
    return stream.getvalue()


def has(values, types, nullable=()):
    assert values.keys() == types.keys() | set(nullable)
    for key, kind in types.items():
        assert type(values[key]) is kind, key
    for key in nullable:
        assert values[key] is None or type(values[key]) in (int, str), key


@pytest.mark.parametrize("name", [*SAMPLES, "paper", "u-net"])
def test_json_has_the_documented_keys_and_types(name):
    inspection = build(name)
    stream = io.StringIO()
    write_json(as_json(inspection), stream)
    values = json.loads(stream.getvalue())
    plan = values.pop("plan")
    assert plan is None or plan.keys() == {"made_for", "shared_pairs", "valid_with"}
    assert (plan is not None) == (name == "planned")
    has(values, KEYS, ["peak_operator"])
    has(values["arena"], ARENA_KEYS)
    for graph in (values, *values["graphs"]):
        for position, operator in enumerate(graph["operators"]):
            has(operator, OPERATOR_KEYS, {"cannot_split": str})
            assert operator["index"] == position
        for tensor in graph["tensors"]:
            has(tensor, TENSOR_KEYS, ["first", "last", "address"])
    everything = [t for graph in (values, *values["graphs"]) for t in graph["tensors"]]
    assert [tensor["index"] for tensor in everything] == list(range(len(everything)))
    for graph in values["graphs"]:
        assert graph.keys() == {"name", "operators", "tensors"}


def test_json_refuses_what_is_not_json():
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"gap": float("nan")}, io.StringIO())


@pytest.mark.parametrize("name", [*SAMPLES, "paper"])
def test_csv_says_the_same_as_json(name):
    inspection = build(name)
    values, tables = as_json(inspection), as_csv(inspection)
    graphs = [values, *values["graphs"]]
    operators = list(csv.DictReader(io.StringIO(tables[OPERATORS])))
    tensors = list(csv.DictReader(io.StringIO(tables[TENSORS])))
    expected = [(n, operator) for n, graph in enumerate(graphs) for operator in graph["operators"]]
    for row, (number, operator) in zip(operators, expected, strict=True):
        assert tuple(row) == OPERATOR_COLUMNS
        assert int(row["graph"]) == number
        for key in ("index", "scope", "working_set_bytes", "input_bytes", "output_bytes", "bystander_bytes", "macs"):
            assert int(row[key]) == operator[key]
        for key in ("inputs", "outputs", "alive"):
            assert [None if i == "-" else int(i) for i in row[key].split()] == operator[key]
    expected = [(n, tensor) for n, graph in enumerate(graphs) for tensor in graph["tensors"]]
    for row, (number, tensor) in zip(tensors, expected, strict=True):
        assert tuple(row) == TENSOR_COLUMNS
        assert (int(row["graph"]), int(row["index"]), int(row["bytes"])) == (number, tensor["index"], tensor["bytes"])
        assert [int(size) for size in row["shape"].split("x") if size] == tensor["shape"]
        assert (row["first"], row["last"]) == tuple(
            "" if tensor[k] is None else str(tensor[k]) for k in ("first", "last")
        )
        assert (row["constant"], row["type"]) == (str(tensor["constant"]).lower(), tensor["type"])


@pytest.mark.parametrize("name", ["paper", "odd", "branching", "empty"])
def test_text(name, monkeypatch, snapshot):
    assert text(build(name), monkeypatch) == snapshot


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("name", ["odd", "paper", "densenet", "random-wired"])
def test_text_fits_the_terminal(name, columns, monkeypatch):
    report = text(build(name), monkeypatch, columns)
    assert max(map(cell_len, report.splitlines())) <= columns


def test_every_operator_and_tensor_is_listed(monkeypatch):
    inspection = build("densenet")
    report = text(inspection, monkeypatch)
    operators, tensors = (block.splitlines()[1:] for block in report.split("\n\n")[2:4])
    assert [int(line.split()[0]) for line in operators] == [o.index for o in inspection.main.operators]
    assert [int(line.split()[0]) for line in tensors] == [t.index for t in inspection.tensors]
    bars = {line.split()[2]: len(re.findall("[█▓░]", line)) for line in operators}
    assert bars[f"{inspection.peak_bytes:,}"] == BAR_CELLS


def test_what_is_not_asked_for_is_left_out(monkeypatch):
    inspection = build("densenet")
    answer = text(inspection, monkeypatch, parts=Parts())
    assert answer.startswith(
        f"Declare an arena of {inspection.arena.declare_bytes:,} bytes: densenet_3x4 for target tflm\n"
    )
    assert len(answer.splitlines()) < len(inspection.main.operators) + 25
    computed = [tensor for tensor in inspection.tensors if not tensor.constant]
    assert f"  {computed[1].name} " not in answer
    assert "constant" not in text(inspection, monkeypatch, parts=Parts(tensors=True))
    with_tensors = text(inspection, monkeypatch, parts=Parts(tensors=True)).splitlines()
    assert (
        len(with_tensors) == len(answer.splitlines()) + len(computed) + 3
    )  # an empty line, headings, and what lifetimes are


def test_a_report_without_a_terminal_has_at_most_100_columns(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    for name in ("odd", "densenet"):
        stream = io.StringIO()
        print_inspection(build(name), None, EVERYTHING, stream)
        assert max(map(cell_len, stream.getvalue().splitlines())) <= 100


def test_a_map_is_drawn_where_one_is_given(monkeypatch):
    model = zoo.build("densenet")
    monkeypatch.setenv("COLUMNS", "80")
    stream = io.StringIO()
    print_inspection(inspect(model), memory_map(model), Parts(), stream)
    drawn = [line for line in stream.getvalue().splitlines() if "▀" in line or "▄" in line]
    assert len(drawn) == map_text.ROWS
    assert max(map(cell_len, drawn)) <= 80


def test_long_names_keep_both_ends_at_80_columns(monkeypatch):
    report = text(build("odd"), monkeypatch)
    assert re.search(r"a\\nv\S*…\S*_operator +32 ", report)


def test_bars_add_up_to_their_total():
    assert bar((1, 1, 1), 3) == [7, 6, 7]
    assert bar((5, 0, 5), 10) == [10, 0, 10]
    assert sum(bar((333, 333, 1), 1000)) == round(BAR_CELLS * 0.667)
    assert bar((0, 0, 0), 0) == [0, 0, 0]
