"""`arenite check`: exit codes, what is missing, and what optimize would save."""

import json
from dataclasses import replace

import pytest
from hand_made import graph, tensor
from hand_made import model as hand_made
from refusals import refused
from typer.testing import CliRunner

from arenite import hardware, zoo
from arenite.backends.target import find_target
from arenite.cli import app
from arenite.cli.options import parse_size
from arenite.errors import OptionError
from arenite.model import Operator
from arenite.report.fit import saved_by_strips, savings
from arenite.search.fitting import check
from arenite.search.optimization import Options, optimize
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

REFERENCE = "tflm-reference"


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "paper.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)], env={"COLUMNS": "80"})


def values(code, *arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    assert len(result.stderr.splitlines()) == code
    return json.loads(result.stdout)


def declared(model, target=REFERENCE):
    return find_target(target).arena(read_model(model)).declare_bytes


def test_one_byte_decides(model):
    need = declared(model)
    found = values(0, model, "--arena", need, "--target", REFERENCE)
    assert (found["fits"], found["missing_bytes"], found["available_bytes"]) == (True, 0, need)
    assert found["optimized"] is found["board"] is found["flash_bytes"] is None
    found = values(1, model, "--arena", need - 1, "--target", REFERENCE)
    assert (found["fits"], found["missing_bytes"], found["arena"]["declare_bytes"]) == (False, 1, need)


def test_the_savings_are_those_of_optimize(model):
    found = values(1, model, "--arena", declared(model) - 1, "--target", REFERENCE)["optimized"]
    plan = optimize(read_model(model), Options(rounds=1, target=REFERENCE))
    after = find_target(REFERENCE).arena(plan.model).declare_bytes
    assert found["arena"]["declare_bytes"] == after
    assert (found["saved_bytes"], found["missing_bytes"], found["fits"]) == (declared(model) - after, 0, True)
    assert found["saved_bytes"] > 0
    found = values(1, model, "--arena", after - 1, "--target", REFERENCE)["optimized"]
    assert (found["missing_bytes"], found["fits"]) == (1, False)


def test_hints_search_as_long_as_optimize(model, monkeypatch):
    """A shorter search said that bytes were missing of a DenseNet that `optimize --split` made fit."""
    budgets = []

    def watched(source, options, *, budget):
        budgets.append((options.split, budget.left == options.budget().left))
        return source

    monkeypatch.setattr("arenite.search.fitting.preview", watched)
    assert run(model, "--arena", "1K").exit_code == 1
    assert budgets == [(False, True), (True, True)]


def test_nothing_is_written(model):
    content = model.read_bytes()
    assert run(model, "--arena", "1K").exit_code == 1
    assert model.read_bytes() == content
    assert list(model.parent.iterdir()) == [model]


def test_in_words(model):
    need = declared(model)
    result = run(model, "--arena", need - 16, "--target", REFERENCE)
    assert result.exit_code == 1
    assert result.stderr == f"arenite: error: {model}: does not fit: 16 bytes of arena are missing\n"
    assert "would save" in result.stdout
    assert "then the arena fits" in result.stdout
    assert "still missing" in run(model, "--arena", "1K").stdout
    result = run(model, "--arena", need, "--target", REFERENCE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"Arena   {need:,}      {need:,}  fits" in result.stdout


def test_an_optimized_model_gains_nothing(tmp_path):
    path = tmp_path / "chain.tflite"
    optimize(zoo.build("chain"), Options(rounds=1)).write(path)
    assert "would save nothing" in run(path, "--arena", "1K").stdout


def test_a_board_gives_target_region_and_flash(model):
    board = hardware.find_board("nucleo-f767zi")
    found = values(0, model, "--board", "Nucleo F767ZI")
    assert (found["board"], found["target"]) == (board.name, board.target)
    assert (found["available_bytes"], found["flash_bytes"]) == (board.region_bytes, board.flash_bytes)
    assert found["file_bytes"] == model.stat().st_size
    assert values(0, model, "--board", board.name, "--target", REFERENCE)["target"] == REFERENCE
    assert values(1, model, "--board", board.name, "--arena", "1K")["available_bytes"] == 1024


def test_flash_that_is_too_small(model):
    with model.open("ab") as file:
        file.write(bytes(64 * 1024))
    found = values(1, model, "--board", "bluepill")
    assert (found["missing_bytes"], found["optimized"]) == (0, None)
    assert found["missing_flash_bytes"] == model.stat().st_size - 64 * 1024 > 0
    assert "bytes of flash are missing" in run(model, "--board", "bluepill").stderr


def test_an_estimate_is_called_one(tmp_path):
    path, x, y = tmp_path / "own.tflite", tensor("x"), tensor("y")
    path.write_bytes(write_bytes(hand_made(graph([x], [y], [Operator("CUSTOM", (x,), (y,), custom_code="Own")]))))
    found = values(1, path, "--arena", "1M")
    assert found["arena"]["exact"] is found["fits"] is False
    assert found["arena"]["unknown"] == ["Own"]
    result = run(path, "--arena", "1M")
    assert "at least what is needed; not known is what these allocate:\nOwn." in result.stdout
    assert "cannot say" in result.stdout
    assert "cannot say whether it fits: the arena is at least 592 bytes" in result.stderr
    assert "does not fit" in run(path, "--arena", "500").stderr, "what is known is too much already"


def test_what_no_microcontroller_runs_is_refused_by_name(tmp_path):
    path, x, y = tmp_path / "flex.tflite", tensor("x"), tensor("y")
    reserve = Operator("CUSTOM", (x,), (y,), custom_code="FlexTensorListReserve")
    path.write_bytes(write_bytes(hand_made(graph([x], [y], [reserve]))))
    assert values(1, path, "--arena", "1M")["cannot_run"][0]["name"] == "FlexTensorListReserve"
    message = run(path, "--arena", "1M").stderr
    assert "FlexTensorListReserve" in message
    assert "unroll the loop" in message


def test_bad_requests(model, tmp_path):
    assert "--arena SIZE" in refused(run(model))
    assert "nucleo-f767zi" in refused(run(model, "--board", "nukleo-f767zi"))
    assert "`arenite targets`" in refused(run(model, "--arena", "64K", "--target", "abacus"))
    assert "'64X' is not a size" in refused(run(model, "--arena", "64X"))
    assert "no such file" in refused(run(tmp_path / "none.tflite", "--arena", "64K"))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64K", 65536),
        ("64k", 65536),
        ("96KB", 98304),
        ("96 KiB", 98304),
        ("1M", 1048576),
        ("2MB", 2097152),
        ("65536", 65536),
        ("65536B", 65536),
        ("0x10000", 65536),
        ("0X1f", 31),
        ("0", 0),
        ("010", 10),
    ],
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "K", "-1", "1.5M", "64G", "64 K B", "1e5", "0x", "\u0664K", "9" * 5000])
def test_texts_that_are_no_sizes(text):
    with pytest.raises(OptionError, match="is not a size"):
        parse_size(text)


def test_a_time_limit_that_strikes_is_told(model):
    limited = run(model, "--arena", "1K", "--time-limit", "0")
    assert "`arenite optimize --split` found nothing more in 0 s" in limited.stdout
    assert "would save no more" not in limited.stdout
    assert "--arena 1K -o" in limited.stdout, "a longer search is offered"


def test_what_a_time_limit_left_missing_may_be_found_later(model):
    found = check(model, arena=1024, target=REFERENCE)
    assert f"would save {found.saved:,} bytes of arena: {found.missing_after:,} still missing" in savings(found)
    struck = replace(found, ended_after=2.0, split=replace(found.after, declare_bytes=found.after.declare_bytes - 160))
    for said in (savings(struck), saved_by_strips(struck, struck.split)):
        assert "found how to save" in said
        assert said.count(" in 2 s: ") == 1
        assert said.endswith(" more were not found")
        assert "still missing" not in said
    found = json.loads(run(model, "--arena", "1K", "--time-limit", "0", "--json").stdout)
    assert found["timed_out"] is True
    assert json.loads(run(model, "--arena", "1M", "--time-limit", "0", "--json").stdout)["timed_out"] is False
    assert (
        json.loads(CliRunner().invoke(app, ["fit", str(model), "--time-limit", "0", "--json"]).stdout)["timed_out"]
        is True
    )
