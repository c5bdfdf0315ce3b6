"""`arenite layout`: buffers of a CSV file, without a model."""

import csv
import json
import re
from itertools import combinations
from pathlib import Path

import pytest
from typer.testing import CliRunner

from arenite.cli import app

MINIMALLOC = Path(__file__).resolve().parents[2] / "benchmarks" / "minimalloc"
ROWS = "id,lower,upper,size\na,0,3,64\nb,2,5,32\nc,3,6,64\n"


def run(*arguments):
    return CliRunner().invoke(app, ["layout", *map(str, arguments)], env={"COLUMNS": "80"})


@pytest.fixture
def buffers(tmp_path):
    path = tmp_path / "buffers.csv"
    path.write_text(ROWS)
    return path


def height(path):
    """Bytes that the buffers of a written file take; none may share a byte with another that is alive with it."""
    with path.open(newline="") as file:
        rows = [{name: int(row[name]) for name in ("lower", "upper", "size", "offset")} for row in csv.DictReader(file)]
    for one, other in combinations(rows, 2):
        together = max(one["lower"], other["lower"]) < min(one["upper"], other["upper"])
        apart = one["offset"] + one["size"] <= other["offset"] or other["offset"] + other["size"] <= one["offset"]
        assert apart or not together
    return max(row["offset"] + row["size"] for row in rows)


def test_buffers_get_offsets(buffers, tmp_path):
    placed = tmp_path / "placed.csv"
    result = run(buffers, "-o", placed)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "buffers.csv: 96 bytes for 3 buffers",
        "Optimal: no layout takes less",
        f"Wrote {placed}",
    ]
    assert height(placed) == 96
    assert placed.read_text().splitlines()[0] == "id,lower,upper,size,offset"


def test_what_else_the_file_says_stays(tmp_path):
    source, placed = tmp_path / "buffers.csv", tmp_path / "placed.csv"
    source.write_text('\ufeffsize,note,offset,id,upper,lower\n64,"say ""hi"", twice",7,a,3,0\n\n32,,,b,5,2\n')
    assert run(source, "-o", placed).exit_code == 0
    with placed.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["size", "note", "id", "upper", "lower", "offset"]
    assert [row[:5] for row in rows] == [["64", 'say "hi", twice', "a", "3", "0"], ["32", "", "b", "5", "2"]]
    assert height(placed) == 96


def test_offsets_and_sizes_are_aligned(tmp_path):
    source, placed = tmp_path / "buffers.csv", tmp_path / "placed.csv"
    source.write_text("id,lower,upper,size\na,0,2,5\nb,0,2,17\nc,1,2,1\n")
    found = json.loads(run(source, "--alignment", "16", "-o", placed, "--json").stdout)
    assert found["height_bytes"] == 64
    assert all(offset % 16 == 0 for offset in found["offsets"])
    assert height(placed) <= 64


def test_a_capacity_is_a_gate(buffers, tmp_path):
    placed = tmp_path / "placed.csv"
    assert run(buffers, "--capacity", "96").exit_code == 0
    result = run(buffers, "--capacity", "95", "-o", placed)
    assert result.exit_code == 1
    assert "A capacity of 95 bytes cannot be reached" in result.stdout
    assert result.stdout.splitlines()[-1] == "Nothing was written"
    assert not placed.exists()


def test_a_capacity_that_is_not_reached_exits_with_1_in_json_as_well(buffers, tmp_path):
    placed = tmp_path / "placed.csv"
    result = run(buffers, "--capacity", "95", "-o", placed, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["fits"] is False
    assert not placed.exists()


def test_a_search_that_has_to_stop_says_so():
    """No layout of this instance within its load is known."""
    hard = MINIMALLOC / "D.1048576.csv"
    result = run(hard, "--effort", "low")
    assert result.exit_code == 0
    assert re.search(
        r"^At least [\d,]+ bytes are needed; at most [\d.]+ % could be saved$", result.stdout, re.MULTILINE
    )
    assert json.loads(run(hard, "--effort", "low", "--json").stdout)["optimal"] is False
    result = run(hard, "--capacity", "990000", "--effort", "low")
    assert (result.exit_code, "A capacity of 990,000 bytes was not reached" in result.stdout) == (1, True)
    found = json.loads(run(hard, "--time-limit", "0", "--json").stdout)
    assert found["timed_out"] is True
    assert "The time limit ended the search" in run(hard, "--time-limit", "0").stdout


def test_the_instances_of_minimalloc_are_read_and_fit(tmp_path):
    for path in sorted(MINIMALLOC.glob("[ABEFHI].*.csv")):
        placed = tmp_path / path.name
        assert run(path, "--capacity", "1M", "-o", placed).exit_code == 0
        assert height(placed) <= 1 << 20


def test_json(buffers):
    found = json.loads(run(buffers, "--json").stdout)
    assert sorted(found.pop("offsets")) in ([0, 0, 64], [0, 32, 32])
    assert found == {
        "buffers": 3,
        "height_bytes": 96,
        "lower_bound_bytes": 96,
        "optimal": True,
        "fits": True,
        "timed_out": False,
    }


def test_a_file_without_buffers(tmp_path):
    source = tmp_path / "none.csv"
    source.write_text("id,lower,upper,size\n")
    assert run(source).stdout.splitlines()[0] == "none.csv: 0 bytes for 0 buffers"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must name a column 'id' once"),
        ("id,lower,upper\na,0,1\n", "must name a column 'size' once"),
        ("id,lower,upper,size,size\na,0,1,1,1\n", "must name a column 'size' once"),
        ("id,lower,upper,size,gaps\na,0,1,1,\n", "the column 'gaps' is not supported"),
        ("id,lower,upper,size\na,0,1,-4\n", "buffers.csv, line 2: size is '-4'; give a whole number"),
        ("id,lower,upper,size\na,0,1,4\nb,0,1\n", "buffers.csv, line 3: has 3 cells, but the first line has 4"),
        ("lower,upper,size,id\n0,3,4096\n", "buffers.csv, line 2: has 3 cells, but the first line has 4"),
        ("id,lower,upper,size\na,0,3,5,note\n", "buffers.csv, line 2: has 5 cells, but the first line has 4"),
        ("id,lower,upper,size\na,0,1,99999999999999\n", "line 2: size is '99999999999999'"),
        ("id,lower,upper,size\na,3,3,4\n", "line 2: upper must be above lower"),
        ("id,lower,upper,size\na,0,1,\x1b[31m\n", r"line 2: size is '\\x1b[31m'"),
    ],
)
def test_what_is_no_list_of_buffers_is_refused(tmp_path, content, message):
    source, placed = tmp_path / "buffers.csv", tmp_path / "placed.csv"
    source.write_text(content)
    result = run(source, "-o", placed)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not placed.exists()


def test_files_are_not_overwritten_unasked(buffers, tmp_path):
    placed = tmp_path / "placed.csv"
    placed.write_text("mine")
    assert run(buffers, "-o", placed).exit_code == 2
    assert placed.read_text() == "mine"
    assert run(buffers, "-o", placed, "--force").exit_code == 0
    assert run(buffers, "-o", buffers, "--force").exit_code == 2
    assert buffers.read_text() == ROWS
    assert run(tmp_path / "missing.csv").exit_code == 2
