import csv
import json
import struct
from dataclasses import replace

import pytest
from hand_made import chain
from refusals import refused
from report_samples import branching
from typer.testing import CliRunner

from arenite import zoo
from arenite.cli import app
from arenite.report.model_explorer import node_data
from arenite.search.inspection import inspect
from arenite.tflite.write import write_bytes


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "paper.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    return path


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "80"})


def test_text(model):
    result = run("inspect", model)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "Peak           5,216  at operator 2 CONV_2D" in result.stdout
    assert max(map(len, result.stdout.partition("Next:")[0].splitlines())) <= 80  # commands to paste stay whole


def test_json_is_all_that_is_printed(model, tmp_path):
    result = run("inspect", model, "--json", "--csv", tmp_path / "tables")
    assert result.exit_code == 0
    assert result.stderr == ""
    values = json.loads(result.stdout)
    assert (values["model"], values["peak_bytes"], values["peak_operator"]) == ("paper.tflite", 5216, 2)
    assert (values["lower_bound_bytes"], values["head_bytes"], values["target"]) == (4960, 5216, "tflm")


def test_the_arena_of_a_target(model):
    def arena(*options):
        result = run("inspect", model, "--json", *options)
        assert (result.exit_code, result.stderr) == (0, "")
        values = json.loads(result.stdout)
        return values["target"], values["head_bytes"], values["arena"]

    name, head, reference = arena("--target", "tflm-reference")
    assert (name, head, reference["head_bytes"], reference["scratch_bytes"]) == ("tflm-reference", 5216, 5216, 0)
    name, head, vectors = arena("--target", "tflm-cmsis-nn/cortex-m55")
    assert (name, head, vectors["exact"], vectors["unknown"]) == ("tflm-cmsis-nn/cortex-m55", 5216, True, [])
    assert vectors["scratch_bytes"] > 0
    name, head, most = arena()
    assert (name, head) == ("tflm", 5216)
    for key in ("head_bytes", "scratch_bytes", "tail_bytes", "total_bytes", "declare_bytes"):
        assert most[key] >= max(reference[key], vectors[key])


def test_the_arena_in_words(model):
    lines = run("inspect", model, "--target", "tflm-reference").stdout.splitlines()
    assert lines[0].endswith(": paper.tflite for target tflm-reference")
    assert "at least" not in run("inspect", model, "--target", "tflm-esp-nn").stdout


def test_a_target_that_is_not_there(model):
    assert "did you mean tflm-reference, " in refused(run("inspect", model, "--target", "tflm-refrence"))


def test_csv_makes_its_folder(model, tmp_path):
    folder = tmp_path / "a" / "b"
    result = run("inspect", model, "--csv", folder)
    assert result.exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["operators.csv", "tensors.csv"]
    with (folder / "operators.csv").open(newline="") as file:
        assert max(int(row["working_set_bytes"]) for row in csv.DictReader(file)) == 5216
    with (folder / "tensors.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["address"]]
    assert rows
    assert all(row["first"] and row["constant"] == "false" for row in rows)
    assert f"Wrote {folder / 'operators.csv'}" in result.stdout


def test_existing_tables_are_kept_without_force(model, tmp_path):
    (tmp_path / "tensors.csv").write_text("mine")
    assert "tensors.csv" in refused(run("inspect", model, "--csv", tmp_path))
    assert not (tmp_path / "operators.csv").exists()
    assert (tmp_path / "tensors.csv").read_text() == "mine"
    assert run("inspect", model, "--csv", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "tensors.csv").read_text() != "mine"


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("A.PNG", b"\x89PNG")])
def test_plot(model, tmp_path, name, start):
    result = run("inspect", model, "--plot", tmp_path / name)
    assert result.exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(start)
    assert "--force" in refused(run("inspect", model, "--plot", tmp_path / name))
    assert run("inspect", model, "--plot", tmp_path / name, "--force").exit_code == 0


def test_a_plot_has_the_title_and_the_dots_that_were_asked_for(model, tmp_path):
    assert run("inspect", model, "--plot", tmp_path / "a.svg", "--title", "Ours & theirs").exit_code == 0
    assert "Ours &amp; theirs" in (tmp_path / "a.svg").read_text()
    sizes = []
    for dots in (40, 80):
        assert run("inspect", model, "--plot", tmp_path / f"{dots}.png", "--dpi", dots).exit_code == 0
        sizes.append(struct.unpack(">II", (tmp_path / f"{dots}.png").read_bytes()[16:24]))
    assert sizes[1] == tuple(2 * size for size in sizes[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dpi", "100"], "--dpi goes with --plot FILE"),
        (["--title", "x"], "--title goes with --plot FILE"),
        (["--plot", "x.png", "--dpi", "5"], "--dpi: '5' is not a whole number from 20 to 1,200"),
    ],
)
def test_options_of_a_plot_that_cannot_be_right(model, options, message):
    assert message in refused(run("inspect", model, *options))


def test_node_data_for_model_explorer(model, tmp_path):
    """Model Explorer's reader of `.tflite` files names operators by their place, and graphs by their names."""
    path = tmp_path / "nodes.json"
    result = run("inspect", model, "--model-explorer", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"Wrote {path}" in result.stdout.replace("\n", "")
    (graph,) = json.loads(path.read_text()).values()
    operators = json.loads(run("inspect", model, "--json").stdout)["operators"]
    assert {int(key): each["value"] for key, each in graph["results"].items()} == {
        each["index"]: each["working_set_bytes"] for each in operators
    }
    assert len({each["textColor"] for each in graph["gradient"]}) == 1, "a blend of two cannot be read"
    assert [each["stop"] for each in graph["gradient"]][:: len(graph["gradient"]) - 1] == [0, 1]
    assert "--force" in refused(run("inspect", model, "--model-explorer", path))
    assert run("inspect", model, "--model-explorer", path, "--force").exit_code == 0
    refused(run("inspect", model, "--model-explorer", model, "--force"))


def test_node_data_names_graphs_as_model_explorer_does():
    idle = replace(chain([4, 4]).main, name="idle")
    found = inspect(replace(branching(), graphs=(*branching().graphs, idle)))
    assert list(json.loads(node_data(found))) == ["main", "then"], "without nodes: no operators, or none that runs"
    unnamed = tuple(replace(graph, name="") for graph in found.graphs)
    assert list(json.loads(node_data(replace(found, graphs=unnamed)))) == ["main", "subgraph_1"]


def test_plots_of_other_kinds_are_refused_before_any_work(tmp_path):
    message = refused(run("inspect", tmp_path / "missing.tflite", "--plot", tmp_path / "x.gif"))
    assert ".png, .svg or .pdf" in message


def test_a_plot_never_replaces_the_model(model, tmp_path):
    picture = tmp_path / "model.png"
    picture.symlink_to(model)
    before = model.read_bytes()
    refused(run("inspect", model, "--plot", picture, "--force"))
    assert model.read_bytes() == before


def test_a_file_where_the_folder_should_be(model, tmp_path):
    (tmp_path / "tables").write_text("")
    assert "not a folder" in refused(run("inspect", model, "--csv", tmp_path / "tables"))
    assert "cannot be made" in refused(run("inspect", model, "--csv", tmp_path / "tables" / "deeper"))


BAD = {
    "empty": b"",
    "short": b"TFL",
    "text": b"no flatbuffer at all, just text of some length\n" * 9,
    "identifier": b"\x1c\0\0\0TFL2" + bytes(100),
    "offset": b"\xff\xff\xff\x7fTFL3" + bytes(100),
    "zeros": bytes(4096),
}


@pytest.mark.parametrize("command", ["inspect", "optimize", "verify"])
@pytest.mark.parametrize("kind", BAD)
def test_bad_files(tmp_path, command, kind):
    path = tmp_path / f"{kind}.tflite"
    path.write_bytes(BAD[kind])
    extra = {"inspect": [], "optimize": ["-o", tmp_path / "out.tflite"], "verify": [path]}[command]
    assert kind in refused(run(command, path, *extra))
    assert path.read_bytes() == BAD[kind]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("size", [8, 20, 200, 2000, 9000])
def test_truncated_models(model, tmp_path, size):
    path = tmp_path / "cut.tflite"
    path.write_bytes(model.read_bytes()[:size])
    assert "cut.tflite" in refused(run("inspect", path))


def test_no_such_file_and_a_folder(tmp_path):
    assert "no such file" in refused(run("inspect", tmp_path / "none.tflite"))
    assert "folder" in refused(run("inspect", tmp_path))
